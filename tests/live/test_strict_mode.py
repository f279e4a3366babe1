"""Strict mode: every signature checked, every IAM, bucket and queue policy enforced, over TLS.

The whole path passes with the packaged policies, and fails when one permission is taken away.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bench.drawing import draw_photo
from infra.package import Package
from infra.staff import Call
from local.client import Client
from local.inspection import list_items, list_objects
from local.staff import call_as, send_to, take_role
from local.system import System, running_system
from tests.live import paying
from tests.live.acting import do_without_second_factor
from tests.live.ageing import make_due, sweep, turn_back
from tests.live.looking import denials, wait_until
from tests.phones import next_phone

pytestmark = [pytest.mark.live, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return draw_photo(1600, 1200, gps=True)


def log_in(system: System) -> Client:
    client = Client(system.url, ca_bundle=system.cloud.ca_bundle)
    client.log_in(next_phone())
    return client


def without(role: str, action: str, to: Path) -> Callable[[Package], Package]:
    """Return what takes one action out of every statement of a role, in a copy of the package."""

    def change(package: Package) -> Package:
        template = json.loads(package.template.read_text())
        taken = 0
        for policy in template["Resources"][role]["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                taken += action in statement["Action"]
                statement["Action"] = [each for each in statement["Action"] if each != action]
        assert taken, f"{role} never had {action}"
        changed = to / "template.json"
        changed.write_text(json.dumps(template))
        shutil.copy(package.bundle, to)
        return replace(package, template=changed)

    return change


class TestPackagedPolicies:
    def test_the_whole_path_passes(self, strict: System, photo: bytes) -> None:
        person = log_in(strict)
        granted = person.grant("image/jpeg", photo)
        photo_id = granted["photo"]["id"]
        assert person.upload(granted["upload"], photo).status == 204

        done = person.wait_for(photo_id)
        shown = [person.fetch(told["url"]) for told in done["renditions"].values()]
        listed = person.expect(200, "GET", "/photos")["photos"]
        receipt = person.expect(200, "DELETE", f"/photos/{photo_id}")

        assert done["state"] == "ready"
        assert done["original"]["deleted_at"]
        assert [(each.status, each.data[:2]) for each in shown] == [(200, b"\xff\xd8")] * 3
        assert [each["id"] for each in listed] == [photo_id]
        assert (receipt["photos"], receipt["objects"]) == (1, 3)
        assert [each for each in list_objects(strict.cloud) if photo_id in each.key] == []
        assert denials(strict) == []

    def test_a_photo_past_its_time_is_hidden_at_once_and_then_swept(
        self, strict: System, photo: bytes
    ) -> None:
        person = log_in(strict)
        granted = person.grant("image/jpeg", photo)
        photo_id = granted["photo"]["id"]
        person.upload(granted["upload"], photo)
        person.wait_for(photo_id)

        make_due(strict, photo_id)
        seen = person.call("GET", f"/photos/{photo_id}").status
        sweep(strict)

        assert seen == 404
        assert [each for each in list_objects(strict.cloud) if photo_id in each.key] == []
        assert [row for _, row in list_items(strict.cloud) if photo_id in row["sk"]["S"]] == []
        assert denials(strict) == []

    @pytest.mark.parametrize("asked_for", [True, False])
    def test_a_guests_photo_comes_to_the_account_and_nothing_else_is_left(
        self, strict: System, photo: bytes, asked_for: bool
    ) -> None:
        owner, phone = Client(strict.url, ca_bundle=strict.cloud.ca_bundle), next_phone()
        owner.log_in(phone)
        guest = Client(strict.url, ca_bundle=strict.cloud.ca_bundle)
        guest.come_as_guest()
        guest_id = guest.expect(200, "GET", "/me")["id"]
        granted = guest.grant("image/jpeg", photo)
        guest.upload(granted["upload"], photo)
        photo_id = guest.wait_for(granted["photo"]["id"])["id"]
        guest.log_in(phone, as_guest=True)

        if asked_for:
            assert owner.expect(200, "POST", "/photos/arrivals")["photos"] == 1
        make_due(strict, guest_id, sk="GUEST")
        turn_back(strict, guest_id, "joined_at", timedelta(hours=2))
        sweep(strict)

        shown = owner.expect(200, "GET", f"/photos/{photo_id}")["renditions"]
        assert [owner.fetch(told["url"]).status for told in shown.values()] == [200] * 3
        assert [each for each in list_objects(strict.cloud) if guest_id in each.key] == []
        assert [row for _, row in list_items(strict.cloud) if guest_id in str(row)] == []
        assert denials(strict) == []

    def test_a_recipe_with_the_upload_and_an_edit_that_costs_a_credit_are_made(
        self, strict: System, photo: bytes
    ) -> None:
        person = log_in(strict)
        assert strict.sandbox
        placed = paying.place(person, "wechatpay_native")
        strict.sandbox.cashier.do(paying.trade_of(strict.sandbox, placed), "pay")
        flipped = {"version": 1, "geometry": {"flip": "horizontal"}}
        wanted = {"content_type": "image/jpeg", "size_bytes": len(photo), "recipe": flipped}
        key = {"Idempotency-Key": "recipe-with-the-upload"}
        body = {"photos": [wanted]}
        [granted] = person.expect(201, "POST", "/photos", body, headers=key)["photos"]
        person.upload(granted["upload"], photo)
        photo_id = person.wait_for(granted["photo"]["id"])["id"]

        def shown() -> Any:
            return person.expect(200, "GET", f"/photos/{photo_id}")["current_edit_id"]

        first = wait_until(shown)
        edit = person.edit(photo_id, {"version": 1, "detail": {"denoise": 30}}, "image/jpeg")
        held = person.expect(200, "GET", "/me/credits")
        paying.invoke_check(strict)

        assert (edit["state"], edit["credits"]) == ("ready", 1)
        assert shown() == edit["id"] != first
        assert (held["available"], held["held"]) == (9, 1)
        settled = person.expect(200, "GET", "/me/credits")
        assert (settled["available"], settled["held"]) == (9, 0)
        assert denials(strict) == []

    def test_a_presigned_url_can_neither_be_changed_nor_shortened(
        self, strict: System, photo: bytes
    ) -> None:
        person = log_in(strict)
        granted = person.grant("image/jpeg", photo)
        fields: dict[str, Any] = granted["upload"]["fields"]
        forged = {**granted["upload"], "fields": {**fields, "x-amz-signature": "0" * 64}}
        refused = person.upload(forged, photo)
        person.upload(granted["upload"], photo)
        url = person.wait_for(granted["photo"]["id"])["renditions"]["thumb"]["url"]

        assert refused.status == 403
        assert person.fetch(url).status == 200
        assert person.fetch(url.replace("thumb.jpg", "full.jpg")).status == 403
        assert person.fetch(url.partition("?")[0]).status == 403

    @pytest.mark.parametrize("method", ["wechatpay_native", "alipay_page"])
    def test_payments_settle_by_notification_and_schedule_and_the_second_goes_back(
        self, strict: System, method: str
    ) -> None:
        assert strict.sandbox
        person, cashier = log_in(strict), strict.sandbox.cashier
        told, lost = (paying.place(person, method, key) for key in ("told-one", "lost-one"))
        trade = paying.trade_of(strict.sandbox, told)
        cashier.do(trade, "pay_twice")
        trade.transaction_id = ""
        cashier.do(trade, "pay")
        cashier.do(paying.trade_of(strict.sandbox, lost), "pay_silently")

        paying.make_due(strict, lost["order"]["id"])
        paying.invoke_check(strict)
        paying.invoke(strict, "ReconcileBills")

        orders = person.expect(200, "GET", "/orders")["orders"]
        assert [each["state"] for each in orders] == ["paid", "paid"]
        assert person.expect(200, "GET", "/me/credits")["available"] == 20
        assert trade.refunded == trade.total
        assert denials(strict) == []

    def test_staff_takes_a_role_with_a_second_factor_and_signs(self, strict: System) -> None:
        call = Call(method="GET", path="/staff/register/acts", reference="STRICT-1")
        with pytest.raises(ClientError, match="AccessDenied"):
            call_as(strict.cloud, "audit", call)
        do_without_second_factor(strict, "audit")

        allowed = call_as(strict.cloud, "audit", call)
        given = take_role(strict.cloud, "audit", name="person-7")
        given.secret_key = "another"
        forged = send_to(strict.cloud, call, given)

        beyond = call_as(strict.cloud, "audit", replace(call, path="/staff/payments/refunds"))

        assert beyond.status == 403
        assert allowed.status == 200
        assert [act["reference"] for act in allowed.json["acts"]] == ["STRICT-1"]
        assert forged.status == 404

    @pytest.mark.parametrize(
        ("bucket", "method"), [("OriginalsBucketName", "POST"), ("RenditionsBucketName", "GET")]
    )
    def test_only_the_page_may_reach_a_bucket_from_a_browser(
        self, strict: System, bucket: str, method: str
    ) -> None:
        allowed = preflight(strict, bucket, method, strict.url)
        other = preflight(strict, bucket, method, "https://evil.example")

        assert allowed == strict.url
        assert other is None


def test_without_one_permission_the_path_fails(tmp_path: Path, photo: bytes) -> None:
    change = without("ProcessUploadRole", "s3:DeleteObject", tmp_path)

    with running_system(strict=True, change=change) as crippled:
        person = log_in(crippled)
        granted = person.grant("image/jpeg", photo)
        person.upload(granted["upload"], photo)
        wait_until(lambda: denials(crippled), limit_s=60)
        left = list_objects(crippled.cloud, crippled.outputs["OriginalsBucketName"])
        seen = person.expect(200, "GET", f"/photos/{granted['photo']['id']}")

    assert [each.size_bytes for each in left] == [len(photo)]
    assert seen["original"]["deleted_at"] is None


def preflight(system: System, bucket: str, method: str, origin: str) -> str | None:
    """Ask as a browser does before it sends; return the origin that is allowed."""
    client = Client(system.url, ca_bundle=system.cloud.ca_bundle)
    answer = client.ask(
        "OPTIONS",
        f"{system.cloud.endpoint}/{system.outputs[bucket]}/key",
        {"Origin": origin, "Access-Control-Request-Method": method},
    )
    return answer.headers["Access-Control-Allow-Origin"] if answer.status == 200 else None
