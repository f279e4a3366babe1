"""What a person allows: asked first, and taken back where it was given (2.2)."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.journeys import finished_photos, overflow_px, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_the_camera_is_used_after_a_yes_and_not_after_a_no(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    take = page.get_by_role("button", name="Take a photo")
    take.click()
    page.get_by_role("button", name="Cancel").click()
    take.click()
    with page.expect_file_chooser() as camera:
        page.get_by_role("button", name="Allow").click()
    camera.value.set_files(small_photo_file)
    expect(finished_photos(page)).to_have_count(1)

    page.get_by_role("link", name="Account & devices").click()
    switch = page.get_by_role("switch")
    expect(switch).to_be_checked()
    assert overflow_px(page) <= 0
    with page.expect_response("**/v1/me/consents/camera_upload"):
        switch.press("Space")
    expect(page.get_by_text("Not allowed since")).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("link", name="Photos").click()
    take.click()
    expect(page.get_by_role("heading", name="Use the camera?")).to_be_visible()
    expect(finished_photos(page)).to_have_count(1)
