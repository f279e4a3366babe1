"""The text messages the local cloud caught instead of sending them."""

import json
import ssl
import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

CAUGHT_PATH = "/_ministack/sns/sms-messages"


class Message(TypedDict):
    """One caught message, as the page's SMS panel shows it."""

    phone: str
    text: str
    sent_at: str
    """ISO 8601 with `Z`: when it was first seen here, for ministack notes no time."""


class Inbox:
    """Reads the caught messages and remembers in which order they came."""

    def __init__(self, cloud_url: str, ca_bundle: Path | None = None) -> None:
        """Read from the cloud at an address, e.g. ``http://127.0.0.1:40123``."""
        self._url = cloud_url + CAUGHT_PATH
        self._trust = ssl.create_default_context(cafile=str(ca_bundle)) if ca_bundle else None
        self._seen: dict[str, Message] = {}
        self._lock = threading.Lock()

    def list_messages(self) -> list[Message]:
        """Return every message caught so far, newest first.

        Raises:
            OSError: the local cloud did not answer.
        """
        with urllib.request.urlopen(self._url, timeout=5, context=self._trust) as answer:
            caught: dict[str, list[dict[str, str]]] = json.load(answer)["sms_messages"]
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            for phone, messages in caught.items():
                for message in messages:
                    self._seen.setdefault(
                        message["MessageId"],
                        Message(phone=phone, text=message["Message"], sent_at=now),
                    )
            return list(reversed(self._seen.values()))
