"""The session is in cookies that no script reads; they are renewed once, and end with it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from local.client import Client
from local.system import System
from tests.browser.conftest import OpenWindow
from tests.browser.journeys import (
    add_photo,
    code_from_panel,
    finished_photos,
    request_code,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def cookies(page: Page) -> dict[str, str]:
    return {one["name"]: one["value"] for one in page.context.cookies()}


def spoil(page: Page, url: str, *names: str) -> None:
    """Put nonsense into cookies."""
    page.context.add_cookies(
        [
            {
                "name": name,
                "value": "x" * 40,
                "url": url.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
            for name in names
        ]
    )


def test_no_script_can_read_a_token(open_window: OpenWindow) -> None:
    window = open_window()
    sign_in(window)
    page = window.page

    kept = page.evaluate("document.cookie + JSON.stringify([localStorage, sessionStorage])")
    assert "ifa_" not in kept
    assert "ifr_" not in kept
    session = [one for one in page.context.cookies() if one["name"] != "__Host-number"]
    assert {one["name"] for one in session} == {"__Host-access", "__Host-refresh"}
    for one in session:
        assert (one["httpOnly"], one["secure"], one["sameSite"]) == (True, True, "Strict")
        assert one["path"] == "/"


def test_another_site_can_neither_use_nor_make_a_session(
    open_window: OpenWindow, system: System
) -> None:
    """Its requests carry no cookies; and with them, as from a browser of old, they are refused."""
    window = open_window()
    sign_in(window)
    held = "; ".join(f"{name}={value}" for name, value in cookies(window.page).items())
    outside = Client(system.url)
    for origin in ({}, {"Origin": "https://evil.example"}):
        answer = outside.call("POST", "/me/freeze", headers={"Cookie": held, **origin})
        assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")

    window.page.reload()
    expect(window.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_a_refused_access_token_is_renewed_by_one_exchange(
    open_window: OpenWindow, small_photo_file: Path, system: System
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    before = cookies(page)["__Host-refresh"]
    spoil(page, system.url, "__Host-access")
    exchanges: list[Request] = []
    page.on(
        "request", lambda sent: exchanges.append(sent) if "/login/refresh" in sent.url else None
    )

    page.reload()

    expect(finished_photos(page)).to_have_count(1)
    expect(page.get_by_text("Today: 1 of")).to_be_visible()
    assert len(exchanges) == 1
    assert cookies(page)["__Host-refresh"] != before


def test_when_nothing_can_be_renewed_the_person_signs_in_again(
    open_window: OpenWindow, system: System
) -> None:
    window = open_window()
    sign_in(window)
    spoil(window.page, system.url, "__Host-access", "__Host-refresh")

    window.page.reload()

    expect(window.page.get_by_text("Your session is over. Sign in again.")).to_be_visible()
    assert cookies(window.page) == {}


def test_signing_out_leaves_nothing_behind(open_window: OpenWindow, small_photo_file: Path) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)

    with page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        page.get_by_role("button", name="Sign out").click()

    assert ended.value.status == 204
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("You're signed out.")).to_be_visible()
    assert cookies(page) == {}
    expect(finished_photos(page)).to_have_count(0)


def test_a_sign_out_that_the_server_missed_is_made_up_for(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    busy = json.dumps({"code": "unavailable", "status": 503})

    def refuse(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=busy)

    page.route("**/me/sessions/current", refuse, times=1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You're signed out.")).to_be_visible()
    assert cookies(page) != {}

    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.reload()
    assert cookies(page) == {}


def test_no_session_begins_before_a_slow_sign_out_is_over(open_window: OpenWindow) -> None:
    """Its answer drops the cookies, and must not drop those of the next session."""
    window = open_window()
    page = window.page
    sign_in(window)
    held: list[Route] = []
    sent: list[str] = []
    page.route("**/v1/me/sessions/current", lambda route: held.append(route))
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="Sign out").click()
    request_code(window)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    page.evaluate("fetch('/v1/health').then(() => 0)")

    assert not any("/login/sessions" in url for url in sent)
    held[0].continue_()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    assert {"__Host-access", "__Host-refresh"} <= cookies(page).keys()


def test_tabs_share_the_session(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")
    twin = opened.value
    expect(twin.get_by_role("heading", name="Nothing here yet")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()

    expect(twin.get_by_text("You're signed out.")).to_be_visible()


def test_the_number_is_remembered_masked_and_only_if_asked(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    box = page.get_by_label("Remember my number here, partly hidden")
    expect(box).not_to_be_checked()
    box.check()
    sign_in(window)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Sign out").click()
    masked = f"{window.phone[:-8]}****{window.phone[-4:]}"

    expect(page.get_by_text(f"Last time you used {masked}.")).to_be_visible()
    assert cookies(page) == {"__Host-number": masked}
    with page.expect_response("**/v1/login/remembered"):
        box.uncheck()
    expect(page.get_by_text("Last time you used")).to_have_count(0)
    assert cookies(page) == {}
