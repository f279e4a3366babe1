"""What starting the login path costs, beside a bare boto3 client of DynamoDB.

CPU of fresh interpreters, taken in turns, so that a busy machine slows both alike. Byte-code
is there, as the bundle ships it; taking a process down is not measured, for Lambda never does.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Figure
from tests.environment import environment

ROUNDS = 15
TARGET = 1.2

_BARE = "import boto3; boto3.client('dynamodb')"
_APP = "import app"
_LOGIN = """
import app
from chalicelib.aws.clients import client
from chalicelib.container import services
services().identity.login
for needed in ("dynamodb", "secretsmanager", "sns"):  # what sending a first code calls
    client(needed).meta
"""
_NUMBER = _LOGIN + "from chalicelib.phone import parse_phone; parse_phone('+8613800138000')"
_PATHS = {"bare_boto3": _BARE, "app": _APP, "login": _LOGIN, "login_and_first_number": _NUMBER}
_END = "\nimport os; os._exit(0)"


def measure(_photos: Sequence[Path]) -> list[Figure]:
    """Start every path in turns and compare the median of each turn's ratios."""
    with tempfile.TemporaryDirectory() as byte_code:
        environment = _environment(byte_code)
        turns = [_take_turn(environment) for _ in range(ROUNDS + 1)][1:]  # the first one compiles
    ratio = median(turn["login"] / turn["bare_boto3"] for turn in turns)
    figures = [
        Figure(f"cold_start/{path}", round(median(turn[path] for turn in turns) * 1000), "ms")
        for path in _PATHS
    ]
    return [*figures, Figure("cold_start/login_to_bare", round(ratio, 3), "x", target=TARGET)]


def _take_turn(environment: Mapping[str, str]) -> dict[str, float]:
    return {path: _cpu_s(code + _END, environment) for path, code in _PATHS.items()}


def _environment(byte_code: str) -> dict[str, str]:
    nobody = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    region = {"AWS_DEFAULT_REGION": "us-east-1"}
    return {**environment(), **nobody, **region, "PYTHONPYCACHEPREFIX": byte_code}


def _cpu_s(code: str, environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    root = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=root)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
