"""A state is sealed over everything that it is bound to."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.identity.ports import LoginProvider
from chalicelib.identity.provider_states import STATE_CHARACTERS, Errand, State, challenge_of
from chalicelib.ids import UserId
from tests.fakes import START, FakeEntropy, FakeRing
from tests.identity.third_parties import WECHAT, changed

ERRAND = Errand(provider=WECHAT, challenge="c" * 43)
SECRET = FakeRing().current()


class TestSeal:
    @given(st.integers(0, STATE_CHARACTERS - 1))
    def test_every_digit_is_under_it(self, place: int) -> None:
        text = State.draw(ERRAND, SECRET, START, FakeEntropy()).to_text()
        forged = State.parse(changed(text, place))

        assert forged is None or forged.secret_id != SECRET.id or not forged.is_of(ERRAND, SECRET)

    @given(st.text(max_size=100))
    def test_reading_takes_anything(self, text: str) -> None:
        state = State.parse(text)
        assert state is None or state.to_text() == text

    @settings(max_examples=25)
    @given(st.sampled_from(LoginProvider), st.sampled_from("ab"), st.sampled_from(["", "u", "v"]))
    def test_binds_the_whole_errand(self, provider: LoginProvider, client: str, user: str) -> None:
        mine = Errand(provider=WECHAT, challenge="a" * 43, links_to=None)
        other = replace(
            mine, provider=provider, challenge=client * 43, links_to=UserId(user) if user else None
        )
        state = State.draw(mine, SECRET, START, FakeEntropy())

        assert state.is_of(other, SECRET) is (other == mine)

    def test_fits_into_what_providers_bring_back(self) -> None:
        text = State.draw(ERRAND, SECRET, START, FakeEntropy()).to_text()

        assert len(text) == STATE_CHARACTERS <= 100
        assert text.isalnum()


def test_challenge_is_that_of_rfc_7636() -> None:
    """The example of its appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
