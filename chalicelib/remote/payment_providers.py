"""The port `Providers`: whom the stage has a contract with, as its secrets say.

A secret that holds `{}` means that there is no contract. A provider is made anew when its secret
has changed, so that keys rotate with an overlap and without a deployment.
"""

from collections.abc import Callable, Mapping

from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.ports import PaymentProvider, Provider

NO_CONTRACT = "{}"


class SecretProviders:
    def __init__(
        self,
        secrets: Mapping[Provider, Callable[[], str]],
        *,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._entropy = entropy
        self._made: dict[Provider, tuple[str, PaymentProvider]] = {}

    def find(self, provider: Provider) -> PaymentProvider | None:
        """Return a provider; None without a contract.

        Raises:
            PaymentUnavailable: the secret cannot be understood.
        """
        text = self._secrets[provider]()
        if text.strip() == NO_CONTRACT:
            return None
        known, made = self._made.get(provider, ("", None))
        if made is None or known != text:
            made = self._make(provider, text)
            self._made[provider] = text, made
        return made

    def _make(self, provider: Provider, text: str) -> PaymentProvider:
        from chalicelib.remote import alipay_payments, wechatpay

        try:
            if provider is Provider.WECHATPAY:
                return wechatpay.provider_of(text, clock=self._clock, entropy=self._entropy)
            return alipay_payments.provider_of(text, clock=self._clock)
        except ValueError:
            raise PaymentUnavailable("The keys of the provider could not be read.") from None
