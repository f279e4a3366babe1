"""Edits over HTTP: asked for, waited for, shown, undone; recipes judged without a photo."""

import pytest

from bench.drawing import draw_photo
from chalicelib.aws.clients import client
from chalicelib.container import services
from tests.http.conftest import Answer, Api
from tests.world import FUNCTION_TIME, s3_notification, sqs_event

RECIPE = {"version": 1, "tone": {"contrast": 20}, "geometry": {"quarter_turns": 1}}


@pytest.fixture
def photo_id(api: Api) -> str:
    """A ready photo of 640 by 480."""
    api.log_in()
    data = draw_photo(640, 480)
    body = {"photos": [{"content_type": "image/jpeg", "size_bytes": len(data)}]}
    granted = api.send("POST", "/photos", body, Idempotency_Key="u").json["photos"][0]
    key = granted["upload"]["fields"]["key"]
    client("s3").put_object(Bucket="originals", Key=key, Body=data)
    event = sqs_event(s3_notification(key))
    services().uploads.process_uploads(event, within=FUNCTION_TIME)
    return str(granted["photo"]["id"])


def ask(api: Api, photo_id: str, key: str = "e", **more: object) -> Answer:
    body = {"recipe": RECIPE, **more}
    return api.send("POST", f"/photos/{photo_id}/edits", body, Idempotency_Key=key)


def work() -> None:
    """Bring every queued message to the worker."""
    sqs = client("sqs")
    queue = sqs.get_queue_url(QueueName="edits")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    for message in received.get("Messages", []):
        event = sqs_event(message["Body"])
        assert services().edits.worker.process_edits(event, within=FUNCTION_TIME) == {
            "batchItemFailures": []
        }


class TestEdit:
    def test_edit_is_made_shown_and_undone(self, api: Api, photo_id: str) -> None:
        asked = ask(api, photo_id, output={"accept": "image/webp,*/*;q=0.8"})
        assert asked.status == 202
        assert asked.json["state"] == "queued"
        assert asked.json["output"]["media_type"] == "image/webp"
        work()

        path = f"/photos/{photo_id}/edits/{asked.json['id']}?wait_s=1"
        edit = api.send("GET", path).json
        assert (edit["state"], edit["is_current"], edit["rejection"]) == ("ready", True, None)
        assert edit["recipe"] == RECIPE
        full = edit["renditions"]["full"]
        assert (full["width_px"], full["height_px"]) == (480, 640)
        assert full["content_type"] == "image/webp"
        assert "filename%3D%22ifotor-" in full["url"]
        assert ".webp" in full["url"]

        photo = api.send("GET", f"/photos/{photo_id}").json
        assert photo["current_edit_id"] == edit["id"]
        assert photo["edits"] == [edit["id"]]
        assert photo["renditions"]["full"]["width_px"] == 480
        assert photo["unedited"]["full"]["width_px"] == 640

        undo = api.send("PUT", f"/photos/{photo_id}/current_edit", {"edit_id": None})
        assert undo.status == 204
        photo = api.send("GET", f"/photos/{photo_id}").json
        assert photo["current_edit_id"] is None
        assert photo["unedited"] is None
        assert photo["renditions"]["full"]["width_px"] == 640
        listed = api.send("GET", f"/photos/{photo_id}/edits").json["edits"]
        assert [one["id"] for one in listed] == [edit["id"]]

    def test_result_that_cannot_be_small_enough_is_rejected_by_name(
        self, api: Api, photo_id: str
    ) -> None:
        asked = ask(api, photo_id, output={"media_type": "image/png", "max_bytes": 2000}).json
        work()

        edit = api.send("GET", f"/photos/{photo_id}/edits/{asked['id']}").json
        assert (edit["state"], edit["rejection"]["code"]) == ("rejected", "cannot_fit")

    @pytest.mark.parametrize(
        ("recipe", "path"),
        [
            ({"version": 1, "tone": {"contrast": 101}}, "/recipe/tone/contrast"),
            ({"version": 1, "faces": {}}, "/recipe/faces"),
            ([], "/recipe"),
        ],
    )
    def test_wrong_recipe_is_422_at_its_place(
        self, api: Api, photo_id: str, recipe: object, path: str
    ) -> None:
        for method, address in (("POST", f"/photos/{photo_id}/edits"), ("POST", "/recipes/checks")):
            answer = api.send(method, address, {"recipe": recipe}, Idempotency_Key="k")
            assert (answer.status, answer.json["code"]) == (422, "invalid_recipe")
            assert answer.json["errors"][0]["path"] == path

    def test_what_the_client_does_not_show_is_406(self, api: Api, photo_id: str) -> None:
        answer = ask(api, photo_id, output={"accept": "image/jxl"})
        assert (answer.status, answer.json["code"]) == (406, "not_acceptable")

    def test_other_peoples_photos_and_edits_are_404(self, api: Api, photo_id: str) -> None:
        edit_id = ask(api, photo_id).json["id"]
        api.token = ""
        api.log_in("13900139000")

        assert ask(api, photo_id).status == 404
        assert api.send("GET", f"/photos/{photo_id}/edits").status == 404
        assert api.send("GET", f"/photos/{photo_id}/edits/{edit_id}").status == 404
        choice = {"edit_id": edit_id}
        assert api.send("PUT", f"/photos/{photo_id}/current_edit", choice).status == 404


