"""Package every stage once for all tests here; unchanged inputs cost nothing."""

import json
from pathlib import Path

import pytest

from infra.check import packages
from infra.package import Package
from tests.infra.reading import Template

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("local", "dev", "prod", "prod-cn")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def packaged() -> dict[str, Package]:
    """Every stage's package; the first run on a machine downloads wheels."""
    return {made.stage: made for made in packages(ROOT)}


@pytest.fixture(scope="session")
def templates(packaged: dict[str, Package]) -> dict[str, Template]:
    return {
        stage: json.loads(made.template.read_text(encoding="utf-8"))
        for stage, made in packaged.items()
    }


@pytest.fixture(params=STAGES)
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    """The packaged template of each stage in turn."""
    return templates[request.param]
