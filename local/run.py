"""`make run`: everything, live, until it is told to stop."""

import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.machine import PROJECT, CannotStart
from local.system import System, running_system

STATE = PROJECT / ".local"
DEFAULT_PORT = 8000


def run(
    console: Console, *, port: int, cloud_port: int | None, state: Path, is_fresh: bool
) -> None:
    """Start everything, say where it is, and wait for a signal (raised as KeyboardInterrupt).

    Args:
        console: where to speak.
        port: of the page, on 127.0.0.1.
        cloud_port: of the local cloud; None for the one of last time, or any free one.
        state: where data is kept between runs.
        is_fresh: forget what is kept there first.
    """
    with console.status("Starting") as status:
        system = running_system(
            state=state,
            is_fresh=is_fresh,
            port=port,
            cloud_port=cloud_port,
            tell=lambda step: status.update(step),
        )
        with system as running:
            status.stop()
            _say_where(console, running)
            while running.cloud.is_running():
                time.sleep(0.5)
            raise CannotStart(f"The local cloud stopped by itself; see {running.cloud.log}.")


def _say_where(console: Console, system: System) -> None:
    if system.repairs:
        made = ", ".join(f"{each.logical_id}.{each.setting}" for each in system.repairs)
        console.print(f"Set what the local cloud left out: {made}", style="dim", highlight=False)
    state = "deployed now" if system.deployed else "kept from last time"
    rows = {
        "Page": system.url,
        "API": f"{system.url}/v1/health",
        "SMS": f"{system.url}/local/sms",
        **({"Payments": f"{system.sandbox.url}  (both providers)"} if system.sandbox else {}),
        "Cloud": f"{system.cloud.endpoint}  (S3, DynamoDB, SQS, … ; {state})",
        "Errors": str(system.cloud.log),
        "Logs": f"{os.path.relpath(sys.executable)} -m local logs",
    }
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    console.print(table)
    console.print("Ctrl-C stops everything; nothing is left running.")
