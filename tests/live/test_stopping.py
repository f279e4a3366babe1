"""`python -m local run`: its refusals, what it keeps, and that it leaves nothing running."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.client import Client
from local.machine import PROJECT, free_port, is_free
from tests.live.looking import wait_until
from tests.phones import next_phone

pytestmark = [
    pytest.mark.live,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.usefixtures("system"),
]

Process = subprocess.Popen[str]


def start(state: Path, port: int, *flags: str) -> Process:
    command = [sys.executable, "-m", "local", "run", "--state", str(state), "--port", str(port)]
    return subprocess.Popen(
        [*command, *flags],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def is_up(port: int) -> bool:
    try:
        return Client(f"http://127.0.0.1:{port}").call("GET", "/health").status == 200
    except (OSError, http.client.HTTPException):
        return False


def processes_with(state: Path) -> list[int]:
    """Return the emulator and its Lambda workers: their environment names the state directory."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"STATE_DIR={state}/".encode() in environment:
            found.append(int(folder.name))
    return found


@contextmanager
def running(state: Path, port: int, *flags: str) -> Iterator[Process]:
    process = start(state, port, *flags)
    try:
        wait_until(lambda: is_up(port) or process.poll() is not None, limit_s=60)
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads processes from /proc")
@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 0),
        (signal.SIGTERM, 0),
        (signal.SIGHUP, 0),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_nothing_is_left_running(tmp_path: Path, number: signal.Signals, status: int) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        cloud_port = int((tmp_path / "port").read_text())
        started = processes_with(tmp_path)

        os.kill(process.pid, number)

        assert process.wait(timeout=20) == status
        wait_until(lambda: not processes_with(tmp_path), limit_s=15)
    assert len(started) >= 2
    assert is_free(port)
    assert is_free(cloud_port)
    assert (tmp_path / "saved").exists()


def test_state_is_kept_until_it_is_thrown_away(tmp_path: Path) -> None:
    port = free_port()
    person = Client(f"http://127.0.0.1:{port}")

    with running(tmp_path, port) as process:
        person.log_in(next_phone())
        photo_id = person.grant("image/jpeg", b"later")["photo"]["id"]
        process.terminate()
        process.wait(timeout=20)
    with running(tmp_path, port) as process:
        kept = person.call("GET", f"/photos/{photo_id}").status
        process.terminate()
        said = process.communicate(timeout=20)[0]
    with running(tmp_path, port, "--fresh"):
        forgotten = person.call("GET", f"/photos/{photo_id}").status

    assert (kept, forgotten) == (200, 401)
    assert "kept from last time" in said


class TestRefusals:
    def test_a_taken_port_is_a_clear_sentence(self, tmp_path: Path, system: object) -> None:
        taken = int(str(getattr(system, "url", "")).rpartition(":")[2])

        process = start(tmp_path, taken)

        said = process.communicate(timeout=20)[0]
        assert f"Port {taken} on 127.0.0.1 is taken" in said
        assert "Traceback" not in said
        assert process.returncode == 2

    def test_two_may_not_share_one_state(self, tmp_path: Path) -> None:
        port = free_port()
        with running(tmp_path, port):
            second = start(tmp_path, free_port())
            said = second.communicate(timeout=20)[0]

            assert "Another local system is running" in said
            assert second.returncode == 2
            assert is_up(port)
