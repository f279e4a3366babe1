"""What the local system asks of this machine: its tools, and its ports on loopback."""

import importlib.util
import os
import shutil
import socket
import sys
from pathlib import Path

LOOPBACK = "127.0.0.1"

PROJECT = Path(__file__).resolve().parent.parent


class CannotStart(Exception):
    """The local system can't run here; the text is one sentence for the person at the terminal."""


def check_tools(*, strict: bool = False) -> None:
    """Refuse, in one sentence, a machine that lacks something the local cloud needs."""
    if os.name != "posix":
        raise CannotStart("The local cloud needs Linux or macOS (on Windows, use WSL).")
    needed = {
        "ministack": "ministack",
        "aws-sam-translator": "samtranslator",
        "chalice": "chalice",
        "rich": "rich",
    }
    missing = [name for name, module in needed.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise CannotStart(
            f"Not installed: {', '.join(missing)}. `make run` installs what is needed into .venv; "
            f"this is {sys.executable}."
        )
    if strict and shutil.which("openssl") is None:
        raise CannotStart("Strict mode needs the `openssl` command for its certificate.")


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now (another program may still take it first)."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether this user can listen on a port of 127.0.0.1."""
    with socket.socket() as probe:
        # Without this a port whose last connection closed a minute ago would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
