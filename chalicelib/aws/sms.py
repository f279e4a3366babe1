"""Ways of AWS to send a text message, each the port `SmsSender`; neither exists in China.

SNS sends no texts there (docs.amazonaws.cn/en_us/aws/latest/userguide/sns.md), and End User
Messaging has no endpoint (botocore's endpoint data); both read 2026-11.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from chalicelib.identity.errors import SmsUnavailable
from chalicelib.identity.ports import CodeMessage


class SnsSmsSender:
    """Amazon SNS: nothing to register, and nothing that limits what one message may cost."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, message: CodeMessage) -> None:
        kind = {"DataType": "String", "StringValue": "Transactional"}
        with _refusal_is_unavailable():
            self._client.publish(
                PhoneNumber=message.phone,
                Message=message.text,
                MessageAttributes={"AWS.SNS.SMS.SMSType": kind},
            )


class EndUserMessaging(Struct, frozen=True, kw_only=True):
    """What an operator has set up, by ARN: a call needs the right to each of the three."""

    origination_identity_arn: str
    """A phone number, sender id or pool."""
    configuration_set_arn: str
    """Where delivery events go."""
    protect_configuration_arn: str
    """Countries that are blocked or filtered."""
    max_price_usd: str
    """What one message may cost, such as 0.10; a dearer one is refused."""


class EndUserMessagingSmsSender:
    """AWS End User Messaging, `SendTextMessage` of pinpoint-sms-voice-v2.

    docs.aws.amazon.com/goto/WebAPI/pinpoint-sms-voice-v2-2022-03-31/SendTextMessage, read 2026-11.
    """

    def __init__(self, client: Any, setup: EndUserMessaging) -> None:
        self._client = client
        self._setup = setup

    def send(self, message: CodeMessage) -> None:
        setup = self._setup
        with _refusal_is_unavailable():
            self._client.send_text_message(
                DestinationPhoneNumber=message.phone,
                OriginationIdentity=setup.origination_identity_arn,
                MessageBody=message.text,
                MessageType="TRANSACTIONAL",
                MaxPrice=setup.max_price_usd,
                # A code that is handed over later than it works would only confuse.
                TimeToLive=message.minutes * 60,
                ConfigurationSetName=setup.configuration_set_arn,
                ProtectConfigurationId=setup.protect_configuration_arn,
            )


@contextmanager
def _refusal_is_unavailable() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError):
        # Not chained: the provider's words may repeat the number.
        raise SmsUnavailable from None
