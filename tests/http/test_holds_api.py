"""A legal hold from its placing to its release, as staff and the photo's owner meet it."""

import json

from chalicelib.container import services
from chalicelib.photos.model import Destroyed
from tests.http.conftest import Api
from tests.http.hostile import STAFF, Raw
from tests.http.test_edits_api import photo_id as photo_id
from tests.photos.holds.test_holds import HOUR

HOLD = "/v1/staff/holds/{user_id}/{hold_id}"
"""The tests send one id for both: a hold may be called like the account."""
ME = STAFF.rpartition("/")[2]


def owner_of(api: Api) -> str:
    return str(services().sessions.authenticate(api.token).user_id)


class TestHold:
    def test_keeps_a_photo_from_its_owner_s_deletion_until_it_is_released(
        self, api: Api, photo_id: str
    ) -> None:
        raw, user_id = Raw(api), owner_of(api)
        until = api.send("GET", f"/photos/{photo_id}").json["expires_at"]
        body = {"photo_id": photo_id, "reviewer": "lin", "until": until}
        same = raw.send("PUT", HOLD, parameter=user_id, body=json.dumps(body | {"reviewer": ME}))
        assert (same.status, same.json["errors"][0]["path"]) == (422, "/reviewer")
        placed = raw.send("PUT", HOLD, parameter=user_id, body=json.dumps(body))
        assert (placed.status, placed.json["released_at"]) == (200, None)

        refused = api.send("DELETE", f"/photos/{photo_id}")
        assert (refused.status, refused.json["code"]) == (409, "deletion_on_hold")
        assert refused.json["held_until"] == placed.json["until"]
        several = api.send("POST", "/photos/deletions", {"all": True}).json
        assert (several["photos"], several["held"], several["has_more"]) == (0, 1, False)
        assert api.send("GET", f"/photos/{photo_id}").json["hold"]["deletion_wanted_at"]
        listed = raw.send("GET", "/v1/staff/holds/{user_id}", parameter=user_id).json["holds"]
        assert [one["id"] for one in listed] == [user_id]

        assert raw.send("DELETE", HOLD, parameter=user_id).json["released_at"]
        assert api.send("GET", f"/photos/{photo_id}").status == 404
        gone = services().retention.expiry.expire_photos(within=HOUR)
        assert gone == Destroyed(photos=1, objects=3, size_bytes=gone.size_bytes)
