"""The stand-ins of login providers know what the real ones document: adapters and stand-ins agree,
over HTTP, and the tests' fake promises no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.identity.errors import ProviderLoginRejected, ProviderUnavailable
from chalicelib.identity.ports import IdentityProvider, LoginProvider
from chalicelib.remote.alipay_login import AlipayApp, AlipayLogin, AlipaySubject
from chalicelib.remote.wechat_login import WechatApp, WechatLogin, WechatSubject
from local.providers import Providers, running_providers
from local.stand_ins import StandIn
from tests.fakes import FakeClock, FakeLog, FakeProvider

RETURN_URL = "https://photos.example/"
STATE = "0123456789abcdef" * 5

pytestmark = pytest.mark.enable_socket


@dataclass(frozen=True, slots=True)
class Pair:
    """An adapter and the stand-in it is registered with."""

    stand_in: StandIn
    with_secret: Callable[[str], IdentityProvider]

    @property
    def adapter(self) -> IdentityProvider:
        return self.with_secret(self.stand_in.secret)

    @property
    def asked(self) -> dict[str, str]:
        """What a browser brings to the provider's page."""
        return dict(parse_qsl(urlsplit(self.adapter.authorize_url(STATE)).query))

    def agree(self, person: str) -> str:
        """Agree as a person and return the code that the browser brings back."""
        back = dict(parse_qsl(urlsplit(self.stand_in.agree(self.asked, person)).query))
        assert back["state"] == STATE
        return back.get("code") or back["auth_code"]


@pytest.fixture
def running() -> Iterator[Providers]:
    with running_providers(RETURN_URL) as providers:
        yield providers


@pytest.fixture(params=LoginProvider)
def pair(request: pytest.FixtureRequest, running: Providers) -> Pair:
    if request.param is LoginProvider.WECHAT:
        wechat = WechatApp(
            app_id=running.wechat.app_id,
            subject=WechatSubject.UNIONID,
            return_url=RETURN_URL,
            api_url=f"{running.url}/wechat",
        )
        return Pair(running.wechat, lambda key: WechatLogin(wechat, read_secret=lambda: key))
    alipay = AlipayApp(
        app_id=running.alipay.app_id,
        subject=AlipaySubject.OPEN_ID,
        return_url=RETURN_URL,
        gateway_url=running.url + running.alipay.api_path,
    )
    clock = FakeClock()
    return Pair(
        running.alipay,
        lambda key: AlipayLogin(alipay, read_keys=lambda: key, clock=clock, log=FakeLog()),
    )


def test_code_names_who_agreed_once(pair: Pair) -> None:
    fake = FakeProvider(LoginProvider.WECHAT)
    ports: list[tuple[IdentityProvider, str]] = [
        (pair.adapter, pair.agree("ada")),
        (fake, fake.agree("ada")),
    ]

    for port, code in ports:
        assert port.prove(code).name
        for used in (code, "made up"):
            with pytest.raises(ProviderLoginRejected):
                port.prove(used)


def test_one_person_has_one_name(pair: Pair) -> None:
    names = [pair.adapter.prove(pair.agree(person)).name for person in ("ada", "ada", "bob")]

    assert names[0] == names[1] != names[2]


def test_somebody_new_is_new_each_time(pair: Pair) -> None:
    names = {pair.adapter.prove(pair.agree("new")).name for _ in range(3)}

    assert len(names) == 3


def test_page_takes_no_other_application_and_sends_nobody_elsewhere(pair: Pair) -> None:
    assert pair.stand_in.is_asked_properly(pair.asked)
    for name in pair.asked.keys() - {"state"}:
        assert not pair.stand_in.is_asked_properly(pair.asked | {name: "other"})


def test_whoever_has_not_the_key_of_the_application_learns_nobodys_name(pair: Pair) -> None:
    with running_providers(RETURN_URL) as others:
        other = others.wechat if pair.stand_in.title == "WeChat" else others.alipay
        stranger = pair.with_secret(other.secret)
        with pytest.raises(ProviderUnavailable):
            stranger.prove(pair.agree("ada"))
