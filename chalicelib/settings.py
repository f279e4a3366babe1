"""The only reader of the environment. A value that is missing or wrong stops the start and is
named.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SettingMissing(Exception):
    """The environment lacks a variable, or holds a value that is not allowed; names it, never shows
    it.
    """


class SmsSenderKind(StrEnum):
    SNS = "sns"
    HTTP = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a stage decides; `infra/functions.yaml` writes each variable."""

    stage: str
    accounts_table: str
    photos_table: str
    originals_bucket: str
    renditions_bucket: str
    originals_key_arn: str
    phones_key_arn: str
    session_secret_arn: str
    phone_index_secret_arn: str
    uploads_queue_url: str
    sms_sender: SmsSenderKind
    sms_gateway_url: str
    sms_gateway_secret_arn: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        env = os.environ if environ is None else environ

        def required(name: str) -> str:
            value = env.get(name, "")
            if not value:
                raise SettingMissing(f"the environment variable {name} is missing")
            return value

        try:
            sender = SmsSenderKind(required("SMS_SENDER"))
        except ValueError:
            raise SettingMissing("SMS_SENDER must be sns or http") from None
        gateway = required if sender is SmsSenderKind.HTTP else lambda name: env.get(name, "")
        return cls(
            stage=required("STAGE"),
            accounts_table=required("ACCOUNTS_TABLE"),
            photos_table=required("PHOTOS_TABLE"),
            originals_bucket=required("ORIGINALS_BUCKET"),
            renditions_bucket=required("RENDITIONS_BUCKET"),
            originals_key_arn=required("ORIGINALS_KEY_ARN"),
            phones_key_arn=required("PHONES_KEY_ARN"),
            session_secret_arn=required("SESSION_SECRET_ARN"),
            phone_index_secret_arn=required("PHONE_INDEX_SECRET_ARN"),
            uploads_queue_url=required("UPLOADS_QUEUE_URL"),
            sms_sender=sender,
            sms_gateway_url=gateway("SMS_GATEWAY_URL"),
            sms_gateway_secret_arn=gateway("SMS_GATEWAY_SECRET_ARN"),
        )
