"""What the text of a code says, how long it is on the air, and how phones find the code in it."""

import re
from dataclasses import dataclass

import pytest

from chalicelib.identity.messages import RETRIEVER_BYTES, CodeMessages, language_of, payload_bytes
from chalicelib.identity.ports import CodeMessage, Language
from chalicelib.phone import Phone
from tests.fakes import START, FakeEntropy, code_in

CHINESE, BRITISH = Phone("+8613800138000"), Phone("+447400123456")
APP_HASH = "FA+9qCX9VSu"
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of one septet each: 3GPP TS 23.038, 6.2.1."""


@dataclass(frozen=True, slots=True)
class OnAir:
    encoding: str
    bytes: int
    segments: int


def on_air(text: str) -> OnAir:
    """Measure a text as the network does: 140 bytes a segment, six fewer if there are several."""
    if set(text) <= GSM_7:
        septets = len(text)
        segments = 1 if septets <= 160 else -(-septets // 153)
        return OnAir("GSM-7", -(-septets * 7 // 8), segments)
    units = len(text.encode("utf-16-be")) // 2
    return OnAir("UCS-2", 2 * units, 1 if units <= 70 else -(-units // 67))


def draw(phone: Phone, *, host: str = "photos.example", app_hash: str = "") -> CodeMessage:
    messages = CodeMessages(
        web_host=host, android_app_hash=app_hash, reserved=(), entropy=FakeEntropy()
    )
    return messages.draw(phone, START)


SNAPSHOTS = [
    pytest.param(
        draw(CHINESE),
        "【ifotor】验证码140891，5分钟内有效，请勿告知他人。\n@photos.example #140891",
        OnAir("UCS-2", 112, 1),
        id="chinese",
    ),
    pytest.param(
        draw(CHINESE, app_hash=APP_HASH),
        "【ifotor】验证码140891，5分钟内有效，请勿告知他人。\nFA+9qCX9VSu\n@photos.example #140891",
        OnAir("UCS-2", 136, 1),
        id="chinese-app",
    ),
    pytest.param(
        draw(BRITISH),
        "140891 is your ifotor code. It works for 5 minutes. Do not share it.\n"
        "@photos.example #140891",
        OnAir("GSM-7", 81, 1),
        id="english",
    ),
    pytest.param(
        draw(BRITISH, app_hash=APP_HASH),
        "140891 is your ifotor code. It works for 5 minutes. Do not share it.\n"
        "FA+9qCX9VSu\n@photos.example #140891",
        OnAir("GSM-7", 91, 1),
        id="english-app",
    ),
    pytest.param(
        draw(CHINESE, host="photos-of-china.example", app_hash=APP_HASH),
        "【ifotor】验证码140891，5分钟内有效，请勿告知他人。\n@photos-of-china.example #140891",
        OnAir("UCS-2", 130, 1),
        id="chinese-app-that-would-not-fit",
    ),
]


@pytest.mark.parametrize(("message", "text", "length"), SNAPSHOTS)
class TestText:
    def test_is_what_it_was(self, message: CodeMessage, text: str, length: OnAir) -> None:
        assert message.text == text

    def test_is_one_segment(self, message: CodeMessage, text: str, length: OnAir) -> None:
        assert on_air(message.text) == length
        assert payload_bytes(message.text) == length.bytes <= RETRIEVER_BYTES

    def test_browser_finds_code_and_host_in_the_last_line(
        self, message: CodeMessage, text: str, length: OnAir
    ) -> None:
        found = re.fullmatch(r"@([a-z0-9.-]+) #([0-9]{6})", message.text.split("\n")[-1])

        assert found
        assert found[2] == message.code == code_in(message.text)

    def test_app_finds_its_hash_as_a_word(
        self, message: CodeMessage, text: str, length: OnAir
    ) -> None:
        assert (APP_HASH in text.split()) == (APP_HASH in message.text)
        assert message.text.split().count(APP_HASH) <= 1


class TestLanguage:
    @pytest.mark.parametrize(
        ("phone", "language"),
        [
            (CHINESE, Language.CHINESE),
            (BRITISH, Language.ENGLISH),
            (Phone("+85251234567"), Language.ENGLISH),
            (Phone("+886912345678"), Language.ENGLISH),
            (Phone("+8801712345678"), Language.ENGLISH),
        ],
    )
    def test_follows_the_country_of_the_number(self, phone: Phone, language: Language) -> None:
        assert language_of(phone) is language
        assert draw(phone).language is language


class TestCodeMessage:
    def test_says_its_parts_beside_the_text(self) -> None:
        message = draw(CHINESE)

        assert (message.phone, message.code, message.minutes) == (CHINESE, "140891", 5)

    def test_shows_neither_number_nor_code(self) -> None:
        message = draw(CHINESE)

        assert message.code not in repr(message)
        assert CHINESE[3:] not in repr(message)

    def test_local_page_is_a_host_too(self) -> None:
        assert draw(BRITISH, host="127.0.0.1").text.endswith("\n@127.0.0.1 #140891")
