"""Third-party logins on a world: providers that know made-up people, and a browser that goes there
and comes back.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from chalicelib.identity.new_sessions import Login
from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.provider_states import ProviderReturn, challenge_of
from chalicelib.identity.registration import Registration
from chalicelib.identity.third_party_logins import ThirdPartyLogins
from chalicelib.ids import Caller
from tests.fakes import FakeProvider, FakeRing
from tests.registering import AS_ADULT
from tests.world import World

WECHAT, ALIPAY = LoginProvider.WECHAT, LoginProvider.ALIPAY
ADDRESS = "203.0.113.7"


@dataclass(slots=True)
class Browser:
    """What one client keeps to itself between going and coming back."""

    verifier: str = "a verifier of one browser that nobody else can know"

    @property
    def challenge(self) -> str:
        return challenge_of(self.verifier)


class ThirdParties:
    def __init__(self, world: World) -> None:
        self.world = world
        self.fakes = {one: FakeProvider(one) for one in LoginProvider}
        logins = ThirdPartyLogins(
            accounts=world.accounts,
            registering=world.registering,
            providers=self.fakes,
            session_ring=world.session_ring,
            index_ring=FakeRing(b"phone key"),
            clock=world.clock,
            entropy=world.entropy,
            log=world.log,
        )
        self.proofs, self.login, self.linking = logins.proofs, logins.login, logins.linking

    def come_back(
        self,
        person: str,
        provider: LoginProvider = WECHAT,
        *,
        browser: Browser | None = None,
        caller: Caller | None = None,
    ) -> ProviderReturn:
        """Begin, agree as a person, and return with what the provider gave; with a caller to link
        it.
        """
        browser = browser or Browser()
        if caller:
            begun = self.linking.begin(caller, provider, browser.challenge)
        else:
            begun = self.proofs.begin(provider, browser.challenge)
        return ProviderReturn(
            code=self.fakes[provider].agree(person),
            state=begun.state,
            verifier=browser.verifier,
            source_ip=ADDRESS,
        )

    def log_in(
        self,
        person: str,
        provider: LoginProvider = WECHAT,
        *,
        registration: Registration | None = AS_ADULT,
        guest: Caller | None = None,
    ) -> Login:
        returned = self.come_back(person, provider)
        return self.login.log_in(provider, returned, registration=registration, guest=guest)

    def link(self, caller: Caller, person: str, provider: LoginProvider = WECHAT) -> None:
        self.linking.link(caller, provider, self.come_back(person, provider, caller=caller))

    def caller_of(self, login: Login) -> Caller:
        return self.world.sessions.authenticate(login.tokens.access_token)


def changed(text: str, place: int) -> str:
    """Change one hexadecimal digit of a state."""
    other = "1" if text[place] == "0" else "0"
    return text[:place] + other + text[place + 1 :]


def with_state(returned: ProviderReturn, state: str) -> ProviderReturn:
    return replace(returned, state=state)
