"""The part of the composition root that chooses how one-time codes leave."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.aws.clients import client
from chalicelib.aws.sms import EndUserMessaging, EndUserMessagingSmsSender, SnsSmsSender
from chalicelib.clock import Clock
from chalicelib.identity.ports import MessageKind, SmsSender
from chalicelib.settings import Settings, SmsSenderKind


def make_sms_sender(
    settings: Settings, *, read_secret: Callable[[str], Callable[[], str]], clock: Clock
) -> SmsSender:
    """Make the sender that the stage has; nothing is asked of it yet."""
    match settings.sms_sender:
        case SmsSenderKind.SNS:
            return SnsSmsSender(client("sns"))
        case SmsSenderKind.END_USER_MESSAGING:
            setup = EndUserMessaging(
                origination_identity_arn=settings.sms_origination_identity_arn,
                configuration_set_arn=settings.sms_configuration_set_arn,
                protect_configuration_arn=settings.sms_protect_configuration_arn,
                max_price_usd=settings.sms_max_price_usd,
            )
            return EndUserMessagingSmsSender(client("pinpoint-sms-voice-v2"), setup)
        case SmsSenderKind.TENCENT:
            from chalicelib.remote.tencent_sms import TencentSmsSender, TencentTemplate

            template = TencentTemplate(
                app_id=settings.sms_tencent_app_id,
                sign_name=settings.sms_tencent_sign_name,
                template_ids={
                    MessageKind.LOGIN: settings.sms_tencent_template_id,
                    MessageKind.GUARDIAN: settings.sms_tencent_guardian_template_id,
                    MessageKind.NUMBER_CHANGE: settings.sms_tencent_change_template_id,
                    MessageKind.NUMBER_WARNING: settings.sms_tencent_warning_template_id,
                },
                region=settings.sms_tencent_region,
            )
            key = read_secret(settings.sms_tencent_secret_arn)
            return TencentSmsSender(template, read_key=key, clock=clock)
        case SmsSenderKind.HTTP:
            from chalicelib.remote.sms_gateway import HttpSmsSender

            bearer = read_secret(settings.sms_gateway_secret_arn)
            return HttpSmsSender(settings.sms_gateway_url, bearer)
