"""What the functions of a running local system logged, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from local.cloud import PORT_FILE, Cloud
from local.machine import LOOPBACK, CannotStart, is_free


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one log group."""

    group: str
    logged_at: datetime
    text: str


def list_lines(cloud: Cloud) -> Iterator[Line]:
    """Yield every line of every log group, group by group."""
    logs = cloud.client("logs")
    for group in list_groups(cloud):
        name = group["logGroupName"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            for event in page["events"]:
                logged_at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield Line(name, logged_at, event["message"].rstrip("\n"))


def list_groups(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every log group as CloudWatch describes it."""
    pages = cloud.client("logs").get_paginator("describe_log_groups").paginate()
    return [group for page in pages for group in page["logGroups"]]


def show_logs(console: Console, state: Path) -> None:
    """Print the log lines of the system that `make run` started.

    Raises:
        CannotStart: none is running on that state.
    """
    file = state / PORT_FILE
    port = int(file.read_text()) if file.exists() else 0
    if not port or is_free(port):
        raise CannotStart("No local cloud is running; `make run` starts one.")
    cloud = Cloud(endpoint=f"http://{LOOPBACK}:{port}", log=state / "cloud.log")
    for line in sorted(list_lines(cloud), key=lambda each: each.logged_at):
        group = line.group.rsplit("/", 1)[-1]
        console.print(
            f"{line.logged_at:%H:%M:%S} {group}  {line.text}", markup=False, soft_wrap=True
        )
