"""The path of a photo as its owner walks it: sign in, add, watch, see, read the proof, delete."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.journeys import (
    add_files,
    add_photo,
    finished_photos,
    open_photo,
    overflow_px,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


WATCH_PROGRESS = """() => {
  window.progressSeen = [];
  new MutationObserver(() => {
    for (const bar of document.querySelectorAll("[role=progressbar]")) {
      window.progressSeen.push(bar.getAttribute("aria-valuetext"));
    }
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


@SIZES
def test_a_photo_is_added_shown_proved_and_deleted(
    open_window: OpenWindow, photo_file: Path, size: ViewportSize
) -> None:
    window = open_window(size=size)
    page = window.page
    assert overflow_px(page) <= 0
    sign_in(window)
    assert overflow_px(page) <= 0

    page.evaluate(WATCH_PROGRESS)
    add_photo(page, photo_file)
    seen = page.evaluate("window.progressSeen")
    assert any(re.fullmatch(r"Uploading \d+%", text) for text in seen)
    assert "Making your photo" in seen
    assert overflow_px(page) <= 0

    open_photo(page)
    expect_upright_photo(page)
    expect_story(page)
    assert overflow_px(page) <= 0

    delete_opened_photo(page)
    page.reload()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def expect_upright_photo(page: Page) -> None:
    """The photo was taken lying on its side: it must be shown upright, in three sizes."""
    picture = page.get_by_role("img", name=re.compile("^Your photo, added "))
    expect(picture).to_be_visible()
    assert picture.evaluate(
        "image => image.decode().then(() => image.naturalWidth < image.naturalHeight)"
    )
    expect(page.get_by_role("row")).to_have_text(
        [
            re.compile(r"Full size.*1512 × 2016.*B$"),
            re.compile(r"Preview810 × 1080.*B$"),
            re.compile(r"Thumbnail240 × 320.*B$"),
        ]
    )


def expect_story(page: Page) -> None:
    """What was destroyed, and until when the rest is kept."""
    story = page.get_by_role("region", name="The life of this photo")
    year = datetime.now(UTC).year
    expect(story).to_contain_text("Original destroyed")
    expect(story).to_contain_text(
        re.compile(r"[\d.]+ MB, gone for good \w+ (seconds?|minutes?) after")
    )
    expect(story).to_contain_text(re.compile(rf"Kept until \d+ \w+ ({year}|{year + 1})"))
    expect(story).to_contain_text(
        re.compile(r"Six months from the day you added it. 18[0-4] days left.")
    )


def delete_opened_photo(page: Page) -> None:
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this photo?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("One photo deleted for good")).to_be_visible()
    destroyed = page.get_by_text(re.compile(r"We destroyed 3 files, [\d.]+ [kM]B in all."))
    expect(destroyed).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_the_full_size_is_saved_under_the_server_s_name(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    sign_in(window)
    add_photo(window.page, small_photo_file)
    open_photo(window.page)

    with window.page.expect_download() as download:
        window.page.get_by_role("button", name=re.compile("^Download, ")).click()

    assert download.value.suggested_filename.endswith(".jpg")
    assert download.value.path().read_bytes().startswith(b"\xff\xd8\xff")


def test_several_are_chosen_and_deleted_together(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    add_files(page, small_photo_file, small_photo_file, small_photo_file)
    expect(finished_photos(page)).to_have_count(3)

    page.get_by_role("button", name="Select").click()
    for place in (0, 1):
        page.get_by_role("checkbox").nth(place).check()
    assert overflow_px(page) <= 0
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog", name="Delete 2 photos?").get_by_role(
        "button", name="Delete for good"
    ).click()

    expect(page.get_by_text("2 photos deleted for good")).to_be_visible()
    expect(finished_photos(page)).to_have_count(1)

    page.get_by_role("button", name="Select").click()
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_addresses_that_ran_out_are_renewed(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    refused: list[str] = []

    def refuse_first(route: Route, request: Request) -> None:
        if request.resource_type == "image" and "X-Amz-" in request.url and len(refused) < 1:
            refused.append(request.url)
            route.fulfill(status=403, content_type="application/xml", body="<Error/>")
        else:
            route.fallback()

    page.route("**/*", refuse_first)
    page.reload()

    expect(page.locator("img.shown")).to_be_visible()
    assert len(refused) == 1
