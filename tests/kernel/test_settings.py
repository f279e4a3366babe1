"""Whatever is missing or wrong stops the start, names its variable and shows nothing of it."""

import json

import pytest

from chalicelib.settings import (
    NOT_IN_CHINA,
    LoginApp,
    SettingMissing,
    Settings,
    SmsSenderKind,
    is_production,
)
from tests.environment import VALUES, environment

REVIEWER = '[{"phone": "+8613800138000", "code": "424242", "until": "2026-12-31T16:00:00Z"}]'


@pytest.mark.parametrize("sender", SmsSenderKind)
class TestSenders:
    def test_what_a_sender_needs_is_enough_and_is_read(self, sender: SmsSenderKind) -> None:
        settings = Settings.from_env(environment(sender))

        assert settings.sms_sender is sender
        for kind, values in VALUES.items():
            for name, value in values.items():
                assert getattr(settings, name.lower()) == (value if kind is sender else "")

    def test_each_missing_value_is_named(self, sender: SmsSenderKind) -> None:
        for name in VALUES[sender]:
            with pytest.raises(SettingMissing, match=name):
                Settings.from_env(environment(sender, **{name: ""}))

    @pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
    def test_senders_of_aws_do_not_start_in_china(self, sender: SmsSenderKind, region: str) -> None:
        env = environment(sender, AWS_REGION=region)
        if sender in NOT_IN_CHINA:
            with pytest.raises(SettingMissing, match="SMS_SENDER must be tencent or http in China"):
                Settings.from_env(env)
        else:
            assert Settings.from_env(env).sms_sender is sender


class TestForms:
    @pytest.mark.parametrize("price", ["10", "0,10", "100.00", "cheap", "0.123456"])
    def test_price_is_what_the_provider_takes(self, price: str) -> None:
        env = environment(SmsSenderKind.END_USER_MESSAGING, SMS_MAX_PRICE_USD=price)

        with pytest.raises(SettingMissing, match="SMS_MAX_PRICE_USD") as failure:
            Settings.from_env(env)
        assert price not in str(failure.value)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("WEB_ORIGIN", "photos.example"),
            ("WEB_ORIGIN", "https://photos.example/page"),
            ("WEB_ORIGIN", "https://["),
            ("WEB_ORIGIN", "*"),
            ("ANDROID_APP_HASH", "too short"),
            ("ANDROID_APP_HASH", "FA+9qCX9VSu="),
            ("TEST_NUMBERS", "+8613800138000"),
            ("TEST_NUMBERS", REVIEWER.replace("424242", "4242")),
        ],
    )
    def test_wrong_value_is_named_and_not_shown(self, name: str, value: str) -> None:
        with pytest.raises(SettingMissing, match=name) as failure:
            Settings.from_env(environment() | {name: value})

        assert value not in str(failure.value)

    @pytest.mark.parametrize(
        ("origin", "host"),
        [("https://photos.example", "photos.example"), ("http://127.0.0.1:8000", "127.0.0.1")],
    )
    def test_host_of_the_page_is_without_scheme_and_port(self, origin: str, host: str) -> None:
        assert Settings.from_env(environment(WEB_ORIGIN=origin)).web_host == host


class TestTestNumbers:
    def test_stage_without_people_may_have_them(self) -> None:
        settings = Settings.from_env(environment(TEST_NUMBERS=REVIEWER))

        assert [one.phone for one in settings.test_numbers] == ["+8613800138000"]
        assert "13800138000" not in repr(settings)
        assert "424242" not in repr(settings)

    @pytest.mark.parametrize("stage", ["prod", "prod-cn", "prod-eu"])
    @pytest.mark.parametrize("value", [REVIEWER, "[]"])
    def test_production_does_not_start_with_them(self, stage: str, value: str) -> None:
        assert is_production(stage)
        with pytest.raises(SettingMissing, match="TEST_NUMBERS is not allowed in production"):
            Settings.from_env(environment(STAGE=stage, TEST_NUMBERS=value))

    def test_production_starts_without_them(self) -> None:
        assert Settings.from_env(environment(STAGE="prod")).test_numbers == ()


APP = {"app_id": "wx1", "subject": "unionid", "secret_arn": "arn:secret"}
ELSEWHERE = {"page_url": "http://p", "api_url": "http://a"}


class TestLogins:
    def test_are_offered_where_they_are_named(self) -> None:
        assert Settings.from_env(environment()).login_wechat is None
        settings = Settings.from_env(environment(LOGIN_WECHAT=json.dumps(APP)))

        assert settings.login_wechat == LoginApp(**APP)
        assert settings.login_alipay is None
        assert settings.login_return_url == "https://photos.example/"

    @pytest.mark.parametrize(
        "value",
        [
            *("x", "[]", "1", '"x"', "{}", '{"app_id": "wx1"}'),
            json.dumps(APP | {"subject": "open_id"}),
            json.dumps(APP | {"app_id": ""}),
            json.dumps(APP | {"more": "x"}),
        ],
    )
    def test_what_is_wrong_is_named_and_not_shown(self, value: str) -> None:
        with pytest.raises(SettingMissing, match="LOGIN_WECHAT") as failure:
            Settings.from_env(environment(LOGIN_WECHAT=value))
        assert value not in str(failure.value)

    def test_other_addresses_are_for_stages_without_people(self) -> None:
        told = environment(
            LOGIN_WECHAT=json.dumps(APP), LOGIN_ADDRESSES=json.dumps({"LOGIN_WECHAT": ELSEWHERE})
        )
        settings = Settings.from_env(told)

        assert settings.login_wechat
        assert settings.login_wechat.page_url == "http://p"
        for stage in ("prod", "prod-cn"):
            with pytest.raises(SettingMissing, match="LOGIN_WECHAT"):
                Settings.from_env(told | {"STAGE": stage})
            hidden = json.dumps(APP | ELSEWHERE)
            with pytest.raises(SettingMissing, match="LOGIN_WECHAT"):
                Settings.from_env(environment(STAGE=stage, LOGIN_WECHAT=hidden))
