"""The port `LogGroups` on CloudWatch Logs."""

from collections.abc import Iterator
from typing import Any

from chalicelib.retention.ports import LogGroup


class CloudWatchLogGroups:
    def __init__(self, client: Any) -> None:
        self._client = client

    def list_groups(self, prefix: str) -> Iterator[LogGroup]:
        pages = self._client.get_paginator("describe_log_groups")
        for page in pages.paginate(logGroupNamePrefix=prefix):
            for group in page["logGroups"]:
                yield LogGroup(name=group["logGroupName"], kept_days=group.get("retentionInDays"))

    def keep_for(self, name: str, days: int) -> None:
        self._client.put_retention_policy(logGroupName=name, retentionInDays=days)
