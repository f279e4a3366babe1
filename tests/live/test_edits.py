"""An edit on the packaged system: real queues, real functions, real encoders."""

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.inspection import list_objects
from local.system import System

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]

RECIPE = {
    "version": 1,
    "geometry": {"quarter_turns": 1, "crop": {"ratio": "1:1"}},
    "tone": {"contrast": 25},
    "look": {"preset": "golden@1"},
}


def test_an_edit_is_made_shown_undone_and_deleted_with_its_photo(
    system: System, person: Client
) -> None:
    data = draw_photo(1600, 1200)
    granted = person.grant("image/jpeg", data)
    person.upload(granted["upload"], data)
    photo_id = person.wait_for(granted["photo"]["id"])["id"]
    edit = person.edit(photo_id, RECIPE, "image/webp")

    assert edit["state"] == "ready"
    photo = person.expect(200, "GET", f"/photos/{photo_id}")
    full = photo["renditions"]["full"]
    assert photo["current_edit_id"] == edit["id"]
    assert full["width_px"] == full["height_px"] == 1200
    picture = person.fetch(full["url"])
    assert picture.status == 200
    assert picture.data[:4] + picture.data[8:12] == b"RIFFWEBP"

    assert person.call("PUT", f"/photos/{photo_id}/current_edit", {"edit_id": None}).status == 204
    photo = person.expect(200, "GET", f"/photos/{photo_id}")
    assert photo["current_edit_id"] is None
    assert photo["renditions"]["full"]["width_px"] == 1600

    destroyed = person.expect(200, "DELETE", f"/photos/{photo_id}")
    assert destroyed["objects"] == 6
    renditions = list_objects(system.cloud, system.outputs["RenditionsBucketName"])
    assert not [one.key for one in renditions if photo_id in one.key]
