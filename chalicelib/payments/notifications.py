"""Use case: taking what providers post to us. Their answer is theirs: taken, refused, or later.

Genuine first, then readable, then true of our order. Nothing is asked of the network on the way.
"""

from collections.abc import Mapping

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.observability import EventLog, Level
from chalicelib.payments.model import Verdict
from chalicelib.payments.orders import Mismatch
from chalicelib.payments.ports import NotificationRefused, Provider, Providers
from chalicelib.payments.settling import SettlingService

MAX_NOTIFICATION_BYTES = 64 * 1024
"""Checked before anything else; a genuine notification has a few KiB."""


class NotificationService:
    def __init__(
        self, *, providers: Providers, settling: SettlingService, clock: Clock, log: EventLog
    ) -> None:
        self._providers = providers
        self._settling = settling
        self._clock = clock
        self._log = log

    def take(
        self, name: Provider, headers: Mapping[str, str], body: bytes, *, source_ip: str
    ) -> Verdict:
        """Take one notification.

        Args:
            headers: by their names in lower case.
            body: exactly the bytes that were posted.
            source_ip: from where; one that the provider does not name is counted, and no reason.
        """
        try:
            self._take(name, headers, body, source_ip)
        except NotificationRefused as refusal:
            self._note_refusal(name, refusal.reason)
            return Verdict.REFUSED
        except Mismatch:
            return Verdict.REFUSED
        except Unavailable:
            self._log.record("notification_put_off", level=Level.WARNING, provider=name)
            return Verdict.LATER
        return Verdict.TAKEN

    def _take(
        self, name: Provider, headers: Mapping[str, str], body: bytes, source_ip: str
    ) -> None:
        if len(body) > MAX_NOTIFICATION_BYTES:
            raise NotificationRefused("too_long")
        provider = self._providers.find(name)
        if provider is None:
            raise NotificationRefused("no_contract")
        if not provider.sends_from(source_ip):
            self._log.record("notification_from_elsewhere", level=Level.WARNING, provider=name)
        notification = provider.read_notification(headers, body, self._clock.now())
        outcome = self._settling.settle(notification)
        self._log.record("notification_taken", provider=name, reason=outcome)

    def _note_refusal(self, name: Provider, reason: str) -> None:
        """Count what was refused. WeChat's probes are meant to be, and wake nobody."""
        if reason == "probe":
            self._log.record("notification_probed", provider=name)
            return
        self._log.record("notification_refused", level=Level.WARNING, provider=name, reason=reason)
