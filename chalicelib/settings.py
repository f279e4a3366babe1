"""The only reader of the environment. A value that is missing or wrong stops the start and is
named.
"""

import json
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib.phone import ReservedPhone, read_reserved_phones

Choice = TypeVar("Choice", bound=StrEnum)


class SettingMissing(Exception):
    """The environment lacks a variable, or holds a value that is not allowed; names it, never shows
    it.
    """


class SmsSenderKind(StrEnum):
    SNS = "sns"
    END_USER_MESSAGING = "end_user_messaging"
    TENCENT = "tencent"
    HTTP = "http"


NOT_IN_CHINA = frozenset({SmsSenderKind.SNS, SmsSenderKind.END_USER_MESSAGING})
"""What sends no text from the regions of China (chalicelib/aws/sms.py)."""

NEEDS: Mapping[SmsSenderKind, frozenset[str]] = {
    SmsSenderKind.SNS: frozenset(),
    SmsSenderKind.END_USER_MESSAGING: frozenset(
        {
            *("SMS_ORIGINATION_IDENTITY_ARN", "SMS_CONFIGURATION_SET_ARN"),
            *("SMS_PROTECT_CONFIGURATION_ARN", "SMS_MAX_PRICE_USD"),
        }
    ),
    SmsSenderKind.TENCENT: frozenset(
        {
            *("SMS_TENCENT_APP_ID", "SMS_TENCENT_SIGN_NAME", "SMS_TENCENT_TEMPLATE_ID"),
            *("SMS_TENCENT_GUARDIAN_TEMPLATE_ID", "SMS_TENCENT_CHANGE_TEMPLATE_ID"),
            *("SMS_TENCENT_WARNING_TEMPLATE_ID", "SMS_TENCENT_REGION", "SMS_TENCENT_SECRET_ARN"),
        }
    ),
    SmsSenderKind.HTTP: frozenset({"SMS_GATEWAY_URL", "SMS_GATEWAY_SECRET_ARN"}),
}
"""Variables that a sender cannot do without."""
SMS_VARIABLES: frozenset[str] = frozenset().union(*NEEDS.values())


class HumanCheckKind(StrEnum):
    NONE = "none"
    TURNSTILE = "turnstile"


class LoginApp(Struct, frozen=True, kw_only=True):
    """An application that was registered with a provider of third-party logins."""

    app_id: str
    subject: str
    """Which of the provider's names for a person counts; never changed while people use it."""
    secret_arn: str
    page_url: str = ""
    """Where people agree; empty for the provider's own, and so in production."""
    api_url: str = ""


LOGIN_SUBJECTS: Mapping[str, frozenset[str]] = {
    "LOGIN_WECHAT": frozenset({"unionid", "openid"}),
    "LOGIN_ALIPAY": frozenset({"open_id", "user_id"}),
}


TAKEN_AS_THEY_ARE = (
    *("stage", "accounts_table", "photos_table", "originals_bucket", "renditions_bucket"),
    *("originals_key_arn", "phones_key_arn", "session_secret_arn"),
    *("phone_index_secret_arn", "uploads_queue_url", "payments_table", "register_table"),
    *("payments_secret_arn", "wechatpay_secret_arn", "alipay_secret_arn"),
    *("edits_queue_url", "shards_queue_url", "stack_name"),
)
"""Fields of Settings that any text will do for, named like their variables."""


class Settings(Struct, frozen=True, kw_only=True):
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
    payments_table: str
    register_table: str
    """Of what staff did."""
    payments_secret_arn: str
    """Of the hashes and ciphertexts in the payments table."""
    wechatpay_secret_arn: str
    alipay_secret_arn: str
    """Of each provider: `{}` while there is no contract."""
    edits_queue_url: str
    shards_queue_url: str
    stack_name: str
    web_origin: str
    """Of the page, such as https://photos.example."""
    sms_sender: SmsSenderKind
    allowed_countries: str
    """Calling codes that texts are sent to, such as "86,1,44"."""
    codes_per_address_an_hour: int
    codes_a_day: int
    """Of everybody; 0 sends nothing."""
    code_cooldown_s: int
    """Between two codes of one number."""
    human_check: HumanCheckKind
    turnstile_secret_arn: str
    sms_gateway_url: str = ""
    sms_gateway_secret_arn: str = ""
    sms_origination_identity_arn: str = ""
    sms_configuration_set_arn: str = ""
    sms_protect_configuration_arn: str = ""
    sms_max_price_usd: str = ""
    sms_tencent_app_id: str = ""
    sms_tencent_sign_name: str = ""
    sms_tencent_template_id: str = ""
    sms_tencent_guardian_template_id: str = ""
    sms_tencent_change_template_id: str = ""
    sms_tencent_warning_template_id: str = ""
    sms_tencent_region: str = ""
    sms_tencent_secret_arn: str = ""
    login_wechat: LoginApp | None = None
    login_alipay: LoginApp | None = None
    """None where the stage does not offer it."""
    android_app_hash: str = ""
    """Of the Android app, for SMS Retriever; empty without one."""
    test_numbers: tuple[ReservedPhone, ...] = ()
    """Never in production."""

    @property
    def countries(self) -> frozenset[str]:
        return frozenset(self.allowed_countries.split(","))

    @property
    def web_host(self) -> str:
        return urlsplit(self.web_origin).hostname or ""

    @property
    def login_return_url(self) -> str:
        """Where providers send people back to, as it is registered with each of them."""
        return f"{self.web_origin}/"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        env = os.environ if environ is None else environ

        def required(name: str) -> str:
            return _required(env, name)

        sender = _sms_sender(required("SMS_SENDER"), env.get("AWS_REGION", ""))
        check = _choice(env, "HUMAN_CHECK", HumanCheckKind)
        turnstile = required if check is HumanCheckKind.TURNSTILE else lambda name: ""
        return cls(
            **{name: required(name.upper()) for name in TAKEN_AS_THEY_ARE},
            web_origin=_web_origin(required("WEB_ORIGIN")),
            sms_sender=sender,
            allowed_countries=_calling_codes(env, "ALLOWED_COUNTRIES"),
            codes_per_address_an_hour=_number(env, "CODES_PER_ADDRESS_AN_HOUR"),
            codes_a_day=_number(env, "CODES_A_DAY"),
            code_cooldown_s=_number(env, "CODE_COOLDOWN_S"),
            human_check=check,
            turnstile_secret_arn=turnstile("TURNSTILE_SECRET_ARN"),
            **_sms_settings(sender, env),
            login_wechat=_login_app(env, "LOGIN_WECHAT", required("STAGE")),
            login_alipay=_login_app(env, "LOGIN_ALIPAY", required("STAGE")),
            android_app_hash=_android_app_hash(env.get("ANDROID_APP_HASH", "")),
            test_numbers=_test_numbers(env.get("TEST_NUMBERS", ""), required("STAGE")),
        )


