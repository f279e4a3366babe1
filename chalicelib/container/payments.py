"""The part of the composition root that payments need; imported when a payment is first asked for,
so that logging in does not pay for it.
"""

from collections.abc import Callable
from functools import cached_property

from chalicelib.aws.clients import client
from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.aws.secrets import SecretsManagerRing
from chalicelib.clock import Clock
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.payments.bills.reconciling import ReconcilingService
from chalicelib.payments.bills.store import BillStore
from chalicelib.payments.charges import ChargeStore
from chalicelib.payments.charging import ChargeSettlingService, ChargingService
from chalicelib.payments.checking import CheckingService
from chalicelib.payments.due_store import DuePayments
from chalicelib.payments.expiring import ExpiryWatch
from chalicelib.payments.hashing import PaymentNames
from chalicelib.payments.notifications import NotificationService
from chalicelib.payments.ordering import OrderingService
from chalicelib.payments.personal_data import PaymentsData
from chalicelib.payments.ports import Provider
from chalicelib.payments.refund_store import RefundStore
from chalicelib.payments.refunding import RefundingService
from chalicelib.payments.settling import SettlingService
from chalicelib.payments.store import PaymentStore
from chalicelib.payments.wallet_store import WalletStore
from chalicelib.remote.payment_providers import SecretProviders
from chalicelib.settings import Settings


class PaymentsContainer:
    def __init__(
        self,
        settings: Settings,
        *,
        read_secret: Callable[[str], Callable[[], str]],
        clock: Clock,
        entropy: Entropy,
        log: EventLog,
    ) -> None:
        self._settings = settings
        self._read_secret = read_secret
        self._clock = clock
        self._entropy = entropy
        self._log = log

    @cached_property
    def ordering(self) -> OrderingService:
        return OrderingService(
            store=self._store,
            providers=self._providers,
            names=self._names,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def notifications(self) -> NotificationService:
        return NotificationService(
            providers=self._providers, settling=self._settling, clock=self._clock, log=self._log
        )

    @cached_property
    def checking(self) -> CheckingService:
        due = DuePayments(self._table)
        return CheckingService(
            due=due,
            charges=ChargeSettlingService(
                due=due, charges=self._charges, clock=self._clock, log=self._log
            ),
            settling=self._settling,
            refunding=self.refunding,
            providers=self._providers,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def reconciling(self) -> ReconcilingService:
        return ReconcilingService(
            bills=BillStore(self._table),
            store=self._store,
            refunds=self._refunds,
            settling=self._settling,
            providers=self._providers,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def refunding(self) -> RefundingService:
        return RefundingService(
            store=self._store,
            refunds=self._refunds,
            settling=self._settling,
            providers=self._providers,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def expiry(self) -> ExpiryWatch:
        return ExpiryWatch(providers=self._providers, clock=self._clock, log=self._log)

    @cached_property
    def charging(self) -> ChargingService:
        return ChargingService(
            charges=self._charges,
            store=self._store,
            names=self._names,
            is_selling=lambda: bool(self.ordering.get_offer().products),
            clock=self._clock,
        )

    @cached_property
    def personal_data(self) -> PaymentsData:
        return PaymentsData(WalletStore(self._table), names=self._names, clock=self._clock)

    @cached_property
    def _table(self) -> DynamoTable:
        return DynamoTable(client("dynamodb"), self._settings.payments_table)

    @cached_property
    def _store(self) -> PaymentStore:
        return PaymentStore(self._table)

    @cached_property
    def _charges(self) -> ChargeStore:
        return ChargeStore(self._table, self._names)

    @cached_property
    def _names(self) -> PaymentNames:
        ring = SecretsManagerRing(client("secretsmanager"), self._settings.payments_secret_arn)
        return PaymentNames(ring, self._entropy)

    @cached_property
    def _providers(self) -> SecretProviders:
        secrets = {
            Provider.WECHATPAY: self._read_secret(self._settings.wechatpay_secret_arn),
            Provider.ALIPAY: self._read_secret(self._settings.alipay_secret_arn),
        }
        return SecretProviders(secrets, clock=self._clock, entropy=self._entropy)

    @cached_property
    def _settling(self) -> SettlingService:
        return SettlingService(
            store=self._store,
            refunds=self._refunds,
            names=self._names,
            clock=self._clock,
            log=self._log,
        )

    @cached_property
    def _refunds(self) -> RefundStore:
        return RefundStore(self._table)
