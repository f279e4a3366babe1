"""What a person does on the page, by the names they see or hear."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Window

PHOTO_NAME = re.compile(r"^Photo added ")


def request_code(window: Window) -> None:
    page = window.page
    page.get_by_label("Phone number").fill(window.phone)
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


def code_from_panel(page: Page) -> str:
    """Read the code off the local cloud's phone."""
    offer = page.get_by_role("button", name=re.compile(r"^Fill in \d{6}$"))
    expect(offer).to_be_visible()
    return (offer.text_content() or "")[-6:]


def register(page: Page) -> None:
    """Open an account for a number that has none, as a grown-up."""
    page.get_by_label("18 or older").check()
    page.get_by_label("I have read this text and agree to it").check()
    page.get_by_role("button", name="Open my account").click()


def sign_in(window: Window) -> None:
    request_code(window)
    window.page.get_by_role("button", name=f"Fill in {code_from_panel(window.page)}").click()
    register(window.page)
    expect(window.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def add_files(page: Page, *files: Path) -> None:
    page.locator("input[type=file][multiple]").set_input_files([str(file) for file in files])


def finished_photos(page: Page) -> Locator:
    return page.get_by_role("link", name=PHOTO_NAME)


def add_photo(page: Page, file: Path) -> None:
    """Add one photo to an empty library and wait until it is processed and visible."""
    add_files(page, file)
    expect(finished_photos(page)).to_have_count(1)
    expect(page.locator("img.shown")).to_be_visible()


def open_photo(page: Page) -> None:
    finished_photos(page).first.click()
    expect(page.get_by_role("heading", name="The life of this photo")).to_be_visible()


def overflow_px(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def focused_name(page: Page) -> str:
    """Return what names the focused element: its label, its text or its id."""
    name: str = page.evaluate(
        """() => {
          const at = document.activeElement;
          return at.getAttribute("aria-label") || at.textContent.trim() || at.id || at.tagName;
        }"""
    )
    return name
