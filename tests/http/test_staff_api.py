"""Staff as the API meets it: signed, with a reason, and never by a session."""

from collections.abc import Iterator

import pytest

from app import app
from tests.http.conftest import served_api
from tests.http.hostile import STAFF, Raw
from tests.world import REGION

STAFF_ROUTES = sorted(
    (method, path) for path, by in app.routes.items() for method in by if "/staff/" in path
)
ACTS = "/v1/staff/register/acts"


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        with served_api() as api:
            api.log_in()
            yield Raw(api)


def acts(raw: Raw) -> list[dict[str, str]]:
    answer = raw.send("GET", ACTS, query={"limit": ["100"]})
    assert answer.status == 200
    found: list[dict[str, str]] = answer.json["acts"]
    return found


@pytest.mark.parametrize(("method", "path"), STAFF_ROUTES)
class TestEveryStaffRoute:
    def test_is_signed_by_aws_and_no_other_route_is(self, method: str, path: str) -> None:
        authorizer = app.routes[path][method].authorizer

        assert authorizer
        assert authorizer.to_swagger()["x-amazon-apigateway-authtype"] == "awsSigv4"

    def test_is_closed_to_a_session(self, raw: Raw, method: str, path: str) -> None:
        answer = raw.send(method, path, body="{}", signer=None)

        assert (answer.status, answer.json["code"]) == (403, "not_staff")

    def test_asks_for_a_reason(self, raw: Raw, method: str, path: str) -> None:
        answer = raw.send(method, path, body="{}", headers={"Staff-Reference": ""})

        assert (answer.status, answer.json["code"]) == (400, "reference_required")

    def test_is_in_the_register_whatever_came_of_it(self, raw: Raw, method: str, path: str) -> None:
        reference = f"CASE-{method}-{path.replace('{', '').replace('}', '')}"[:60]
        raw.send(method, path, body="{}", headers={"Staff-Reference": reference})

        [act] = [act for act in acts(raw) if act["reference"] == reference]
        assert act["staff"] == STAFF
        assert act["action"] == app.routes[path][method].view_function.__name__


def test_nothing_but_staff_is_signed() -> None:
    signed = {
        (method, path)
        for path, by in app.routes.items()
        for method, route in by.items()
        if route.authorizer
    }

    assert signed == set(STAFF_ROUTES)
    assert signed


def test_the_register_is_read_by_month_and_page(raw: Raw) -> None:
    for _ in range(3):
        raw.send("GET", ACTS, query={"month": ["2026-01"]})
    first = raw.send("GET", ACTS, query={"limit": ["2"]}).json
    after = first["next_cursor"]
    query = {"limit": ["2"], "cursor": [after]}
    rest = raw.send("GET", ACTS, query=query).json

    ids = [act["id"] for act in (*first["acts"], *rest["acts"])]
    assert len(set(ids)) == 4
    assert ids == sorted(ids, reverse=True)
    assert set(first["acts"][0]) == {"id", "staff", "action", "subject", "reference", "at"}


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "2026-11-01"])
def test_what_is_no_month_is_named(raw: Raw, month: str) -> None:
    answer = raw.send("GET", ACTS, query={"month": [month]})

    assert (answer.status, answer.json["code"]) == (422, "invalid_request")
    assert answer.json["errors"][0]["path"] == "/month"
