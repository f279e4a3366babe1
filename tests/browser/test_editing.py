"""A person edits a photo, compares, and goes back; by mouse on a phone, by keyboard on a desk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.journeys import add_photo, open_photo, overflow_px, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def picture_of(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Your photo, added "))


def is_upright(page: Page) -> bool:
    upright: bool = picture_of(page).evaluate(
        "image => image.decode().then(() => image.naturalWidth < image.naturalHeight)"
    )
    return upright


def pull(page: Page, handle: str, *, down_by: float) -> None:
    """Drag a handle of the frame by a share of the picture's height."""
    canvas = page.locator(".easel canvas").bounding_box()
    place = page.get_by_role("button", name=handle).bounding_box()
    assert canvas is not None
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + down_by * canvas["height"], steps=4)
    page.mouse.up()


def test_an_edit_is_made_shown_and_taken_back(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    open_photo(page)
    assert not is_upright(page)

    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Vivid", exact=True).check()
    page.get_by_role("tab", name="Light").click()
    page.get_by_label("Contrast", exact=True).fill("30")
    page.get_by_role("tab", name="Crop").click()
    page.get_by_role("button", name="Turn right").click()
    is_turned = "() => ((one) => one.height > one.width)(document.querySelector('.easel canvas'))"
    page.wait_for_function(is_turned)
    pull(page, "Bottom edge", down_by=-0.25)
    expect(page.get_by_text(re.compile(r"^Keeps 480 × 4[78]\d pixels"))).to_be_visible()
    assert overflow_px(page) <= 0
    pull(page, "Bottom edge", down_by=0.1)
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("form .outcome")).to_have_text("Your edit is ready.")
    expect(page.get_by_role("button", name="Hold to compare")).to_be_visible()
    page.get_by_role("tab", name="Looks").click()
    assert is_upright(page)

    page.get_by_role("button", name="Without edits").click()
    expect(page.get_by_role("button", name="Without edits (shown now)")).to_be_disabled()
    assert not is_upright(page)
    page.get_by_role("tab", name="More").click()
    page.get_by_label("Less noise", exact=True).fill("30")
    price = "This edit costs one credit. You have none. Buy credits"
    expect(page.get_by_text(price)).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    status = page.locator("form [role=status]")
    expect(status).to_have_text(re.compile("^This edit costs more credits than you have"))
    assert overflow_px(page) <= 0


def test_the_editor_works_by_keyboard(open_window: OpenWindow, small_photo_file: Path) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)
    open_photo(page)

    page.locator(".editor > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Looks").focus()
    page.keyboard.press("ArrowRight")
    slider = page.get_by_label("Brightness", exact=True)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("3")
    expect(page).to_have_url(re.compile("#/photos/"))

    canvas = page.locator(".easel canvas")
    expect(canvas).to_be_visible()
    compare = page.get_by_role("button", name="Hold to compare")
    compare.focus()
    edited = canvas.evaluate("canvas => canvas.toDataURL()")
    page.keyboard.down("Space")
    changed = "edited => document.querySelector('.easel canvas').toDataURL() !== edited"
    page.wait_for_function(changed, arg=edited)
    page.keyboard.up("Space")

    page.get_by_role("tab", name="Light").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Right edge").focus()
    for _ in range(50):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Keeps 320 × 480 pixels")).to_be_visible()
    slider.evaluate("input => input.form.requestSubmit()")
    expect(page.locator("form .outcome")).to_have_text("Your edit is ready.")
    expect(page.get_by_role("cell", name="320 × 480").first).to_be_visible()
