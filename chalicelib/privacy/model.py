"""Rules of consent: for what it is asked, in which words, and what stands at any moment. No I/O.

Consents are a ledger: a decision is written once and never changed, and the newest of a purpose
counts. Giving and withdrawing are the same kind of entry, so one is as easy as the other (2.2).
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chalicelib.privacy.ports import Purpose


class Locale(StrEnum):
    CHINESE = "zh-CN"
    ENGLISH = "en"


class Channel(StrEnum):
    """How a decision reached us."""

    PAGE = "page"
    APP = "app"


class Wording(Struct, frozen=True, kw_only=True):
    """What a person is asked, in one language; never edited once it was served, only replaced."""

    question: str
    when_withdrawn: str
    """What stops, and what doesn't."""

    @property
    def sha256(self) -> str:
        """Return the hash of both sentences in UTF-8, as 64 hex digits."""
        return hashlib.sha256(f"{self.question}\n{self.when_withdrawn}".encode()).hexdigest()


WORDINGS: Mapping[Purpose, Mapping[Locale, Wording]] = {
    Purpose.CAMERA_UPLOAD: {
        Locale.ENGLISH: Wording(
            question="Take photos with the camera of this device and send them to be edited",
            when_withdrawn=(
                "No photo is taken with the camera any more. Photos that you took stay in your "
                "library, and photos that you choose can be sent as before."
            ),
        ),
        Locale.CHINESE: Wording(
            question="使用本设备的相机拍照，并上传所拍照片进行编辑",
            when_withdrawn=(
                "之后不再用相机拍照上传。此前拍摄的照片仍保留在你的照片库中，你仍可照常上传自选照片。"
            ),
        ),
    },
}
"""The purposes in use. Nothing is done here that any other purpose would allow, so for the others
nobody is asked.
"""


class Decision(Struct, frozen=True, kw_only=True):
    """One entry of the ledger: yes or no to one purpose, and what was shown at that moment."""

    purpose: Purpose
    is_given: bool
    at: datetime
    locale: Locale
    channel: Channel
    wording_sha256: str
    policy_version: str


def decide(
    purpose: Purpose,
    *,
    is_given: bool,
    at: datetime,
    locale: Locale,
    channel: Channel,
    policy_version: str,
) -> Decision:
    """Make the entry of a decision on a purpose that is in use, with the words it was asked in."""
    return Decision(
        purpose=purpose,
        is_given=is_given,
        at=at,
        locale=locale,
        channel=channel,
        wording_sha256=WORDINGS[purpose][locale].sha256,
        policy_version=policy_version,
    )


def standing_at(decisions: Iterable[Decision], moment: datetime) -> Mapping[Purpose, Decision]:
    """Replay the ledger: the decision that counted at a moment, by purpose; none is a no."""
    standing: dict[Purpose, Decision] = {}
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.at <= moment:
            standing[decision.purpose] = decision
    return standing
