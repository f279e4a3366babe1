"""How long photos are kept, over HTTP: chosen within bounds, shown, and one's own default."""

from tests.http.conftest import Api
from tests.http.test_edits_api import photo_id as photo_id


class TestOnePhoto:
    def test_choice_is_shown_and_taken_back(self, api: Api, photo_id: str) -> None:
        before = api.send("GET", f"/photos/{photo_id}").json
        assert before["retention"]["choice"] == "default"
        assert before["retention"]["default_until"] == before["expires_at"]
        last_day = before["retention"]["longest_until"][:7] + "-01"

        longer = api.send("PUT", f"/photos/{photo_id}/retention", {"last_day": last_day})
        assert (longer.status, longer.json["retention"]["choice"]) == (200, "longer")
        assert longer.json["expires_at"] > before["expires_at"]
        back = api.send("PUT", f"/photos/{photo_id}/retention", {"last_day": None})
        assert back.json["expires_at"] == before["expires_at"]

    def test_no_such_day_is_422(self, api: Api, photo_id: str) -> None:
        for body in (
            {"last_day": "1999-01-01"},
            {"last_day": "9999-12-31"},
            {"last_day": "0001-01-01"},
            {"last_day": "tomorrow"},
            {"last_day": 20270101},
            {"last_day": "2027-01-01T00:00:00Z"},
            {},
            {"days": 5},
        ):
            answer = api.send("PUT", f"/photos/{photo_id}/retention", body)
            assert (answer.status, answer.json["code"]) == (422, "invalid_request"), body

    def test_other_peoples_photos_are_404(self, api: Api, photo_id: str) -> None:
        api.log_in("13900139000")
        answer = api.send("PUT", f"/photos/{photo_id}/retention", {"last_day": "1999-01-01"})
        assert (answer.status, answer.json["code"]) == (404, "not_found")


class TestDefault:
    def test_it_is_kept_and_taken_back(self, api: Api) -> None:
        api.log_in()
        assert api.send("GET", "/me/retention").json == {"default_days": None}
        assert api.send("PUT", "/me/retention", {"default_days": 30}).status == 200
        assert api.send("GET", "/me/retention").json == {"default_days": 30}
        api.send("PUT", "/me/retention", {"default_days": None})
        assert api.send("GET", "/me/retention").json == {"default_days": None}

    def test_only_whole_days_up_to_180_are_taken(self, api: Api) -> None:
        api.log_in()
        for days in (0, -1, 181, 1.5, "30", True):
            answer = api.send("PUT", "/me/retention", {"default_days": days})
            assert (answer.status, answer.json["code"]) == (422, "invalid_request"), days
