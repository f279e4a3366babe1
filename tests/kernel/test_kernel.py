"""Ids, phones, keys, settings, log lines: small promises that everything rests on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import keys
from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.errors import InvalidPhone
from chalicelib.identity.ports import Secret
from chalicelib.identity.tokens import Token, TokenKind
from chalicelib.ids import EditId, NoticeId, PhotoId, SessionId, UserId, is_uuid, uuid7
from chalicelib.observability import FieldNotListed, listed, where
from chalicelib.phone import Phone, calling_code, parse_phone
from chalicelib.settings import SettingMissing, Settings
from chalicelib.storage import Key
from tests.fakes import START, FakeEntropy

INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
UUIDS = st.uuids().map(str)


class TestClock:
    @given(INSTANTS)
    def test_text_reads_back(self, instant: datetime) -> None:
        assert from_iso(to_iso(instant)) == instant

    @given(INSTANTS, INSTANTS)
    def test_text_order_is_time_order(self, one: datetime, other: datetime) -> None:
        assert (to_iso(one) < to_iso(other)) == (one < other)

    @given(INSTANTS)
    def test_epoch_is_never_early(self, instant: datetime) -> None:
        late_by = to_epoch_s(instant) - instant.timestamp()

        assert 0 <= late_by < 1


class TestIds:
    @given(INSTANTS, st.integers(0, 1000))
    def test_uuid7_is_one_and_carries_its_time(self, instant: datetime, seed: int) -> None:
        made = UUID(uuid7(instant, FakeEntropy(seed)))

        assert made.version == 7
        assert made.variant == "specified in RFC 4122"
        assert made.int >> 80 == int(instant.timestamp() * 1000)

    def test_later_ids_sort_later(self) -> None:
        entropy = FakeEntropy()
        made = [uuid7(START + timedelta(milliseconds=n), entropy) for n in range(100)]

        assert made == sorted(made)

    @pytest.mark.parametrize("text", ["", "x", "A" * 36, str(UUID(int=7)).upper() + "F", "{" * 36])
    def test_only_the_canonical_form_is_a_uuid(self, text: str) -> None:
        assert not is_uuid(text)


class TestPhone:
    @pytest.mark.parametrize(
        "text",
        [
            "13800138000",
            "138 0013 8000",
            "+86 138-0013-8000",
            "008613800138000",
            "１３８００１３８０００",
            " +8613800138000 ",
        ],
    )
    def test_chinese_number_in_any_dress_is_the_same(self, text: str) -> None:
        assert parse_phone(text) == "+8613800138000"

    def test_other_countries_name_themselves(self) -> None:
        assert parse_phone("+44 7400 123456") == "+447400123456"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hello",
            "1380013800",
            "010 8888 8888",
            "+1 900 234 5678",
            "+8613800138000;ext=5",
            "+881 6 1234 5678",
            "+882 16 12345678",
            "+" * 40,
        ],
    )
    def test_what_cannot_get_a_text_is_refused_without_repeating_it(self, text: str) -> None:
        with pytest.raises(InvalidPhone) as refusal:
            parse_phone(text)

        assert not text or text not in str(refusal.value)

    @pytest.mark.parametrize(
        ("phone", "code"),
        [
            ("+8613800138000", "86"),
            ("+447400123456", "44"),
            ("+12025550123", "1"),
            ("+14165550123", "1"),
            ("+18765551234", "1876"),
            ("+18095551234", "1809"),
        ],
    )
    def test_calling_code_names_the_country(self, phone: str, code: str) -> None:
        assert calling_code(Phone(phone)) == code


class TestKeys:
    @given(UUIDS, UUIDS)
    def test_key_of_an_original_reads_back(self, user: str, photo: str) -> None:
        user_id, photo_id = UserId(user), PhotoId(photo)

        key = keys.original_object(user_id, photo_id)
        assert keys.owner_of_original(key) == (user_id, photo_id)

    @given(st.text())
    def test_anything_else_is_no_key(self, text: str) -> None:
        with pytest.raises(ValueError, match="not the key"):
            keys.owner_of_original(text)

    @given(UUIDS, UUIDS, st.text(), st.dates())
    def test_keys_never_collide(self, user: str, other: str, text: str, day: datetime) -> None:
        user_id = UserId(user)
        made: list[Key] = [
            keys.profile_key(user_id),
            keys.session_key(user_id, SessionId(other)),
            keys.notice_key(user_id, NoticeId(other)),
            keys.joined_key(user_id, UserId(other)),
            keys.guest_mark_key(user_id),
            keys.photo_key(user_id, PhotoId(other)),
            keys.quota_key(user_id, day),
            keys.grant_key(user_id, text),
            keys.phone_key(text),
            keys.limit_key(text, day),
            keys.provider_subject_key("wechat", text),
            keys.linked_login_key(user_id, "wechat"),
            keys.used_state_key(text),
            keys.sweep_cursor_key(),
            keys.charge_key(EditId(other)),
        ]

        assert len(set(made)) == len(made)

    @given(UUIDS, UUIDS, UUIDS)
    def test_nothing_of_another_photo_or_user_lies_below_a_prefix(
        self, user: str, photo: str, other: str
    ) -> None:
        user_id = UserId(user)
        prefix = keys.renditions_prefix(user_id, PhotoId(photo))
        other_key = keys.rendition_object(user_id, PhotoId(other), "full")

        assert other_key.startswith(prefix) == (other == photo)
        assert not keys.original_object(UserId(other), PhotoId(photo)).startswith(
            keys.user_prefix(user_id)
        ) or (other == user)


class TestToken:
    @given(UUIDS, UUIDS, st.binary(min_size=4, max_size=4))
    def test_text_reads_back_and_any_other_kind_does_not(
        self, user: str, session: str, key_id: bytes
    ) -> None:
        secret = Secret(id=key_id, key=b"key")
        token = Token.draw(
            TokenKind.ACCESS, secret, UserId(user), SessionId(session), FakeEntropy()
        )

        assert Token.parse(TokenKind.ACCESS, token.to_text()) == token
        assert Token.parse(TokenKind.REFRESH, token.to_text()) is None
        assert token.is_ours(secret)

    @given(st.integers(0, 85), st.characters(codec="ascii"))
    def test_any_other_character_is_another_token(self, place: int, character: str) -> None:
        secret = Secret(id=b"abcd", key=b"key")
        user, session = UserId(str(UUID(int=1))), SessionId(str(UUID(int=2)))
        token = Token.draw(TokenKind.ACCESS, secret, user, session, FakeEntropy())
        text = token.to_text()
        changed = text[: 4 + place] + character + text[5 + place :]
        read = Token.parse(TokenKind.ACCESS, changed)

        assert changed == text or read is None or not read.is_ours(secret)


class TestSettings:
    def test_missing_value_is_named(self) -> None:
        with pytest.raises(SettingMissing, match="SMS_SENDER"):
            Settings.from_env({})

    def test_wrong_value_is_named_and_not_shown(self) -> None:
        with pytest.raises(SettingMissing, match="SMS_SENDER") as failure:
            Settings.from_env({"SMS_SENDER": "pigeon"})
        assert "pigeon" not in str(failure.value)


class TestLogLines:
    def test_field_that_is_not_listed_cannot_be_written(self) -> None:
        with pytest.raises(FieldNotListed, match="phone"):
            listed({"photo_id": "1", "phone": "+8613800138000"})

    def test_place_of_an_error_tells_nothing_of_its_text(self) -> None:
        try:
            parse_phone("secret words")
        except InvalidPhone as error:
            place = where(error)

        assert "phone.py" in place
        assert "secret" not in place
