"""The child process that is the local cloud: ministack on a lifeline.

Its standard input is a pipe that only its parent holds. The pipe ends when the parent does, however
the parent ends (SIGKILL and a closed terminal too), and the emulator then saves its state and
leaves with every Lambda worker it started. A pipe does this on Linux and macOS alike;
PR_SET_PDEATHSIG is Linux only and follows a thread.
"""

import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

STOP_GRACE_S = 10.0
"""How long saving state and finishing requests may take before the group is killed."""

SAVED_MARKER_VARIABLE = "IFOTOR_SAVED_MARKER"
"""Names the environment variable that names the file to write once all state is saved."""


def main() -> None:
    """Run ministack until it is told to stop or the parent is gone."""
    orphaned = threading.Event()
    threading.Thread(target=_watch_lifeline, args=(orphaned,), daemon=True).start()
    try:
        sys.argv = ["ministack"]
        runpy.run_module("ministack", run_name="__main__")
        if marker := os.environ.get(SAVED_MARKER_VARIABLE):
            Path(marker).touch()
    finally:
        if orphaned.is_set():
            _kill_own_group()


def _watch_lifeline(orphaned: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    orphaned.set()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_GRACE_S)
    _kill_own_group()


def _kill_own_group() -> None:
    """Kill the Lambda workers and this process, which its parent made the leader of its group."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
