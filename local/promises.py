"""The privacy promises a photo's life is held to: each is checked by looking, and named by its
clause."""

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from local.client import Answer
from local.photo_files import read_jpeg

CHINA = timezone(timedelta(hours=8))

LONGEST_SIDE_PX = {"full": 2048, "preview": 1080, "thumb": 320}

HIDDEN_MARKS = (
    b"Exif\0\0",
    b"http://ns.adobe.com/",
    b"<x:xmpmeta",
    b"Photoshop 3.0",
    b"GPSLatitude",
)
"""How EXIF, XMP and IPTC blocks begin, wherever in a file they might hide."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one promise held."""

    clause: str
    promise: str
    holds: bool
    seen: str


@dataclass(slots=True)
class Verdicts:
    """All verdicts so far."""

    all: list[Verdict] = field(default_factory=list)

    def note(self, clause: str, promise: str, holds: bool, seen: object = "") -> None:
        """Add the verdict on one promise, with what was seen."""
        self.all.append(Verdict(clause, promise, holds, str(seen)))

    @property
    def hold(self) -> bool:
        """Whether every promise held."""
        return all(verdict.holds for verdict in self.all)


def six_months_after(created_at: datetime) -> datetime:
    """Return six calendar months later in Shanghai, the day clamped to the end of the month."""
    local = created_at.astimezone(CHINA)
    month = local.month + 6
    year, month = (local.year + 1, month - 12) if month > 12 else (local.year, month)
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)


def judge_photo(verdicts: Verdicts, photo: dict[str, Any]) -> None:
    """Judge what the API says of a processed photo."""
    deleted_at = photo["original"]["deleted_at"]
    verdicts.note("FD.1", "its original is deleted once processed", bool(deleted_at), deleted_at)
    wanted = six_months_after(datetime.fromisoformat(photo["created_at"]))
    kept_until = datetime.fromisoformat(photo["expires_at"])
    verdicts.note("FD.4", "kept six calendar months", kept_until == wanted, photo["expires_at"])


def judge_rendition(verdicts: Verdicts, name: str, told: dict[str, Any], answer: Answer) -> None:
    """Judge one processed photo as it was delivered."""
    facts = read_jpeg(answer.data)
    limit_px = LONGEST_SIDE_PX[name]
    sides = (facts.width_px, facts.height_px)
    fits = max(sides) <= limit_px and sides == (told["width_px"], told["height_px"])
    verdicts.note("FD.2", f"{name}: at most {limit_px} px", fits, f"{sides[0]} × {sides[1]} px")
    marks = [mark for mark in HIDDEN_MARKS if mark in answer.data]
    verdicts.note(
        "SE.4",
        f"{name}: no EXIF, GPS, XMP or comment",
        not facts.extras and not marks,
        ", ".join(facts.extras) or "JFIF and colour profile only",
    )
    held = answer.headers.get("Cache-Control", "")
    saved_as = answer.headers.get("Content-Disposition", "")
    verdicts.note(
        "SE.1",
        f"{name}: no cache may keep it, a name made by the server",
        "no-store" in held and saved_as.startswith("attachment"),
        f"{held}; {saved_as}",
    )
