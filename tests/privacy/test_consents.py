"""The consent ledger (2.1.2, 2.2): nothing is done before a yes, and a no is as easy as a yes."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import NotFound
from chalicelib.ids import UserId
from chalicelib.photos.model import UploadRequest
from chalicelib.privacy.errors import ConsentRequired, PurposeNotInUse
from chalicelib.privacy.model import WORDINGS, Channel, Decision, Locale, decide, standing_at
from chalicelib.privacy.ports import Purpose
from tests.fakes import FakeClock
from tests.world import BOB_PHONE, World

CAMERA = Purpose.CAMERA_UPLOAD
START = FakeClock().now()

PINNED = {
    (CAMERA, Locale.ENGLISH): "3bdba62b7e51dfc6082bdde83aaccadbf6dd59c4e74fe01a8b4c02a6f00c946e",
    (CAMERA, Locale.CHINESE): "6a546c8cc96e8bec7ae0553462e0fcd68388cb7ef63ea3293347073927f6ea38",
}
"""Whoever agreed, agreed to these words: new words need a new purpose, not an edit."""


def put(world: World, user_id: UserId, *, is_given: bool) -> Decision:
    return world.consenting.put_consent(
        user_id, CAMERA, is_given=is_given, locale=Locale.CHINESE, channel=Channel.APP
    )


def take_photo(world: World, user_id: UserId, *, source: str, key: str) -> None:
    wanted = UploadRequest(
        content_type="image/jpeg", size_bytes=1000, sha256=None, from_camera=source == "camera"
    )
    world.granting.grant_uploads(user_id, [wanted], idempotency_key=key)


def test_words_are_those_that_were_served() -> None:
    found = {
        (purpose, locale): words.sha256
        for purpose, by_locale in WORDINGS.items()
        for locale, words in by_locale.items()
    }

    assert found == PINNED


@pytest.mark.parametrize("purpose", sorted(WORDINGS))
def test_every_purpose_is_asked_in_every_language(purpose: Purpose) -> None:
    assert set(WORDINGS[purpose]) == set(Locale)


class TestCameraUploads:
    def test_need_a_yes_and_photos_of_one_s_own_choice_do_not(self, world: World) -> None:
        alice = world.log_in()
        with pytest.raises(ConsentRequired) as refusal:
            take_photo(world, alice, source="camera", key="one")
        assert refusal.value.facts == {"purpose": "camera_upload"}
        assert world.granting.get_limits(alice).used_photos == 0

        take_photo(world, alice, source="library", key="one")
        put(world, alice, is_given=True)
        take_photo(world, alice, source="camera", key="two")

        assert world.granting.get_limits(alice).used_photos == 2

    def test_stop_when_it_is_withdrawn_and_earlier_ones_stay(self, world: World) -> None:
        alice = world.log_in()
        put(world, alice, is_given=True)
        take_photo(world, alice, source="camera", key="one")
        world.clock.advance(hours=1)
        put(world, alice, is_given=False)

        with pytest.raises(ConsentRequired):
            take_photo(world, alice, source="camera", key="two")
        assert len(world.library.list_photos(alice, limit=10, after=None).photos) == 1

    def test_of_one_person_are_not_allowed_by_another(self, world: World) -> None:
        put(world, world.log_in(BOB_PHONE), is_given=True)

        with pytest.raises(ConsentRequired):
            take_photo(world, world.log_in(), source="camera", key="one")


class TestLedger:
    def test_nobody_agreed_who_was_not_asked(self, world: World) -> None:
        (camera,) = world.consenting.list_consents(world.log_in())

        assert not camera.is_given
        assert camera.decisions == []

    def test_keeps_every_decision_as_it_was_made(self, world: World) -> None:
        alice = world.log_in()
        made = []
        for is_given in (True, False, True):
            made.append(put(world, alice, is_given=is_given))
            world.clock.advance(hours=1)

        (camera,) = world.consenting.list_consents(alice)
        assert camera.decisions == made
        assert camera.is_given
        assert made[0].wording_sha256 == PINNED[CAMERA, Locale.CHINESE]

    def test_repeat_writes_nothing(self, world: World) -> None:
        alice = world.log_in()
        first = put(world, alice, is_given=True)
        world.clock.advance(hours=1)

        assert put(world, alice, is_given=True) == first
        (camera,) = world.consenting.list_consents(alice)
        assert camera.decisions == [first]

    def test_takes_nothing_of_somebody_who_is_gone(self, world: World) -> None:
        alice = world.log_in()
        world.identity_data.erase(alice)

        with pytest.raises(NotFound):
            put(world, alice, is_given=True)
        assert world.consenting.list_consents(alice)[0].decisions == []

    @pytest.mark.parametrize("purpose", [*sorted(set(Purpose) - {CAMERA}), "anything", ""])
    def test_nobody_agrees_to_what_is_not_done(self, world: World, purpose: str) -> None:
        with pytest.raises(PurposeNotInUse):
            world.consenting.put_consent(
                world.log_in(), purpose, is_given=True, locale=Locale.ENGLISH, channel=Channel.PAGE
            )

    def test_belongs_to_what_a_person_gets_to_see(self, world: World) -> None:
        alice = world.log_in()
        put(world, alice, is_given=True)

        (told,) = [one for one in world.identity_data.export(alice) if one.kind == "consent"]
        assert told.data["is_given"] is True
        assert {"locale", "channel", "policy_version", "wording_sha256"} <= set(told.data)


class TestReplay:
    @settings(max_examples=50)
    @given(
        answers=st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=12),
        moment=st.integers(-1, 21),
    )
    def test_tells_what_stood_at_any_moment(
        self, answers: list[tuple[int, bool]], moment: int
    ) -> None:
        by_hour = dict(answers)
        ledger = [
            decide(
                CAMERA,
                is_given=is_given,
                at=START + timedelta(hours=hour),
                locale=Locale.ENGLISH,
                channel=Channel.PAGE,
                policy_version="any",
            )
            for hour, is_given in by_hour.items()
        ]

        standing = standing_at(ledger, START + timedelta(hours=moment))

        until = [hour for hour in by_hour if hour <= moment]
        expected = by_hour[max(until)] if until else None
        found = standing.get(CAMERA)
        assert (found.is_given if found else None) == expected
