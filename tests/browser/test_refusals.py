"""Every refusal is said in words, before the upload where possible, and can be cleared away."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.journeys import (
    add_files,
    code_from_panel,
    overflow_px,
    register,
    request_code,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_a_file_that_is_no_photo_never_leaves_the_device(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    disguised, empty = tmp_path / "holiday.jpg", tmp_path / "empty.png"
    disguised.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    empty.write_bytes(b"")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)

    add_files(page, disguised, empty)

    notices = page.get_by_role("region", name="Not added").get_by_role("listitem")
    expect(notices).to_have_count(2)
    expect(notices.nth(0)).to_contain_text("holiday.jpgThis isn't a photo we can open.")
    expect(notices.nth(1)).to_contain_text("empty.pngThis file is empty.")
    assert sent == []
    assert overflow_px(page) <= 0
    for name in ("holiday.jpg", "empty.png"):
        page.get_by_role("button", name=f"Dismiss {name}").click()
    expect(notices).to_have_count(0)


def test_a_file_above_the_limit_is_refused_before_the_upload(
    open_window: OpenWindow, tmp_path: Path, small_photo_file: Path
) -> None:
    window = open_window()
    sign_in(window)
    large = tmp_path / "large.png"
    large.write_bytes(small_photo_file.read_bytes().ljust(50 * 1024 * 1024 + 1, b"\0"))

    add_files(window.page, large)

    expect(window.page.get_by_text("The limit is 50 MB. Nothing was uploaded.")).to_be_visible()


def test_a_damaged_photo_is_explained_by_the_server_and_can_be_dismissed(
    open_window: OpenWindow, tmp_path: Path, photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    damaged = tmp_path / "half.jpg"
    damaged.write_bytes(photo_file.read_bytes()[:600_000])

    add_files(page, damaged)

    words = (
        "The file is damaged or incomplete, so we couldn't open it. What you sent was destroyed."
    )
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="Dismiss half.jpg").click()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.get_by_text(words)).to_have_count(0)


def test_a_wrong_number_and_a_wrong_code_are_told_apart(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    page.clock.install()
    page.reload()
    page.get_by_label("Phone number").fill("12")
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_role("alert")).to_contain_text("doesn't look like a phone number")

    request_code(window)
    code = code_from_panel(page)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for left in ("4 tries left", "3 tries left", "2 tries left", "one try left"):
        page.get_by_label("Six-digit code").fill(wrong)
        expect(page.get_by_role("alert")).to_contain_text(left)
    page.get_by_label("Six-digit code").fill(wrong)
    expect(page.get_by_role("alert")).to_contain_text("Ask for a new one")

    again = page.get_by_role("button", name="Send a new code", exact=True)
    expect(page.get_by_role("button", name=re.compile("^Send a new code in "))).to_be_disabled()
    page.clock.fast_forward("01:01")
    again.click()
    expect(page.get_by_role("button", name=f"Fill in {code}")).to_have_count(0)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    register(page)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_the_panel_shows_nobody_else_s_messages(open_window: OpenWindow) -> None:
    window, other = open_window(), open_window()
    request_code(window)
    code = code_from_panel(window.page)

    request_code(other)

    code_from_panel(other.page)
    expect(other.page.locator(".sms-bubble")).to_have_count(1)
    expect(other.page.locator(".sms-bubble")).not_to_contain_text(code)


def test_an_upload_cut_off_by_the_network_can_be_tried_again(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    is_upload = lambda url: not url.startswith(page.url)  # noqa: E731
    page.route(is_upload, lambda route: route.abort("connectionreset"))
    add_files(page, small_photo_file)
    expect(page.get_by_text("The upload was interrupted.")).to_be_visible()
    window.complaints.clear()

    page.unroute(is_upload)
    page.get_by_role("button", name="Try small.png again").click()

    expect(page.locator("img.shown")).to_be_visible()


def test_being_offline_is_said_and_waited_out(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    page.context.set_offline(offline=True)
    expect(
        page.get_by_text("You're offline. Everything here waits until you're back.")
    ).to_be_visible()
    page.get_by_label("Phone number").fill(window.phone)
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_role("alert")).to_contain_text("Check your connection and try again.")
    window.complaints.clear()

    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Text me a code").click()

    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
