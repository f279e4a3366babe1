"""Start and stop the local cloud: ministack, on loopback only, as a child that cannot outlive its
parent.

It knows nothing of ifotor: which template runs in it is somebody else's business. Ordinary mode
speaks plain HTTP and trusts every caller. Strict mode checks signatures and enforces every IAM,
bucket and queue policy, over TLS with a certificate that ministack makes with the `openssl`
command.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.emulator import SAVED_MARKER_VARIABLE, STOP_GRACE_S
from local.machine import LOOPBACK, PROJECT, CannotStart, check_tools, free_port, is_free

REGION = "us-east-1"
ROOT_KEY = "test"
"""Access key and secret of the local account's root user; ministack knows them by these words."""

START_LIMIT_S = 30.0
"""Measured starts take 0.3 to 4.8 s; anything near this limit is broken, not slow."""

PORT_FILE = "port"
"""Below the state directory: where the cloud that uses it listens, or listened last."""

THROW_AWAY_GRACE_S = 2.0
"""A throw-away cloud saves nothing; open TLS connections would hold it for the full grace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A running local cloud."""

    endpoint: str
    """Every AWS service answers here, e.g. ``http://127.0.0.1:40123``."""
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    """The emulator, leader of a process group of itself and its Lambda workers; None when another
    program started it."""
    ca_bundle: Path | None = None
    """What to trust in strict mode; None on plain HTTP."""
    kept: bool = False
    """Whether it came up with the state of an earlier run."""

    session: boto3.Session = field(
        default_factory=lambda: boto3.Session(
            aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
        )
    )
    """Signs as the local root user, whatever AWS setup this machine has."""
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the boto3 client for one service of this cloud."""
        if service not in self._clients:
            self._clients[service] = self.session.client(
                service,
                endpoint_url=self.endpoint,
                verify=str(self.ca_bundle) if self.ca_bundle else None,
                config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return self._clients[service]

    def is_running(self) -> bool:
        """Tell whether the emulator this program started is still there."""
        return self.process is not None and self.process.poll() is None

    def complaints(self) -> list[str]:
        """Return the log lines in which ministack or a Lambda runtime reported an error."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "ERROR" in line or line.startswith("Traceback")]


@contextlib.contextmanager
def running_cloud(
    *,
    state: Path | None = None,
    is_fresh: bool = False,
    port: int | None = None,
    strict: bool = False,
) -> Iterator[Cloud]:
    """Run a local cloud for the length of a `with` block; nothing of it is left running afterwards.

    Args:
        state: a directory to keep everything in between runs; None for a throw-away cloud.
        is_fresh: forget what is kept there first.
        port: where to listen on 127.0.0.1; None for the port of last time, or any free one.
        strict: check signatures and enforce policies, over TLS.
    Raises:
        CannotStart: a tool is missing, the port is taken, or ministack did not come up.
    """
    check_tools(strict=strict)
    with _directory(state) as home:
        kept = _prepare(home, is_fresh=is_fresh)
        chosen = port or _last_port(home)
        if not is_free(chosen):
            raise CannotStart(f"Port {chosen} on {LOOPBACK} is taken (--cloud-port names another).")
        (home / PORT_FILE).write_text(str(chosen))
        process = _launch(home, chosen, strict=strict, keep=state is not None)
        try:
            cloud = Cloud(
                endpoint=f"{'https' if strict else 'http'}://{LOOPBACK}:{chosen}",
                log=home / "cloud.log",
                process=process,
                ca_bundle=_certificate(home) if strict else None,
                kept=kept,
            )
            _wait_until_healthy(process, chosen, cloud.log)
            yield cloud
        finally:
            _stop(process, grace_s=STOP_GRACE_S if state else THROW_AWAY_GRACE_S)
            shutil.rmtree(home / "tmp", ignore_errors=True)


@contextlib.contextmanager
def _directory(state: Path | None) -> Iterator[Path]:
    if state is not None:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (state / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(f"Another local system is running on {state}.") from None
            yield state
        return
    with tempfile.TemporaryDirectory(prefix="ifotor-cloud-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _last_port(home: Path) -> int:
    """Return last time's port if it is free, else another: kept settings hold addresses with it."""
    file = home / PORT_FILE
    known = int(file.read_text()) if file.exists() else 0
    return known if known and is_free(known) else free_port()


def _prepare(home: Path, *, is_fresh: bool) -> bool:
    """Make the directories of a run; return whether the last run's state is whole and used.

    ministack writes its tables when it stops and its objects as it goes. A run that was killed
    outright therefore left objects without rows: that state breaks promises the real cloud keeps,
    and is thrown away.
    """
    saved = home / "saved"
    kept = saved.exists() and not is_fresh
    saved.unlink(missing_ok=True)
    for name in ("tmp",) if kept else ("tmp", "state", "s3"):
        shutil.rmtree(home / name, ignore_errors=True)
    for name in ("tmp", "state", "s3"):
        (home / name).mkdir(exist_ok=True, mode=0o700)
    return kept


def _launch(home: Path, port: int, *, strict: bool, keep: bool) -> "subprocess.Popen[bytes]":
    """Start the emulator in a process group of its own, so that Ctrl-C reaches only the parent."""
    with (home / "cloud.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "local.emulator"],
            cwd=PROJECT,
            env=_environment(home, port, strict=strict, keep=keep),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _environment(home: Path, port: int, *, strict: bool, keep: bool) -> dict[str, str]:
    """Return the child's whole environment: Lambda workers inherit it, so nothing else is in it."""
    chosen = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # Both of these listen on 0.0.0.0 unless they are off.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        # At INFO ministack writes the text of every SMS, code and phone number included, to its
        # log.
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(home / "tmp"),
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "PYTHONUNBUFFERED": "1",
    }
    if keep:
        chosen |= {
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            SAVED_MARKER_VARIABLE: str(home / "saved"),
        }
    if strict:
        chosen |= {"AUTH": "true", "USE_SSL": "1", "AWS_CA_BUNDLE": str(_certificate(home))}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | chosen


def _certificate(home: Path) -> Path:
    """Return where ministack writes the certificate it makes: below its temporary directory."""
    return home / "tmp" / "ministack-tls" / "server.crt"


def _wait_until_healthy(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(f"The local cloud stopped while starting: {_last_line(log)}")
        if _answers(port):
            return
        time.sleep(0.05)
    raise CannotStart(f"The local cloud did not answer within {START_LIMIT_S:.0f} s; see {log}.")


def _answers(port: int) -> bool:
    """Tell whether something listens; ministack does so only once all its parts are up."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing."


def _stop(process: "subprocess.Popen[bytes]", *, grace_s: float) -> None:
    """End the emulator in order, then everything it started, come what may."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=grace_s)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
