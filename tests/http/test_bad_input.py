"""Whatever is sent, wherever: a stable problem, never a 500, a stack or a hint.

Routes, their fields and their parameters are read from the code, so that a new one is tried too.
"""

import base64
import inspect
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

from app import app
from chalicelib import errors
from chalicelib.errors import PROBLEM_BASE, AppError
from tests.http.conftest import Answer, served_api
from tests.http.hostile import HOSTILE_BODIES, HOSTILE_TEXTS, HOSTILE_TOKENS, Raw
from tests.world import REGION

ALL_ROUTES = sorted((method, path) for path, by in app.routes.items() for method in by)
WEBHOOKS = [route for route in ALL_ROUTES if "/webhooks/" in route[1]]
"""Answered in the form that each provider asks for; tests/payments looks at that."""
ROUTES = [route for route in ALL_ROUTES if route not in WEBHOOKS]
VIEWS = {
    (method, path): inspect.getsource(inspect.unwrap(app.routes[path][method].view_function))
    for method, path in ROUTES
}
WITH_BODY = [route for route in ROUTES if ".body(" in VIEWS[route]]
WITH_PARAMETER = [route for route in ROUTES if "{" in route[1]]
WITH_KEY = [route for route in ROUTES if ".idempotency_key(" in VIEWS[route]]
WITH_QUERY = [
    (*route, name)
    for route in ROUTES
    for name in re.findall(r'\.(?:text|integer)\(\s*"(\w+)"', VIEWS[route])
]
CODES = {
    one.code: one.status
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, AppError)
}
SPOKEN = re.compile(r"Traceback|chalicelib|File \"|\.py\b|boto|DynamoDB|<class|0x[0-9a-f]{6}")
"""What only the inside of the program would say."""


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    with pytest.MonkeyPatch.context() as environment:
        # Set by a fixture of each single test otherwise, which is later than this.
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        with served_api() as api:
            yield Raw(api)


def check(answer: Answer) -> None:
    """Fail unless this is an answer as documented, without a word from inside."""
    check_form(answer)
    assert answer.status < 400 or not SPOKEN.search(json.dumps(answer.json))


def check_form(answer: Answer) -> None:
    assert answer.status < 500, answer.json
    if answer.status < 400:
        return
    assert answer.headers["content-type"] == "application/problem+json"
    assert CODES[answer.json["code"]] == answer.json["status"] == answer.status
    assert answer.json["type"] == PROBLEM_BASE + answer.json["code"]


def schemas() -> Iterator[type[Struct]]:
    """Yield every form of a body that any route reads."""
    for name, module in list(sys.modules.items()):
        if re.fullmatch(r"chalicelib\.\w+\.(routes|bodies)", name):
            for _, value in inspect.getmembers(module, inspect.isclass):
                if issubclass(value, Struct) and value.__module__ == name:
                    yield value


FIELDS = sorted({field.encode_name for schema in schemas() for field in structs.fields(schema)})


def test_what_is_tried_is_read_from_the_code() -> None:
    assert len(ROUTES) >= 16
    assert {"phone", "code", "refresh_token", "photos", "sha256"} <= set(FIELDS)
    assert len(WITH_BODY) >= 7
    assert {"limit", "cursor", "wait_s"} <= {name for _, _, name in WITH_QUERY}
    assert ("POST", "/v1/photos") in WITH_KEY


