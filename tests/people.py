"""The part of the world that is about people: their codes, accounts and sessions."""

from chalicelib.aws.dynamodb import DynamoTable
from chalicelib.identity.account_store import AccountStore
from chalicelib.identity.accounts import AccountService
from chalicelib.identity.challenge_store import ChallengeStore
from chalicelib.identity.challenges import ChallengeService
from chalicelib.identity.code_limits import CodeLimits
from chalicelib.identity.devices import DeviceClaim
from chalicelib.identity.dormant_store import DormantStore
from chalicelib.identity.guest_limits import GuestLimits
from chalicelib.identity.guest_store import GuestStore
from chalicelib.identity.guests import GuestService
from chalicelib.identity.login import LoginService
from chalicelib.identity.login_store import LoginStore
from chalicelib.identity.messages import CodeMessages
from chalicelib.identity.new_sessions import Login
from chalicelib.identity.number_store import NumberStore
from chalicelib.identity.numbers import NumberService
from chalicelib.identity.personal_data import IdentityData
from chalicelib.identity.policy import VERSION_IN_FORCE
from chalicelib.identity.ports import HumanCheck
from chalicelib.identity.recovering import RecoveryService
from chalicelib.identity.registering import RegistrationService
from chalicelib.identity.session_store import SessionStore
from chalicelib.identity.sessions import SessionService
from chalicelib.ids import UserId
from chalicelib.phone import Phone
from chalicelib.privacy.consent_store import ConsentStore
from chalicelib.privacy.consenting import ConsentService
from tests.fakes import FakeClock, FakeEntropy, FakeLog, FakeRing, FakeSms, FakeVault
from tests.limits import COUNTRIES
from tests.registering import AS_ADULT

ALICE_PHONE = Phone("+8613800138000")
BOB_PHONE = Phone("+8613900139000")


class People:
    """Registers and logs in; whoever inherits it brings tables, time and randomness."""

    accounts: DynamoTable
    limits: CodeLimits
    human_check: HumanCheck | None
    clock: FakeClock
    entropy: FakeEntropy
    sms: FakeSms
    log: FakeLog
    session_ring: FakeRing
    phone_ring: FakeRing
    recovery_store: DormantStore | None = None

    def build_identity(self) -> None:
        self._build_challenges()
        self._build_logins()
        self._build_accounts()

    def _build_challenges(self) -> None:
        self.challenge_store = ChallengeStore(self.accounts, self.limits)
        self.challenges = ChallengeService(
            store=self.challenge_store,
            code_ring=self.session_ring,
            phone_ring=self.phone_ring,
            messages=CodeMessages(
                web_host="photos.example", android_app_hash="", reserved=(), entropy=self.entropy
            ),
            sms=self.sms,
            human_check=self.human_check,
            limits=self.limits,
            countries=COUNTRIES,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )

    def _build_logins(self) -> None:
        self.vault = FakeVault()
        self.registering = RegistrationService(challenges=self.challenges, clock=self.clock)
        self.recovery = RecoveryService(
            store=self.recovery_store or DormantStore(self.accounts),
            ring=self.phone_ring,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )
        self.numbers = NumberService(
            challenges=self.challenges,
            store=NumberStore(self.accounts, self.challenge_store),
            phone_ring=self.phone_ring,
            vault=self.vault,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )
        self.login = LoginService(
            challenges=self.challenges,
            registering=self.registering,
            recovery=self.recovery,
            store=LoginStore(self.accounts, self.challenge_store),
            session_ring=self.session_ring,
            vault=self.vault,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )
        self.sessions = SessionService(
            store=SessionStore(self.accounts),
            ring=self.session_ring,
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )

    def _build_accounts(self) -> None:
        self.guests = GuestService(
            store=GuestStore(self.accounts),
            ring=self.session_ring,
            limits=GuestLimits(),
            clock=self.clock,
            entropy=self.entropy,
            log=self.log,
        )
        self.accounts_of_people = account_store = AccountStore(self.accounts)
        self.account = AccountService(store=account_store, clock=self.clock, log=self.log)
        self.identity_data = IdentityData(account_store)
        self.consenting = ConsentService(
            store=ConsentStore(self.accounts),
            policy_version=VERSION_IN_FORCE,
            clock=self.clock,
        )

    def log_in(self, phone: Phone = ALICE_PHONE) -> UserId:
        return self.open_session(phone).account.id

    def open_session(self, phone: Phone = ALICE_PHONE, device: DeviceClaim | None = None) -> Login:
        challenge = self.challenges.send_code(phone)
        return self.login.verify_code(
            challenge.id, phone, self.sms.last_code(), device, registration=AS_ADULT
        )
