"""Numbers with a fixed code: they log in, they end, and nothing is ever sent to them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from msgspec.structs import replace

from chalicelib.container import Container
from chalicelib.errors import InvalidPhone
from chalicelib.identity.errors import CodeRejected
from chalicelib.identity.messages import CodeMessages, SparingSmsSender
from chalicelib.phone import Phone, ReservedPhone, read_reserved_phones
from chalicelib.settings import SmsSenderKind
from tests.fakes import START, FakeClock, FakeEntropy, FakeSms
from tests.registering import AS_ADULT
from tests.world import REGION, make_stores

REVIEWER, STRANGER = Phone("+8613800138000"), Phone("+8613900139000")
RESERVED = ReservedPhone(phone=REVIEWER, code="424242", until=START + timedelta(days=30))


def written(**changes: object) -> str:
    row = {"phone": REVIEWER, "code": "424242", "until": "2026-12-31T16:00:00Z"}
    return json.dumps([row | changes])


class TestReading:
    def test_a_list_becomes_values(self) -> None:
        assert read_reserved_phones(written()) == (
            ReservedPhone(
                phone=REVIEWER, code="424242", until=datetime(2026, 12, 31, 16, tzinfo=UTC)
            ),
        )
        assert read_reserved_phones("[]") == ()

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "{}x",
            "null",
            "[1]",
            '["x"]',
            "[{}]",
            '{"phone": 1}',
            written(phone="13800138000"),
            written(phone="+19002345678"),
            written(phone=1),
            written(code="42424"),
            written(code="４２４２４２"),
            written(code=424242),
            written(until="2026-12-31T16:00:00"),
            written(until="never"),
            written(until=1),
            written(note="x"),
            json.dumps(json.loads(written()) * 2),
        ],
    )
    def test_anything_else_is_refused_without_repeating_it(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"reserved numbers|twice") as refusal:
            read_reserved_phones(text)

        assert REVIEWER[3:] not in str(refusal.value)
        assert refusal.value.__cause__ is None

    def test_value_shows_neither_number_nor_code(self) -> None:
        assert REVIEWER not in repr(RESERVED)
        assert "424242" not in repr(RESERVED)


class TestDrawing:
    def test_code_is_fixed_until_the_end_and_then_there_is_none(self) -> None:
        messages = CodeMessages(
            web_host="photos.example",
            android_app_hash="",
            reserved=(RESERVED,),
            entropy=FakeEntropy(),
        )

        just_before = RESERVED.until - timedelta(seconds=1)
        assert messages.draw(REVIEWER, just_before).code == "424242"
        assert messages.draw(STRANGER, just_before).code != "424242"
        with pytest.raises(InvalidPhone):
            messages.draw(REVIEWER, RESERVED.until)
        assert messages.draw(STRANGER, RESERVED.until).phone == STRANGER

    def test_sender_is_spared_them_and_nobody_else(self) -> None:
        sms = FakeSms()
        sender = SparingSmsSender(sms, (RESERVED,))
        messages = CodeMessages(
            web_host="photos.example",
            android_app_hash="",
            reserved=(RESERVED,),
            entropy=FakeEntropy(),
        )
        for phone in (REVIEWER, STRANGER):
            sender.send(messages.draw(phone, START))

        assert [phone for phone, _ in sms.sent] == [STRANGER]


class TestContainer:
    @pytest.fixture(autouse=True)
    def _moto(self) -> Iterator[None]:
        with mock_aws():
            yield

    def test_reviewer_logs_in_and_nothing_was_sent(self, caplog: pytest.LogCaptureFixture) -> None:
        clock = FakeClock()
        settings = replace(make_stores(), test_numbers=(RESERVED,))
        container = Container(settings, clock=clock, entropy=FakeEntropy())
        login = container.identity.login

        challenge = container.identity.challenges.send_code(REVIEWER)
        assert sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages == {}
        with pytest.raises(CodeRejected):
            login.verify_code(challenge.id, REVIEWER, "242424")
        assert login.verify_code(challenge.id, REVIEWER, "424242", registration=AS_ADULT).is_new
        shown = "".join(str(vars(record)) for record in caplog.records)
        assert REVIEWER[3:] not in shown
        assert "424242" not in shown

    @pytest.mark.parametrize("kind", SmsSenderKind)
    def test_every_kind_of_sender_can_be_made(self, kind: SmsSenderKind) -> None:
        settings = replace(make_stores(), sms_sender=kind, sms_gateway_url="https://sms.example")

        assert Container(settings, clock=FakeClock(), entropy=FakeEntropy()).identity.login
