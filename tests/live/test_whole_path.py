"""The whole life of a photo, as its owner's app and the inside of the cloud see it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from bench.drawing import METADATA_MARKERS, draw_photo
from local.client import Client
from local.demo import NO_PHOTO
from local.inspection import find_copies, list_items, list_objects
from local.photo_files import read_jpeg
from local.promises import LONGEST_SIDE_PX, six_months_after
from local.system import System

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return draw_photo(3000, 2250, orientation=6, display_p3=True, gps=True)


def originals_in(system: System) -> list[str]:
    bucket = system.outputs["OriginalsBucketName"]
    return [each.key for each in list_objects(system.cloud, bucket)]


def test_a_photo_is_processed_shown_and_its_original_is_gone(
    system: System, person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    assert person.upload(granted["upload"], photo).status == 204

    done = person.wait_for(granted["photo"]["id"])

    assert done["state"] == "ready"
    assert done["original"]["size_bytes"] == len(photo)
    assert done["original"]["deleted_at"]
    assert find_copies(system.cloud, photo) == []
    assert originals_in(system) == []
    created_at = datetime.fromisoformat(done["created_at"])
    assert datetime.fromisoformat(done["expires_at"]) == six_months_after(created_at)
    assert done["renditions"].keys() == LONGEST_SIDE_PX.keys()


def test_a_rendition_is_upright_bounded_clean_and_never_cached(
    person: Client, photo: bytes
) -> None:
    granted = person.grant("image/jpeg", photo)
    person.upload(granted["upload"], photo)
    done = person.wait_for(granted["photo"]["id"])

    for name, told in done["renditions"].items():
        answer = person.fetch(told["url"])
        facts = read_jpeg(answer.data)

        assert (facts.width_px, facts.height_px) == (told["width_px"], told["height_px"])
        assert facts.width_px < facts.height_px <= LONGEST_SIDE_PX[name]
        assert facts.extras == ()
        assert not [mark for mark in METADATA_MARKERS if mark in answer.data]
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


def test_deleting_leaves_no_object_and_no_row(system: System, person: Client, photo: bytes) -> None:
    granted = person.grant("image/jpeg", photo)
    photo_id = granted["photo"]["id"]
    person.upload(granted["upload"], photo)
    person.wait_for(photo_id)

    receipt = person.expect(200, "DELETE", f"/photos/{photo_id}")

    assert (receipt["photos"], receipt["objects"]) == (1, 3)
    assert [each for each in list_objects(system.cloud) if photo_id in each.key] == []
    assert [row for _, row in list_items(system.cloud) if photo_id in row["sk"]["S"]] == []
    assert person.call("GET", f"/photos/{photo_id}").status == 404


def test_a_file_that_is_no_photo_is_rejected_and_destroyed(system: System, person: Client) -> None:
    granted = person.grant("image/jpeg", NO_PHOTO)
    person.upload(granted["upload"], NO_PHOTO)

    refused = person.wait_for(granted["photo"]["id"])

    assert (refused["state"], refused["rejection"]["code"]) == ("rejected", "corrupt")
    assert refused["original"]["deleted_at"]
    assert originals_in(system) == []


def test_for_another_user_a_photo_does_not_exist(
    log_in: Callable[[], Client], person: Client, photo: bytes
) -> None:
    photo_id = person.grant("image/jpeg", photo)["photo"]["id"]
    stranger = log_in()

    assert stranger.call("GET", f"/photos/{photo_id}").status == 404
    assert stranger.call("DELETE", f"/photos/{photo_id}").status == 404
    assert stranger.expect(200, "GET", "/photos")["photos"] == []
    assert person.call("GET", f"/photos/{photo_id}").status == 200


def test_the_same_key_gives_the_same_grant(person: Client, photo: bytes) -> None:
    first = person.grant("image/jpeg", photo, key="once")
    again = person.grant("image/jpeg", photo, key="once")

    assert again["photo"] == first["photo"]
    assert again["upload"]["fields"]["key"] == first["upload"]["fields"]["key"]
    assert len(person.expect(200, "GET", "/photos")["photos"]) == 1


def test_a_session_ends_at_once_when_its_user_logs_out(person: Client) -> None:
    assert person.call("DELETE", "/me/sessions/current").status == 204

    assert person.call("GET", "/me").status == 401