def test_no_pattern_lets_a_line_break_in_at_the_end() -> None:
    """`$` does: a checksum and a line break would be no bytes, and so a failure of ours."""
    patterns = {
        f"{schema.__name__}.{field.name}": pattern
        for schema in schemas()
        for field in structs.fields(schema)
        for pattern in re.findall(r"pattern='([^']*)'", repr(field.type))
    }

    assert patterns
    assert {name: one for name, one in patterns.items() if one.endswith("$")} == {}


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
class TestBodies:
    @pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
    def test_every_route_refuses_what_is_not_its_body(
        self, raw: Raw, method: str, path: str, body: bytes
    ) -> None:
        text = body.decode("latin-1")
        key = {"Idempotency-Key": "a-key"}

        check(
            raw.send(
                method, path, body=base64.b64encode(body).decode(), is_base64=True, headers=key
            )
        )
        check(raw.send(method, path, body=text, headers=key))

    def test_a_body_that_cannot_be_read_at_all(self, raw: Raw, method: str, path: str) -> None:
        for body, is_base64 in (("\ud800", False), ("no base64!", True), ("YQ=", True)):
            check(raw.send(method, path, body=body, is_base64=is_base64))

    @pytest.mark.parametrize(
        "content_type",
        [
            *("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"),
            *("application/jsonp", "application", "application/json\x00", "💥"),
        ],
    )
    def test_every_other_content_type_is_refused(
        self, raw: Raw, method: str, path: str, content_type: str
    ) -> None:
        answer = raw.send(method, path, body="{}", headers={"Content-Type": content_type})

        check(answer)
        assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")

    @given(
        body=st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=5),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats()
                | st.text()
                | st.from_regex(r"\A[0-9]{6}\n?\Z|\A[0-9a-f]{64}\n?\Z|\A\+?86?1[3-9][0-9]{9}\Z"),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
                ),
                max_leaves=8,
            ),
            max_size=6,
        )
    )
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def test_no_object_whatever_ends_in_a_failure_of_ours(
        self, raw: Raw, method: str, path: str, body: dict[str, Any]
    ) -> None:
        text = json.dumps(body)

        # The name of an unknown field is repeated, whatever it says.
        check_form(raw.send(method, path, body=text, headers={"Idempotency-Key": "a-key"}))


@pytest.mark.parametrize(("method", "path"), ROUTES)
class TestHeadersAndParameters:
    def test_a_token_that_is_none_opens_nothing(self, raw: Raw, method: str, path: str) -> None:
        answers = [
            raw.send(method, path, body="{}", headers={"Authorization": token})
            for token in HOSTILE_TOKENS
        ]

        for answer in answers:
            check(answer)
        assert len({answer.status for answer in answers}) == 1

    def test_headers_that_proxies_believe_change_nothing(
        self, raw: Raw, method: str, path: str
    ) -> None:
        honest = raw.send(method, path, body="[]", headers={"Authorization": "Bearer x"})
        tricked = raw.send(
            method,
            path,
            body="[]",
            headers={
                "Authorization": "Bearer x",
                "X-HTTP-Method-Override": "DELETE",
                "X-Original-URL": "/v1/me/freeze",
                "X-Forwarded-For": "127.0.0.1",
                "X-Forwarded-Host": "evil.example",
                "Forwarded": "for=127.0.0.1;host=evil.example",
                "Transfer-Encoding": "chunked",
                "Host": "evil.example",
                "X-User-Id": "1",
            },
        )

        check(tricked)
        assert tricked.status == honest.status
        assert tricked.status < 400 or tricked.json == honest.json


@pytest.mark.parametrize(("method", "path"), WEBHOOKS)
@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
def test_a_forged_notification_is_refused(raw: Raw, method: str, path: str, body: bytes) -> None:
    encoded = base64.b64encode(body).decode()

    answers = [
        raw.send(method, path, body=encoded, is_base64=True),
        raw.send(method, path, body=body.decode("latin-1"), headers={"Content-Type": "a/b"}),
    ]

    assert all(400 <= answer.status < 500 for answer in answers)


@pytest.mark.parametrize(("method", "path", "name"), WITH_QUERY)
def test_no_query_ends_in_a_failure_of_ours(raw: Raw, method: str, path: str, name: str) -> None:
    for text in HOSTILE_TEXTS:
        check(raw.send(method, path, query={name: [text], "more": [text, text]}))


@pytest.mark.parametrize(("method", "path"), WITH_KEY)
def test_a_key_that_is_none_is_refused(raw: Raw, method: str, path: str) -> None:
    for text in set(HOSTILE_TEXTS) - {"null", "-1", "1e3", "0x10"}:  # which would be keys
        answer = raw.send(method, path, body="{}", headers={"Idempotency-Key": text})
        check(answer)
        assert answer.status in (400, 422)


@pytest.mark.parametrize(("method", "path"), WITH_PARAMETER)
def test_an_id_that_is_none_is_not_found(raw: Raw, method: str, path: str) -> None:
    for text in HOSTILE_TEXTS:
        answer = raw.send(method, path, parameter=text, body="{}")
        check(answer)
        # Where there is a body too, that is looked at first.
        assert (method, path) in WITH_BODY or answer.json["code"] == "not_found", text
        assert answer.status >= 400
