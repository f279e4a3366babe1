"""Texts through AWS: what its reference asks for is what goes out, once."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.aws.clients import client
from chalicelib.aws.sms import EndUserMessaging, EndUserMessagingSmsSender, SnsSmsSender
from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.ports import SmsSender
from tests.contracts.message import MESSAGE
from tests.fakes import FakeSms

MESSAGING = "arn:aws:sms-voice:us-east-1:123456789012"
SETUP = EndUserMessaging(
    origination_identity_arn=f"{MESSAGING}:pool/pool-1",
    configuration_set_arn=f"{MESSAGING}:configuration-set/codes",
    protect_configuration_arn=f"{MESSAGING}:protect-configuration/protect-1",
    max_price_usd="0.10",
)


@pytest.fixture(autouse=True)
def _moto() -> Iterator[None]:
    with mock_aws():
        yield


class TestFake:
    def test_takes_a_message_or_refuses_it(self) -> None:
        fake = FakeSms()
        fake.send(MESSAGE)
        fake.is_down = True

        with pytest.raises(SmsUnavailable):
            fake.send(MESSAGE)
        assert fake.sent == [(MESSAGE.phone, MESSAGE.text)]


class TestSns:
    def test_sends_the_text_to_the_number(self) -> None:
        SnsSmsSender(client("sns")).send(MESSAGE)

        sent = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sms_messages
        assert list(sent.values()) == [(MESSAGE.phone, MESSAGE.text)]

    def test_asks_for_what_the_reference_documents(self) -> None:
        """docs.aws.amazon.com/sns/latest/api/API_Publish.html."""
        kind = {"DataType": "String", "StringValue": "Transactional"}
        wanted = {"PhoneNumber": MESSAGE.phone, "Message": MESSAGE.text} | {
            "MessageAttributes": {"AWS.SNS.SMS.SMSType": kind}
        }
        with Stubber(client("sns")) as stub:
            stub.add_response("publish", {"MessageId": "1"}, wanted)
            SnsSmsSender(client("sns")).send(MESSAGE)

            stub.assert_no_pending_responses()

    def test_refusal_is_unavailable_and_repeats_nothing(self) -> None:
        with Stubber(client("sns")) as stub:
            stub.add_client_error("publish", "Throttled", f"{MESSAGE.phone} is slow")
            with pytest.raises(SmsUnavailable) as failure:
                SnsSmsSender(client("sns")).send(MESSAGE)

        assert MESSAGE.phone not in str(failure.value)
        assert failure.value.__suppress_context__


class TestEndUserMessaging:
    SERVICE = "pinpoint-sms-voice-v2"
    WANTED = {  # noqa: RUF012 - read only
        "DestinationPhoneNumber": MESSAGE.phone,
        "OriginationIdentity": SETUP.origination_identity_arn,
        "MessageBody": MESSAGE.text,
        "MessageType": "TRANSACTIONAL",
        "MaxPrice": "0.10",
        "TimeToLive": 300,
        "ConfigurationSetName": SETUP.configuration_set_arn,
        "ProtectConfigurationId": SETUP.protect_configuration_arn,
    }

    def test_asks_for_what_the_reference_documents(self) -> None:
        """The stub also holds the request against the service's own model."""
        with Stubber(client(self.SERVICE)) as stub:
            stub.add_response("send_text_message", {"MessageId": "1"}, self.WANTED)
            EndUserMessagingSmsSender(client(self.SERVICE), SETUP).send(MESSAGE)

            stub.assert_no_pending_responses()

    def test_every_value_has_the_form_the_model_asks_for(self) -> None:
        operation = client(self.SERVICE).meta.service_model.operation_model("SendTextMessage")
        members = operation.input_shape.members

        for name, value in self.WANTED.items():
            pattern = members[name].metadata.get("pattern")
            assert pattern is None or re.fullmatch(pattern, str(value)), name
        assert self.WANTED["MessageType"] in members["MessageType"].enum
        assert 5 <= MESSAGE.minutes * 60 <= members["TimeToLive"].metadata["max"]

    @pytest.mark.parametrize(
        "code",
        ["ConflictException", "ThrottlingException", "ValidationException", "AccessDenied"],
    )
    def test_refusal_is_unavailable_and_repeats_nothing(self, code: str) -> None:
        with Stubber(client(self.SERVICE)) as stub:
            stub.add_client_error("send_text_message", code, f"{MESSAGE.phone} is blocked")
            with pytest.raises(SmsUnavailable) as failure:
                EndUserMessagingSmsSender(client(self.SERVICE), SETUP).send(MESSAGE)

        assert MESSAGE.phone not in str(failure.value)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("sns", SnsSmsSender),
        (TestEndUserMessaging.SERVICE, lambda aws: EndUserMessagingSmsSender(aws, SETUP)),
    ],
    ids=["sns", "end_user_messaging"],
)
def test_lost_answer_is_not_answered_by_sending_again(
    name: str, make: Callable[[Any], SmsSender]
) -> None:
    aws = client(name)
    tries: list[str] = []

    def lose(request: Any, **_: Any) -> None:
        tries.append(request.url)
        raise ConnectTimeoutError(endpoint_url=request.url)

    aws.meta.events.register_first("before-send.*", lose, unique_id="lost")
    try:
        with pytest.raises(SmsUnavailable):
            make(aws).send(MESSAGE)
    finally:
        aws.meta.events.unregister("before-send.*", unique_id="lost")
    assert len(tries) == 1
