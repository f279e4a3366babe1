"""Texts through services of others: what their documentation asks for is what goes out, once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.ports import MessageKind, SmsSender
from chalicelib.remote.sms_gateway import HttpSmsSender
from chalicelib.remote.tencent_sms import TencentKey, TencentSmsSender, TencentTemplate, sign
from tests.contracts.loopback import Service, service
from tests.contracts.message import MESSAGE
from tests.fakes import START, FakeClock

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "tencent_tc3.json").read_text(encoding="utf-8")
)
TEMPLATE = TencentTemplate(
    app_id="1400006666",
    sign_name="腾讯云",
    template_ids={MessageKind.LOGIN: "1110"},
    region="ap-guangzhou",
)
KEY = '{"secret_id": "an id", "secret_key": "a key"}'
TAKEN = {"SerialNo": "5000:1", "PhoneNumber": MESSAGE.phone, "Fee": 1, "SessionContext": ""} | {
    "Code": "Ok",
    "Message": "send success",
    "IsoCode": "CN",
}


def answer(**response: object) -> bytes:
    return json.dumps({"Response": response | {"RequestId": "a0aabda6"}}).encode()


def tencent(url: str, *, key: str = KEY) -> TencentSmsSender:
    return TencentSmsSender(TEMPLATE, read_key=lambda: key, clock=FakeClock(), endpoint=url)


@contextmanager
def over_http(
    make: Callable[[str], SmsSender], status: int | None, body: bytes = b""
) -> Iterator[tuple[SmsSender, Service]]:
    with service(status, body) as serving:
        yield make(serving.url), serving


def gateway(url: str) -> HttpSmsSender:
    return HttpSmsSender(f"{url}/send", lambda: "a secret")


@pytest.mark.enable_socket
class TestGateway:
    def test_gets_number_text_parts_and_secret(self) -> None:
        with over_http(gateway, 202) as (sender, serving):
            sender.send(MESSAGE)

        [came] = serving.received
        assert came.path == "/send"
        assert came.headers["authorization"] == "Bearer a secret"
        assert came.headers["content-type"] == "application/json"
        assert json.loads(came.body) == {
            "to": MESSAGE.phone,
            "text": MESSAGE.text,
            "code": "012345",
            "minutes": 5,
            "language": "zh",
        }


class TestTencentSignature:
    def test_published_example_is_signed_as_published(self) -> None:
        key = TencentKey(id=VECTOR["secret_id"], secret=VECTOR["secret_key"])
        now = datetime.fromtimestamp(VECTOR["timestamp"], tz=UTC)

        signed = sign(
            key,
            service=VECTOR["service"],
            host=VECTOR["host"],
            body=VECTOR["body"].encode(),
            now=now,
        )

        assert signed == VECTOR["authorization"]

    @given(st.integers(0, len(VECTOR["body"]) * 8 - 1))
    def test_any_other_bit_is_signed_otherwise(self, place: int) -> None:
        body = bytearray(VECTOR["body"].encode())
        body[place // 8] ^= 1 << place % 8
        key = TencentKey(id=VECTOR["secret_id"], secret=VECTOR["secret_key"])
        now = datetime.fromtimestamp(VECTOR["timestamp"], tz=UTC)

        signed = sign(
            key, service=VECTOR["service"], host=VECTOR["host"], body=bytes(body), now=now
        )

        assert signed != VECTOR["authorization"]

    def test_key_does_not_show_its_secret(self) -> None:
        assert "a key" not in repr(TencentKey.parse(KEY))


@pytest.mark.enable_socket
class TestTencent:
    def test_asks_for_what_the_reference_documents(self) -> None:
        """cloud.tencent.com/document/api/382/55981: parameters, and the headers common to all."""
        with over_http(tencent, 200, answer(SendStatusSet=[TAKEN])) as (sender, serving):
            sender.send(MESSAGE)

        [came] = serving.received
        host = urlsplit(serving.url).netloc
        key = TencentKey.parse(KEY)
        signed = sign(key, service="sms", host=host, body=came.body, now=START)
        assert json.loads(came.body) == {
            "PhoneNumberSet": ["+8613800138000"],
            "SmsSdkAppId": "1400006666",
            "SignName": "腾讯云",
            "TemplateId": "1110",
            "TemplateParamSet": ["012345", "5"],
        }
        assert {name: came.headers.get(name) for name in came.headers if "x-tc" in name} == {
            "x-tc-action": "SendSms",
            "x-tc-version": "2021-01-11",
            "x-tc-region": "ap-guangzhou",
            "x-tc-timestamp": str(int(START.timestamp())),
        }
        assert came.headers["authorization"] == signed
        assert came.headers["content-type"] == "application/json; charset=utf-8"
        assert (came.path, came.headers["host"]) == ("/", host)

    @pytest.mark.parametrize(
        "body",
        [
            answer(Error={"Code": "AuthFailure.SignatureFailure", "Message": MESSAGE.phone}),
            answer(SendStatusSet=[TAKEN | {"Code": "LimitExceeded.PhoneNumberOneHourLimit"}]),
            answer(SendStatusSet=[]),
            answer(SendStatusSet=[TAKEN, TAKEN]),
            answer(SendStatusSet=None),
            b"",
            b"[]",
            b"\xff",
            b"<html>",
        ],
    )
    def test_anything_but_one_ok_is_unavailable(self, body: bytes) -> None:
        """Tencent answers 200 to all that it understood, refused or not."""
        with over_http(tencent, 200, body) as (sender, serving):
            with pytest.raises(SmsUnavailable) as failure:
                sender.send(MESSAGE)
            assert len(serving.received) == 1
        assert MESSAGE.phone not in str(failure.value)

    @pytest.mark.parametrize("key", ["", "{}", "[]", '"x"', '{"secret_id": "an id"}'])
    def test_key_that_is_none_sends_nothing(self, key: str) -> None:
        with service(200, answer(SendStatusSet=[TAKEN])) as serving:
            with pytest.raises(SmsUnavailable):
                tencent(serving.url, key=key).send(MESSAGE)
            assert serving.received == []


@pytest.mark.enable_socket
@pytest.mark.parametrize("make", [gateway, tencent])
class TestOverHttp:
    @pytest.mark.parametrize("status", [302, 307, 400, 500, 503, None])
    def test_refusal_or_lost_answer_is_unavailable_and_not_asked_twice(
        self, make: Callable[[str], SmsSender], status: int | None
    ) -> None:
        with over_http(make, status, answer(SendStatusSet=[TAKEN])) as (sender, serving):
            with pytest.raises(SmsUnavailable):
                sender.send(MESSAGE)
            assert len(serving.received) == 1

    def test_service_that_is_gone_is_unavailable(self, make: Callable[[str], SmsSender]) -> None:
        with over_http(make, 200) as (sender, _):
            pass
        with pytest.raises(SmsUnavailable):
            sender.send(MESSAGE)