class TestRecipes:
    def test_dry_run_prices_and_says_what_would_be_done(self, api: Api) -> None:
        api.log_in()
        body = {"recipe": RECIPE, "width_px": 2048, "height_px": 1536}
        answer = api.send("POST", "/recipes/checks", body)

        assert answer.status == 200
        assert (answer.json["width_px"], answer.json["height_px"]) == (1536, 2048)
        assert answer.json["cpu_ms"] > 0
        assert len(answer.json["recipe_hash"]) == 64
        assert any(line.startswith("cut") for line in answer.json["plan"])

    def test_schema_and_presets_need_no_login(self, api: Api) -> None:
        schema = api.send("GET", "/recipes/schema").json
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        presets = api.send("GET", "/recipes/presets").json["presets"]
        assert len(presets) >= 20
        assert presets[0]["settings"]["tone"]["contrast"] == 12
        api.log_in()
        for preset in presets:
            check = api.send("POST", "/recipes/checks", {"recipe": preset["recipe"]})
            assert check.status == 200, preset["name"]


COSTLY = {
    "version": 1,
    "detail": {"blur": 10},
    "decoration": {"texts": [{"text": "a" * 200, "size_percent": 40, "rotate_degrees": 5}] * 8},
}
"""What no photo of this size may be put through; one of 640 by 480 may."""


class TestCeiling:
    def assert_refused(self, answer: Answer, path: str) -> None:
        assert (answer.status, answer.json["code"]) == (422, "recipe_too_costly")
        assert answer.json["errors"][0]["path"] == path
        assert answer.json["cpu_ms"] > answer.json["max_cpu_ms"] == 2000

    def test_dry_run_says_what_it_would_take_and_what_may_be_taken(self, api: Api) -> None:
        api.log_in()
        self.assert_refused(api.send("POST", "/recipes/checks", {"recipe": COSTLY}), "/recipe")
        small = {"recipe": COSTLY, "width_px": 640, "height_px": 480}
        answer = api.send("POST", "/recipes/checks", small)
        assert answer.status == 200
        assert answer.json["cpu_ms"] < answer.json["max_cpu_ms"]

    def test_edit_is_priced_for_its_own_photo(self, api: Api, photo_id: str) -> None:
        assert ask(api, photo_id, recipe=COSTLY).status == 202
        grown = COSTLY | {"geometry": {"resize": {"width_px": 2048, "enlarge": True}}}
        self.assert_refused(ask(api, photo_id, recipe=grown, key="grown"), "/recipe")
        assert len(api.send("GET", f"/photos/{photo_id}/edits").json["edits"]) == 1

    def test_recipe_with_an_upload_is_priced_for_the_largest_photo(self, api: Api) -> None:
        api.log_in()
        photo = {"content_type": "image/jpeg", "size_bytes": 1000, "recipe": COSTLY}
        refusal = api.send("POST", "/photos", {"photos": [photo]}, Idempotency_Key="u")

        self.assert_refused(refusal, "/photos/0/recipe")
        assert api.send("GET", "/photos").json["photos"] == []


class TestRecipeAtUpload:
    def grant(self, api: Api, *, key: str = "u", **more: object) -> Answer:
        data = draw_photo(640, 480)
        plain = {"content_type": "image/jpeg", "size_bytes": len(data)}
        return api.send("POST", "/photos", {"photos": [plain, plain | more]}, Idempotency_Key=key)

    def test_edit_is_made_as_soon_as_the_photo_is_ready(self, api: Api) -> None:
        api.log_in()
        granted = self.grant(api, recipe=RECIPE, output={"media_type": "image/webp"})
        assert granted.status == 201
        upload = granted.json["photos"][1]
        key = upload["upload"]["fields"]["key"]
        client("s3").put_object(Bucket="originals", Key=key, Body=draw_photo(640, 480))
        services().uploads.process_uploads(sqs_event(s3_notification(key)), within=FUNCTION_TIME)
        work()

        photo = api.send("GET", f"/photos/{upload['photo']['id']}").json
        assert photo["edits"] == [photo["current_edit_id"]]
        full = photo["renditions"]["full"]
        assert (full["width_px"], full["content_type"]) == (480, "image/webp")
        assert photo["unedited"]["full"]["width_px"] == 640
        edit = api.send("GET", f"/photos/{photo['id']}/edits/{photo['edits'][0]}").json
        assert (edit["state"], edit["recipe"]) == ("ready", RECIPE)

    @pytest.mark.parametrize(
        ("recipe", "path"),
        [
            ({"version": 1, "tone": {"contrast": 101}}, "/photos/1/recipe/tone/contrast"),
            ({"version": 1, "faces": {}}, "/photos/1/recipe/faces"),
            (None, "/photos/1/recipe"),
        ],
    )
    def test_refusal_points_into_the_request(self, api: Api, recipe: object, path: str) -> None:
        api.log_in()
        refusal = self.grant(api, recipe=recipe)

        assert (refusal.status, refusal.json["code"]) == (422, "invalid_recipe")
        assert refusal.json["errors"][0]["path"] == path
        assert api.send("GET", "/photos").json["photos"] == []

    def test_recipe_of_several_photos_is_refused(self, api: Api, photo_id: str) -> None:
        collage = {"version": 1, "decoration": {"collage": {"photos": [photo_id]}}}
        refusal = self.grant(api, key="other", recipe=collage)

        assert (refusal.status, refusal.json["code"]) == (422, "invalid_recipe")
        assert refusal.json["errors"][0]["path"] == "/photos/1/recipe"
        assert ask(api, photo_id).status == 202

    def test_output_without_a_recipe_is_refused(self, api: Api) -> None:
        api.log_in()
        refusal = self.grant(api, output={"media_type": "image/png"})

        assert refusal.json["errors"][0]["path"] == "/photos/1/output"