def is_production(stage: str) -> bool:
    """Whether real people use a stage: prod, prod-cn and whatever else begins so."""
    return stage.startswith("prod")


def _sms_sender(value: str, region: str) -> SmsSenderKind:
    try:
        sender = SmsSenderKind(value)
    except ValueError:
        raise SettingMissing(f"SMS_SENDER must be one of {', '.join(SmsSenderKind)}") from None
    if region.startswith("cn-") and sender in NOT_IN_CHINA:
        possible = " or ".join(kind for kind in SmsSenderKind if kind not in NOT_IN_CHINA)
        raise SettingMissing(f"SMS_SENDER must be {possible} in China: AWS sends no texts there")
    return sender


def _sms_settings(sender: SmsSenderKind, env: Mapping[str, str]) -> dict[str, str]:
    """Read every variable of every sender, under the name of its field."""
    missing = [name for name in NEEDS[sender] if not env.get(name)]
    if missing:
        raise SettingMissing(f"the environment variable {min(missing)} is missing")
    _check_max_price(env.get("SMS_MAX_PRICE_USD", ""))
    return {name.lower(): env.get(name, "") for name in SMS_VARIABLES}


def _check_max_price(value: str) -> None:
    if value and not re.fullmatch(r"[0-9]{0,2}\.[0-9]{1,5}", value):
        raise SettingMissing("SMS_MAX_PRICE_USD must be dollars, a point and one to five digits")


def _web_origin(value: str) -> str:
    if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", value):
        raise SettingMissing("WEB_ORIGIN must be scheme and host of the page and nothing else")
    return value


def _android_app_hash(value: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9+/]{11})?", value):
        raise SettingMissing("ANDROID_APP_HASH must be eleven characters of base64, or empty")
    return value


def _test_numbers(value: str, stage: str) -> tuple[ReservedPhone, ...]:
    if not value:
        return ()
    if is_production(stage):
        raise SettingMissing("TEST_NUMBERS is not allowed in production")
    try:
        return read_reserved_phones(value)
    except ValueError:
        raise SettingMissing(
            "TEST_NUMBERS must be a JSON list of {phone, code, until}, each phone once"
        ) from None


def _login_app(env: Mapping[str, str], name: str, stage: str) -> LoginApp | None:
    """Read {app_id, subject, secret_arn}; where nobody lives, LOGIN_ADDRESSES adds {page_url,
    api_url}.
    """
    if not env.get(name):
        return None
    try:
        addresses = json.loads(env.get("LOGIN_ADDRESSES") or "{}").get(name, {})
        told = json.loads(env[name]) | addresses
        app = LoginApp(**{field: str(value) for field, value in told.items()})
    except (AttributeError, TypeError, ValueError):
        raise SettingMissing(f"{name} must be a JSON object of an application") from None
    if not (app.app_id and app.secret_arn and app.subject in LOGIN_SUBJECTS[name]):
        subjects = " or ".join(sorted(LOGIN_SUBJECTS[name]))
        raise SettingMissing(f"{name} needs app_id, secret_arn and subject, which is {subjects}")
    if is_production(stage) and (app.page_url or app.api_url):
        # Whoever answers there decides who anybody is.
        raise SettingMissing(f"{name} has no page_url and no api_url in production")
    return app


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingMissing(f"the environment variable {name} is missing")
    return value


def _choice(env: Mapping[str, str], name: str, kind: type[Choice]) -> Choice:
    try:
        return kind(_required(env, name))
    except ValueError:
        raise SettingMissing(f"{name} must be {' or '.join(kind)}") from None


def _number(env: Mapping[str, str], name: str) -> int:
    value = _required(env, name)
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise SettingMissing(f"{name} must be a whole number")
    return int(value)


def _calling_codes(env: Mapping[str, str], name: str) -> str:
    value = _required(env, name)
    if not all(one.isascii() and one.isdigit() for one in value.split(",")):
        raise SettingMissing(f"{name} must be calling codes, such as 86,1,44")
    return value
