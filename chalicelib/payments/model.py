"""Words of payments: who collects, how one pays, what a provider is answered. No I/O."""

from enum import StrEnum


class Provider(StrEnum):
    WECHATPAY = "wechatpay"
    ALIPAY = "alipay"


class Method(StrEnum):
    """A way to pay: the provider, and where the client runs."""

    WECHATPAY_APP = "wechatpay_app"
    WECHATPAY_JSAPI = "wechatpay_jsapi"
    WECHATPAY_NATIVE = "wechatpay_native"
    WECHATPAY_H5 = "wechatpay_h5"
    ALIPAY_APP = "alipay_app"
    ALIPAY_PAGE = "alipay_page"
    ALIPAY_WAP = "alipay_wap"

    @property
    def provider(self) -> Provider:
        return Provider(self.value.partition("_")[0])


class Verdict(StrEnum):
    TAKEN = "taken"
    """It is in the table, or has no meaning for us: do not send it again."""
    REFUSED = "refused"
    """Sending it again will not help, but does no harm."""
    LATER = "later"
    """Our own shortage: send it again."""
