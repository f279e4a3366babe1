"""An edit on the packaged system: real queues, real functions, real encoders."""

from typing import Any

import pytest

from bench.drawing import draw_photo
from local.client import Client
from local.inspection import list_objects
from local.sandbox.server import Sandbox
from local.system import System
from tests.live.looking import wait_until
from tests.live.paying import invoke_check, place, trade_of

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


def test_a_recipe_with_the_upload_and_an_edit_that_costs_a_credit_are_made(
    system: System, person: Client, sandbox: Sandbox
) -> None:
    data = draw_photo(640, 480)
    flipped = {"version": 1, "geometry": {"flip": "horizontal"}}
    wanted = {"content_type": "image/jpeg", "size_bytes": len(data), "recipe": flipped}
    key = {"Idempotency-Key": "recipe-with-the-upload"}
    [granted] = person.expect(201, "POST", "/photos", {"photos": [wanted]}, headers=key)["photos"]
    person.upload(granted["upload"], data)
    photo_id = person.wait_for(granted["photo"]["id"])["id"]

    def shown() -> Any:
        return person.expect(200, "GET", f"/photos/{photo_id}")["current_edit_id"]

    first = wait_until(shown)
    sandbox.cashier.do(trade_of(sandbox, place(person, "wechatpay_native")), "pay")
    edit = person.edit(photo_id, {"version": 1, "detail": {"denoise": 30}}, "image/jpeg")
    held = person.expect(200, "GET", "/me/credits")
    invoke_check(system)

    assert (edit["state"], edit["credits"]) == ("ready", 1)
    assert shown() == edit["id"] != first
    assert (held["available"], held["held"]) == (9, 1)
    settled = person.expect(200, "GET", "/me/credits")
    assert (settled["available"], settled["held"]) == (9, 0)
