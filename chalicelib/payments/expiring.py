"""Use case: telling in time that a certificate at a payment provider ends.

`check_payments` runs every five minutes; the days that are left are told by its first run of an
hour. The alarm is on the least of a day (infra/alarms.yaml): one hour that is left out matters not.
"""

from contextlib import suppress
from datetime import timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.observability import EventLog
from chalicelib.payments.ports import Provider, Providers

FIRST_RUN = timedelta(minutes=5)
"""Of an hour: as long as the schedule's rate."""


class ExpiryWatch:
    def __init__(self, *, providers: Providers, clock: Clock, log: EventLog) -> None:
        self._providers = providers
        self._clock = clock
        self._log = log

    def tell_days_left(self) -> None:
        """Tell of each provider how long the first of its certificates lasts, and ours there."""
        now = self._clock.now()
        if timedelta(minutes=now.minute, seconds=now.second) >= FIRST_RUN:
            return
        for name in Provider:
            with suppress(Unavailable):
                provider = self._providers.find(name)
                if provider and provider.first_expiry:
                    days = (provider.first_expiry - now).days
                    self._log.record("certificate_checked", provider=name, count=days)
