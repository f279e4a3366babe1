"""Permission to upload: exact, counted, and the same when asked again (B01, B02, B05, B06)."""

import base64
import json
from typing import Any

import pytest

from chalicelib.errors import Conflict, IdempotencyKeyReused, QuotaExceeded
from chalicelib.keys import original_object
from chalicelib.photos.model import REGISTERED_ALLOWANCE, PhotoState, UploadRequest
from tests.photos.post_policy import refusals
from tests.world import BOB_PHONE, World


def policy_of(form: Any) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    return policy


class TestGrant:
    def test_row_waits_for_the_upload_before_the_form_exists(self, world: World) -> None:
        user_id = world.log_in()
        photo = world.grant(user_id)[0].photo

        row = world.photo_store.find(user_id, photo.id)
        assert row is not None
        assert row.state is PhotoState.AWAITING_UPLOAD

    def test_form_takes_exactly_what_was_granted(self, world: World) -> None:
        user_id = world.log_in()
        sha256 = b"\x11" * 32
        wanted = UploadRequest(content_type="image/png", size_bytes=1000, sha256=sha256)
        upload = world.granting.grant_uploads(user_id, [wanted], idempotency_key="k")[0]
        assert upload.form is not None
        fields, policy = dict(upload.form.fields), policy_of(upload.form)

        assert fields["key"] == original_object(user_id, upload.photo.id)
        assert refusals(policy, fields, size_bytes=1) == []
        assert refusals(policy, fields, size_bytes=1000) == []
        for name in fields.keys() - {"policy", "x-amz-signature"}:
            assert refusals(policy, fields | {name: "other"}, size_bytes=1), name
            without = {key: value for key, value in fields.items() if key != name}
            assert refusals(policy, without, size_bytes=1), name
        assert refusals(policy, fields | {"acl": "public-read"}, size_bytes=1)
        assert refusals(policy, fields, size_bytes=0)
        assert refusals(policy, fields, size_bytes=1001)
        assert fields["x-amz-checksum-sha256"] == base64.b64encode(sha256).decode()
        assert fields["x-amz-server-side-encryption"] == "aws:kms"

    def test_fifty_photos_come_in_one_call(self, world: World) -> None:
        uploads = world.grant(world.log_in(), count=50)

        assert len({upload.photo.id for upload in uploads}) == 50


class TestRepeat:
    def test_same_key_gives_the_same_photos_and_takes_no_more_quota(self, world: World) -> None:
        user_id = world.log_in()
        first = world.grant(user_id, count=3)
        used = world.granting.get_limits(user_id)
        again = world.grant(user_id, count=3)

        assert [one.photo.id for one in first] == [one.photo.id for one in again]
        assert all(one.form for one in again)
        assert world.granting.get_limits(user_id) == used

    def test_same_key_with_another_request_is_refused(self, world: World) -> None:
        user_id = world.log_in()
        world.grant(user_id, count=1)

        with pytest.raises(IdempotencyKeyReused):
            world.grant(user_id, count=2)

    def test_key_of_one_user_means_nothing_for_another(self, world: World) -> None:
        alice = world.grant(world.log_in())
        bob = world.grant(world.log_in(BOB_PHONE))

        assert alice[0].photo.id != bob[0].photo.id

    def test_repeat_after_the_upload_gives_the_photo_without_a_form(self, world: World) -> None:
        user_id = world.log_in()
        photo_id = world.upload(user_id)
        world.deliver(user_id, photo_id)

        assert world.grant(user_id)[0].form is None

    def test_repeat_after_deletion_says_so(self, world: World) -> None:
        user_id = world.log_in()
        world.deletion.delete_photo(user_id, world.upload(user_id))

        with pytest.raises(Conflict):
            world.grant(user_id)


class TestQuota:
    def test_day_is_full_then_the_next_one_is_not(self, world: World) -> None:
        user_id = world.log_in()
        for number in range(REGISTERED_ALLOWANCE.photos_per_day // 50):
            world.grant(user_id, key=f"key-{number}", count=50)

        with pytest.raises(QuotaExceeded) as refusal:
            world.grant(user_id, key="one-more")
        assert refusal.value.facts["limit"] == "photos_per_day"
        world.clock.advance(hours=12)
        assert world.grant(user_id, key="tomorrow")

    def test_bytes_count_too_and_nothing_is_reserved_beyond_them(self, world: World) -> None:
        user_id = world.log_in()
        wanted = UploadRequest(content_type="image/jpeg", size_bytes=50 * 1024**2, sha256=None)
        world.granting.grant_uploads(user_id, [wanted] * 50, idempotency_key="a")
        world.granting.grant_uploads(user_id, [wanted] * 50, idempotency_key="b")

        with pytest.raises(QuotaExceeded) as refusal:
            world.granting.grant_uploads(user_id, [wanted] * 3, idempotency_key="c")
        assert refusal.value.facts["limit"] == "bytes_per_day"
        assert len(world.photo_store.list_page(user_id, limit=200, after=None).photos) == 100
