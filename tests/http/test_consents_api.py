"""Consents over HTTP, and the matrix of what nobody may send without one (docs/consents.md)."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from chalicelib.privacy.model import WORDINGS
from chalicelib.privacy.ports import Purpose
from tests.http.conftest import Api

DOCS = Path(__file__).parents[2] / "docs"

NEEDS: dict[Purpose, tuple[str, str, dict[str, Any]]] = {
    Purpose.CAMERA_UPLOAD: (
        "POST",
        "/photos",
        {"photos": [{"content_type": "image/jpeg", "size_bytes": 1000, "source": "camera"}]},
    ),
}
"""Every request that does something for a purpose in use."""

WITHOUT: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "POST",
        "/photos",
        {"photos": [{"content_type": "image/jpeg", "size_bytes": 1000, "source": "library"}]},
    ),
    ("POST", "/photos", {"photos": [{"content_type": "image/jpeg", "size_bytes": 1000}]}),
)
"""What must go on working for whoever refuses everything."""


def ask(api: Api, request: tuple[str, str, dict[str, Any]]) -> int:
    method, path, body = request
    return api.send(method, path, body, Idempotency_Key=str(uuid.uuid4())).status


def decide(api: Api, purpose: str, *, is_given: bool) -> Any:
    body = {"is_given": is_given, "locale": "en"}
    return api.send("PUT", f"/me/consents/{purpose}", body)


@pytest.mark.parametrize("purpose", sorted(WORDINGS))
def test_matrix_of_purpose_and_request(api: Api, purpose: Purpose) -> None:
    api.log_in()
    assert ask(api, NEEDS[purpose]) == 403
    assert decide(api, purpose, is_given=True).status == 200
    assert ask(api, NEEDS[purpose]) == 201
    assert decide(api, purpose, is_given=False).status == 200
    assert ask(api, NEEDS[purpose]) == 403
    for request in WITHOUT:
        assert ask(api, request) == 201


def test_the_matrix_in_the_docs_is_this_one() -> None:
    rows = [
        f"| `{purpose}` | {_asked(purpose)} | {'yes' if purpose in WORDINGS else 'never asked'} |"
        for purpose in Purpose
    ]

    assert "\n".join(rows) in (DOCS / "consents.md").read_text(encoding="utf-8")


def test_a_guest_decides_as_everybody_does(api: Api) -> None:
    api.open_guest()
    assert ask(api, NEEDS[Purpose.CAMERA_UPLOAD]) == 403
    assert decide(api, "camera_upload", is_given=True).json["is_given"] is True
    assert ask(api, NEEDS[Purpose.CAMERA_UPLOAD]) == 201


def test_what_stands_is_told_with_its_words_and_its_history(api: Api) -> None:
    api.log_in()
    made = decide(api, "camera_upload", is_given=True).json
    (camera,) = api.send("GET", "/me/consents").json["consents"]

    assert (camera["purpose"], camera["is_given"]) == ("camera_upload", True)
    assert camera["decisions"] == [made]
    assert made["channel"] == "app"
    assert camera["wording"].keys() == {"en", "zh-CN"}
    assert all(words["when_withdrawn"] for words in camera["wording"].values())


def test_nobody_is_asked_for_what_is_not_done(api: Api) -> None:
    api.log_in()
    for purpose in {*Purpose} - {*WORDINGS} | {"faces"}:
        answer = decide(api, purpose, is_given=True)
        assert (answer.status, answer.json["code"]) == (422, "purpose_not_in_use")


def test_a_photo_says_nothing_of_where_it_came_from(api: Api) -> None:
    """The source is judged and not kept (SE.4)."""
    api.log_in()
    decide(api, "camera_upload", is_given=True)
    method, path, body = NEEDS[Purpose.CAMERA_UPLOAD]
    granted = api.send(method, path, body, Idempotency_Key="one").json

    assert "camera" not in str(granted)


def _asked(purpose: Purpose) -> str:
    if purpose not in NEEDS:
        return "nothing"
    method, path, body = NEEDS[purpose]
    return f"`{method} {path}` with `source: {body['photos'][0]['source']}`"
