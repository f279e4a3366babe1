"""Each capability answers for what it holds about people; together they answer for every store."""

import pytest
from moto import mock_aws

from chalicelib.container import Container
from chalicelib.errors import Unauthenticated
from chalicelib.ids import SystemEntropy
from infra.template import assemble, get_stage
from tests.fakes import FakeClock
from tests.world import ALICE_PHONE, BOB_PHONE, ROOT, World, make_stores

HOLDS_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}


def test_no_table_or_bucket_is_forgotten() -> None:
    infra = ROOT / "infra"
    resources = assemble(infra, get_stage(infra, "prod"))["Resources"]
    stores = {name for name, one in resources.items() if one.get("Type") in HOLDS_DATA}
    with mock_aws():
        container = Container(make_stores(), clock=FakeClock(), entropy=SystemEntropy())
        answered = [store for one in container.personal_data for store in one.stores]

    assert sorted(answered) == sorted(stores)


class TestEverythingOfOnePerson:
    @pytest.fixture
    def two_people(self, world: World) -> World:
        for phone in (ALICE_PHONE, BOB_PHONE):
            user_id = world.log_in(phone)
            world.deliver(user_id, world.upload(user_id, key="processed"))
            world.upload(user_id, key="on its way")
        return world

    def test_is_counted_in_every_store(self, two_people: World) -> None:
        alice = two_people.log_in()

        assert two_people.identity_data.count(alice) == {"AccountsTable": 6}
        assert two_people.photos_data.count(alice) == {
            "PhotosTable": 5,
            "OriginalsBucket": 1,
            "RenditionsBucket": 3,
        }

    def test_is_exported_without_secrets(self, two_people: World) -> None:
        alice = two_people.log_in()
        exported = [
            *two_people.identity_data.export(alice),
            *two_people.photos_data.export(alice),
        ]

        kinds = sorted(record.kind for record in exported)
        assert kinds == [
            *(
                "acceptance",
                "grant",
                "grant",
                "notice",
                "phone",
                "photo",
                "photo",
                "profile",
                "quota",
            ),
            *("session", "session"),
        ]
        assert not any("mac" in field for record in exported for field in record.data)
        assert "log_key" not in str(exported)

    def test_is_erased_and_nobody_elses(self, two_people: World) -> None:
        alice = two_people.log_in()
        bob_before = two_people.photos_data.count(two_people.log_in(BOB_PHONE))
        for data in (two_people.identity_data, two_people.photos_data):
            counted = data.count(alice)
            assert data.erase(alice) == counted
            assert set(data.count(alice).values()) == {0}
            assert set(data.erase(alice).values()) == {0}

        assert two_people.photos_data.count(two_people.log_in(BOB_PHONE)) == bob_before
        assert alice not in two_people.dump()
        assert not any(alice in name for name in two_people.objects())

    def test_ends_every_session_and_the_number_starts_anew(self, world: World) -> None:
        login = world.open_session()
        world.identity_data.erase(login.account.id)

        with pytest.raises(Unauthenticated):
            world.sessions.authenticate(login.tokens.access_token)
        assert world.log_in() != login.account.id
