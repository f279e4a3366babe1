"""Guest first: a person begins with nothing, and keeps what they made when they sign in (2.1.1)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Window
from tests.browser.journeys import (
    add_photo,
    code_from_panel,
    finished_photos,
    open_photo,
    overflow_px,
    register,
    request_code,
    sign_in,
)
from tests.phones import next_phone

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def come(page: Page) -> None:
    page.get_by_role("button", name="Try without signing in").click()
    expect(page.get_by_role("heading", name="You are here as a guest")).to_be_visible()


def sign_in_and_keep(window: Window, *, is_new: bool) -> None:
    window.page.get_by_role("link", name="Sign in and keep them").click()
    request_code(window)
    window.page.get_by_role("button", name=f"Fill in {code_from_panel(window.page)}").click()
    if is_new:
        register(window.page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_guest_adds_a_photo_and_keeps_it_by_registering(
    open_window: OpenWindow, small_photo_file: Path, size: object
) -> None:
    window = open_window(size=size)
    page = window.page
    come(page)
    add_photo(page, small_photo_file)
    assert overflow_px(page) <= 0
    open_photo(page)
    expect(page.get_by_text("The end of your time as a guest.")).to_be_visible()
    page.go_back()
    sign_in_and_keep(window, is_new=True)

    expect(finished_photos(page)).to_have_count(1)
    expect(page.get_by_role("heading", name="You are here as a guest")).to_have_count(0)
    open_photo(page)
    expect(page.get_by_text("Six months from the day you added it.")).to_be_visible()


def test_a_guest_who_has_an_account_brings_the_photo_into_it(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    owner, window = open_window(), open_window()
    sign_in(owner)
    come(window.page)
    add_photo(window.page, small_photo_file)
    window.phone = owner.phone
    sign_in_and_keep(window, is_new=False)

    expect(finished_photos(window.page)).to_have_count(1)
    owner.page.reload()
    expect(finished_photos(owner.page)).to_have_count(1)


def test_a_guest_who_leaves_deletes_what_they_made(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    come(page)
    add_photo(page, small_photo_file)
    page.get_by_role("button", name="Leave", exact=True).click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
        page.get_by_role("button", name="Delete and leave").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []


def test_the_way_back_from_signing_in_is_open(open_window: OpenWindow) -> None:
    window = open_window()
    window.phone = next_phone()
    come(window.page)
    window.page.get_by_role("link", name="Sign in and keep them").click()
    window.page.get_by_role("link", name="Back to your photos").click()

    expect(window.page.get_by_role("heading", name="You are here as a guest")).to_be_visible()
