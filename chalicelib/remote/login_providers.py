"""The login providers that a stage offers, by what its settings say of each."""

from collections.abc import Callable, Mapping

from chalicelib.clock import Clock
from chalicelib.identity.ports import IdentityProvider, LoginProvider
from chalicelib.observability import EventLog
from chalicelib.remote import alipay_login, wechat_login
from chalicelib.settings import Settings

ReadSecret = Callable[[], str]


def offered_providers(
    settings: Settings, secret_of: Callable[[str], ReadSecret], clock: Clock, log: EventLog
) -> Mapping[LoginProvider, IdentityProvider]:
    """Make an adapter for each provider that is configured; nothing is read or asked yet.

    Args:
        secret_of: returns, for the ARN of a secret, what reads it when it is needed.
    """
    offered: dict[LoginProvider, IdentityProvider] = {}
    if wechat := settings.login_wechat:
        offered[LoginProvider.WECHAT] = wechat_login.WechatLogin(
            wechat_login.WechatApp(
                app_id=wechat.app_id,
                subject=wechat_login.WechatSubject(wechat.subject),
                return_url=settings.login_return_url,
                page_url=wechat.page_url or wechat_login.PAGE_URL,
                api_url=wechat.api_url or wechat_login.API_URL,
            ),
            read_secret=secret_of(wechat.secret_arn),
        )
    if alipay := settings.login_alipay:
        offered[LoginProvider.ALIPAY] = alipay_login.AlipayLogin(
            alipay_login.AlipayApp(
                app_id=alipay.app_id,
                subject=alipay_login.AlipaySubject(alipay.subject),
                return_url=settings.login_return_url,
                page_url=alipay.page_url or alipay_login.PAGE_URL,
                gateway_url=alipay.api_url or alipay_login.GATEWAY_URL,
            ),
            read_keys=secret_of(alipay.secret_arn),
            clock=clock,
            log=log,
        )
    return offered
