"""The part of the composition root that logging in needs; what a login does without is imported
where it is made (docs/decisions/0019-cold-start.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.aws.clients import client
from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.aws.kms import KmsPhoneVault
from chalicelib.aws.secrets import SecretsManagerRing
from chalicelib.clock import Clock
from chalicelib.container.senders import make_sms_sender
from chalicelib.identity.account_store import AccountStore
from chalicelib.identity.accounts import AccountService
from chalicelib.identity.challenge_store import ChallengeStore
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.code_limits import CodeLimits
from chalicelib.identity.dormant_store import DormantStore
from chalicelib.identity.login import LoginService
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.messages import CodeMessages, SparingSmsSender
from chalicelib.identity.ports import HumanCheck
from chalicelib.identity.recovering import RecoveryService
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.session_store import SessionStore
from chalicelib.identity.sessions import SessionService
from chalicelib.ids import Entropy
from chalicelib.observability import EventLog
from chalicelib.settings import HumanCheckKind, Settings

if TYPE_CHECKING:
    from chalicelib.identity.guest_store import GuestRegisterStore
    from chalicelib.identity.guests import GuestService
    from chalicelib.identity.numbers import NumberService
    from chalicelib.identity.personal_data import IdentityData
    from chalicelib.identity.third_party_logins import ThirdPartyLogins


class IdentityContainer:
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
    def challenges(self) -> ChallengeService:
        settings = self._settings
        sender = make_sms_sender(settings, read_secret=self._read_secret, clock=self._clock)
        return ChallengeService(
            store=self._challenge_store,
            code_ring=self._session_ring,
            phone_ring=self._phone_ring,
            messages=CodeMessages(
                web_host=settings.web_host,
                android_app_hash=settings.android_app_hash,
                reserved=settings.test_numbers,
                entropy=self._entropy,
            ),
            sms=SparingSmsSender(sender, settings.test_numbers),
            human_check=self._human_check,
            limits=self._code_limits,
            countries=settings.countries,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def registering(self) -> RegistrationService:
        return RegistrationService(challenges=self.challenges, clock=self._clock)

    @cached_property
    def recovery(self) -> RecoveryService:
        return RecoveryService(
            store=DormantStore(self.accounts_table),
            ring=self._phone_ring,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def numbers(self) -> NumberService:
        from chalicelib.identity.number_store import NumberStore
        from chalicelib.identity.numbers import NumberService

        return NumberService(
            challenges=self.challenges,
            store=NumberStore(self.accounts_table, self._challenge_store),
            phone_ring=self._phone_ring,
            vault=self._vault,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def login(self) -> LoginService:
        return LoginService(
            challenges=self.challenges,
            registering=self.registering,
            recovery=self.recovery,
            store=LoginStore(self.accounts_table, self._challenge_store),
            session_ring=self._session_ring,
            vault=self._vault,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def sessions(self) -> SessionService:
        return SessionService(
            store=SessionStore(self.accounts_table),
            ring=self._session_ring,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def guests(self) -> GuestService:
        from chalicelib.identity.guest_limits import GuestLimits
        from chalicelib.identity.guest_store import GuestStore
        from chalicelib.identity.guests import GuestService

        return GuestService(
            store=GuestStore(self.accounts_table),
            ring=self._session_ring,
            limits=GuestLimits(),
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def third_party_logins(self) -> ThirdPartyLogins:
        from chalicelib.identity.third_party_logins import ThirdPartyLogins
        from chalicelib.remote.login_providers import offered_providers

        return ThirdPartyLogins(
            accounts=self.accounts_table,
            registering=self.registering,
            providers=offered_providers(self._settings, self._read_secret, self._clock, self._log),
            session_ring=self._session_ring,
            index_ring=self._phone_ring,
            clock=self._clock,
            entropy=self._entropy,
            log=self._log,
        )

    @cached_property
    def accounts(self) -> AccountService:
        return AccountService(store=self._account_store, clock=self._clock, log=self._log)

    @cached_property
    def guest_register(self) -> GuestRegisterStore:
        from chalicelib.identity.guest_store import GuestRegisterStore

        return GuestRegisterStore(self.accounts_table, self._clock)

    @cached_property
    def personal_data(self) -> IdentityData:
        from chalicelib.identity.personal_data import IdentityData

        return IdentityData(self._account_store)

    @cached_property
    def _account_store(self) -> AccountStore:
        return AccountStore(self.accounts_table)

    @cached_property
    def _vault(self) -> KmsPhoneVault:
        return KmsPhoneVault(client("kms"), self._settings.phones_key_arn)

    @cached_property
    def _phone_ring(self) -> SecretsManagerRing:
        return SecretsManagerRing(client("secretsmanager"), self._settings.phone_index_secret_arn)

    @cached_property
    def _session_ring(self) -> SecretsManagerRing:
        return SecretsManagerRing(client("secretsmanager"), self._settings.session_secret_arn)

    @cached_property
    def _challenge_store(self) -> ChallengeStore:
        return ChallengeStore(self.accounts_table, self._code_limits)

    @cached_property
    def _code_limits(self) -> CodeLimits:
        an_hour = self._settings.codes_per_address_an_hour
        return CodeLimits(
            cooldown=timedelta(seconds=self._settings.code_cooldown_s),
            per_address_an_hour=an_hour,
            per_address_a_day=5 * an_hour,
            per_day=self._settings.codes_a_day,
        )

    @cached_property
    def _human_check(self) -> HumanCheck | None:
        settings = self._settings
        match settings.human_check:
            case HumanCheckKind.NONE:
                return None
            case HumanCheckKind.TURNSTILE:
                from chalicelib.remote.turnstile import TurnstileCheck

                return TurnstileCheck(self._read_secret(settings.turnstile_secret_arn))

    @cached_property
    def accounts_table(self) -> DynamoTable:
        return DynamoTable(client("dynamodb"), self._settings.accounts_table)
