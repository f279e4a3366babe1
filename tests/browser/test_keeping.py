"""A person chooses how long a photo is kept, and is told when the law keeps it longer."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.system import System
from tests.browser.conftest import OpenWindow
from tests.browser.journeys import add_photo, open_photo, sign_in
from tests.live.holding import hold_account

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

WHO_AM_I = "fetch('/v1/me').then((answer) => answer.json()).then((me) => me.id)"


def test_choice_and_hold_are_part_of_the_photo_s_life(
    open_window: OpenWindow, system: System, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    open_photo(page)
    page.get_by_text("Keep it longer or less").click()
    day = page.get_by_label("Last day")
    day.fill(day.get_attribute("max") or "")
    page.get_by_role("button", name="Keep until this day").click()
    expect(page.get_by_text("You chose more than six months.")).to_be_visible()

    user_id = page.evaluate(WHO_AM_I)
    hold_account(system, user_id)
    page.reload()
    expect(page.get_by_role("heading", name="Kept by law for now")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("A court or an authority requires us to keep this")).to_be_visible()
