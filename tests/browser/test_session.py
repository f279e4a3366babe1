"""Tokens live in this tab only, are renewed once when they run out, and end with the session."""

from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import PATIENCE_MS, OpenWindow
from tests.browser.journeys import add_photo, finished_photos, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

SPOIL = """(names) => {
  const tokens = JSON.parse(sessionStorage.getItem("ifotor.session"));
  for (const name of names) tokens[name] = "x".repeat(tokens[name].length);
  sessionStorage.setItem("ifotor.session", JSON.stringify(tokens));
}"""


def test_a_refused_access_token_is_renewed_by_one_exchange(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    page.evaluate(SPOIL, ["access_token"])
    exchanges: list[Request] = []
    page.on(
        "request", lambda sent: exchanges.append(sent) if "/login/refresh" in sent.url else None
    )

    page.reload()

    expect(finished_photos(page)).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.get_by_text("Today: 1 of")).to_be_visible(timeout=PATIENCE_MS)
    assert len(exchanges) == 1


def test_when_nothing_can_be_renewed_the_person_signs_in_again(open_window: OpenWindow) -> None:
    window = open_window()
    sign_in(window)
    window.page.evaluate(SPOIL, ["access_token", "refresh_token"])

    window.page.reload()

    expect(window.page.get_by_text("Your session is over. Sign in again.")).to_be_visible(
        timeout=PATIENCE_MS
    )


def test_signing_out_leaves_nothing_behind(open_window: OpenWindow, small_photo_file: Path) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    assert "token" not in page.evaluate("JSON.stringify(localStorage)")
    assert page.context.cookies() == []

    with page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        page.get_by_role("button", name="Sign out").click()

    assert ended.value.status == 204
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("You're signed out.")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    expect(finished_photos(page)).to_have_count(0)
