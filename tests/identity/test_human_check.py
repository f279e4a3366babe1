"""A stage may ask for a person's proof before a code is sent (A12)."""

from collections.abc import Iterator

import pytest

from chalicelib.errors import Unavailable
from chalicelib.identity.errors import HumanCheckFailed, HumanCheckRequired
from chalicelib.identity.subjects import Asker
from tests.fakes import FakeHumanCheck
from tests.world import ALICE_PHONE, World, running_world

CHECK = "a fresh proof"


@pytest.fixture
def checked() -> Iterator[tuple[World, FakeHumanCheck]]:
    check = FakeHumanCheck(CHECK)
    with running_world(human_check=check) as world:
        yield world, check


def test_proof_sends_one_code(checked: tuple[World, FakeHumanCheck]) -> None:
    world, _ = checked
    world.challenges.send_code(ALICE_PHONE, Asker(human_check_token=CHECK))

    with pytest.raises(HumanCheckFailed):
        world.challenges.send_code(ALICE_PHONE, Asker(human_check_token=CHECK))
    assert len(world.sms.sent) == 1


@pytest.mark.parametrize("token", [None, ""])
def test_without_proof_nothing_is_sent_or_stored(
    checked: tuple[World, FakeHumanCheck], token: str | None
) -> None:
    world, _ = checked
    with pytest.raises(HumanCheckRequired):
        world.challenges.send_code(ALICE_PHONE, Asker(human_check_token=token))

    assert (world.sms.sent, world.dump()) == ([], "[[], []]")


def test_check_that_does_not_answer_sends_nothing(checked: tuple[World, FakeHumanCheck]) -> None:
    world, check = checked
    check.is_down = True
    with pytest.raises(Unavailable):
        world.challenges.send_code(ALICE_PHONE, Asker(human_check_token=CHECK))

    assert (world.sms.sent, world.dump()) == ([], "[[], []]")


def test_off_by_default_and_a_token_is_ignored(world: World) -> None:
    assert world.challenges.send_code(ALICE_PHONE, Asker(human_check_token="anything"))
