"""A guest on the live system: comes with nothing, and their photo comes along."""

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.system import System
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def guest(system: System) -> Client:
    client = Client(system.url)
    client.come_as_guest()
    return client


def add_photo(client: Client) -> str:
    data = draw_photo(640, 480)
    granted = client.grant("image/jpeg", data)
    assert client.upload(granted["upload"], data).status == 204
    photo = client.wait_for(granted["photo"]["id"])
    assert photo["state"] == "ready"
    return str(photo["id"])


def test_guest_who_registers_keeps_id_and_photo(guest: Client) -> None:
    me = guest.expect(200, "GET", "/me")
    photo_id = add_photo(guest)
    guest.log_in(next_phone(), as_guest=True)

    after = guest.expect(200, "GET", "/me")
    assert (me["is_guest"], after["is_guest"], after["id"]) == (True, False, me["id"])
    photo = guest.expect(200, "GET", f"/photos/{photo_id}")
    assert guest.fetch(photo["renditions"]["full"]["url"]).status == 200
    assert photo["expires_at"] > me["guest_until"]


def test_guest_who_logs_in_brings_the_photo_and_its_bytes(system: System, guest: Client) -> None:
    owner, phone = Client(system.url), next_phone()
    owner.log_in(phone)
    photo_id = add_photo(guest)
    shown = guest.expect(200, "GET", f"/photos/{photo_id}")["renditions"]["full"]
    before = guest.fetch(shown["url"]).data
    guest.log_in(phone, as_guest=True)

    assert guest.expect(200, "POST", "/photos/arrivals")["photos"] == 1
    moved = owner.expect(200, "GET", f"/photos/{photo_id}")["renditions"]["full"]
    assert owner.fetch(moved["url"]).data == before
    assert guest.fetch(shown["url"]).status in (403, 404)
