"""Stand-ins for what lies outside; `tests/contracts` holds each to what the real one promises."""

import hashlib
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from chalicelib.errors import Unavailable
from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable, SmsUnavailable
from chalicelib.identity.ports import CodeMessage, LoginProvider, ProviderSubject, Secret
from chalicelib.ids import UserId
from chalicelib.imaging.darkroom import PillowDarkroom
from chalicelib.observability import Level, listed
from chalicelib.phone import Phone
from chalicelib.photos.ports import Edited, ImageRefused, Output, Rendered, RenderedPhoto

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Noon in China, so that a few hours to either side stay within the day."""


def code_in(text: str) -> str:
    """Return the six digits of a message, as its reader would."""
    found = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", text)
    assert found
    return found[0]


class FakeClock:
    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def sleep(self, duration: timedelta) -> None:
        self._now += duration

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)


class FakeEntropy:
    """Repeatable randomness."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)


class FakeSms:
    """Keeps what was sent; refuses every message while `is_down`."""

    def __init__(self) -> None:
        self.sent: list[tuple[Phone, str]] = []
        self.is_down = False

    def send(self, message: CodeMessage) -> None:
        if self.is_down:
            raise SmsUnavailable
        self.sent.append((message.phone, message.text))

    def last_code(self) -> str:
        return code_in(self.sent[-1][1])


class FakeHumanCheck:
    """Passes each token it is told of once; answers nothing while `is_down`."""

    def __init__(self, *good: str) -> None:
        self._good = set(good)
        self.is_down = False

    def is_passed(self, token: str) -> bool:
        if self.is_down:
            raise Unavailable
        passed = token in self._good
        self._good.discard(token)
        return passed


class FakeRing:
    def __init__(self, *keys: bytes) -> None:
        self._secrets = [
            Secret(id=hashlib.sha256(key).digest()[:4], key=key) for key in keys or (b"key one",)
        ]

    def current(self) -> Secret:
        return self._secrets[0]

    def find(self, secret_id: bytes) -> Secret | None:
        return next((secret for secret in self._secrets[:2] if secret.id == secret_id), None)

    def rotate(self, key: bytes) -> None:
        self._secrets.insert(0, Secret(id=hashlib.sha256(key).digest()[:4], key=key))


class FakeProvider:
    """Knows whom each code names, once; is away while `is_down`."""

    def __init__(self, provider: LoginProvider) -> None:
        self._provider = provider
        self._people: dict[str, str] = {}
        self._agreed = 0
        self.is_down = False
        self.meanwhile: Callable[[], object] | None = None

    def agree(self, person: str) -> str:
        """Let a person agree; returns the code that a browser brings back."""
        self._agreed += 1
        code = f"code {self._agreed} of {self._provider}"
        self._people[code] = person
        return code

    def authorize_url(self, state: str) -> str:
        return f"https://{self._provider}.example/agree?state={state}"

    def prove(self, code: str) -> ProviderSubject:
        if self.is_down:
            raise ProviderUnavailable
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        person = self._people.pop(code, None)
        if person is None:
            raise ProviderLoginRejected
        return ProviderSubject(provider=self._provider, realm="tests", name=person)


class FakeVault:
    def seal(self, phone: Phone, user_id: UserId) -> bytes:
        return hashlib.sha256(f"{phone} {user_id}".encode()).digest()


class FakeLog:
    def __init__(self) -> None:
        self.lines: list[dict[str, str | int | bool | None]] = []

    def record(
        self, event: str, *, level: Level = Level.INFO, **fields: str | int | bool | None
    ) -> None:
        self.lines.append({"message": event, "level": level, **listed(dict(fields))})

    def events(self) -> list[str | int | bool | None]:
        return [line["message"] for line in self.lines]


class FakeRetryQueue:
    def __init__(self) -> None:
        self.delays: dict[str, timedelta] = {}

    def retry_in(self, receipt_handle: str, delay: timedelta) -> None:
        self.delays[receipt_handle] = delay


class FakeJobQueue(FakeRetryQueue):
    """Keeps what was sent; takes nothing while `is_down`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.is_down = False

    def send(self, body: str) -> None:
        if self.is_down:
            raise Unavailable
        self.sent.append(body)


class FakeRenderer:
    """Takes anything that begins like a JPEG and ends like one; draws nothing."""

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self.meanwhile: Callable[[], object] | None = None

    def render(self, source: BinaryIO, content_type: str, *, within: timedelta) -> RenderedPhoto:
        if self.failure:
            raise self.failure
        if self.meanwhile:
            self.meanwhile()
        data = source.read()
        if not data:
            raise ImageRefused("empty")
        if not data.startswith(b"\xff\xd8"):
            raise ImageRefused("unsupported_type")
        if content_type != "image/jpeg":
            raise ImageRefused("type_mismatch")
        if not data.endswith(b"\xff\xd9"):
            raise ImageRefused("corrupt")
        digest = hashlib.sha256(data).digest()
        return RenderedPhoto(
            renditions=tuple(
                Rendered(name=name, width_px=side, height_px=side, data=name.encode() + digest)
                for name, side in (("full", 2048), ("preview", 1080), ("thumb", 320))
            ),
            frame_count=1,
            cpu_ms=210,
            peak_mb=140,
        )


class FakeDarkroom(PillowDarkroom):
    """Reads recipes as the real one; makes pictures that name what they were made of."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.meanwhile: Callable[[], object] | None = None

    def edit(
        self,
        source: BinaryIO,
        recipe: str,
        output: Output,
        others: Mapping[str, BinaryIO],
        *,
        within: timedelta,
    ) -> Edited:
        if self.failure:
            raise self.failure
        if self.meanwhile:
            self.meanwhile()
        made_of = hashlib.sha256(recipe.encode() + source.read())
        for name in sorted(others):
            made_of.update(others[name].read())
        data = made_of.digest() * 40
        if output.max_bytes and len(data) > output.max_bytes:
            raise ImageRefused("cannot_fit")
        return Edited(
            renditions=tuple(
                Rendered(name=name, width_px=side, height_px=side, data=name.encode() + data)
                for name, side in (("full", 2048), ("preview", 1080), ("thumb", 320))
            ),
            media_type=output.media_type,
            quality=output.quality,
            engine="fake",
            cpu_ms=90,
            peak_mb=120,
        )
