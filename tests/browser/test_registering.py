"""Opening an account: nothing is agreed to by going on, and a child needs a guardian."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Window
from tests.browser.journeys import code_from_panel, overflow_px, request_code
from tests.phones import next_phone

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

AGREE = "I have read this text and agree to it"


def come_to_register(window: Window) -> Page:
    page = window.page
    request_code(window)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    expect(page.get_by_role("heading", name="Open your account")).to_be_focused()
    expect(page.get_by_label(AGREE)).to_be_enabled()
    return page


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_is_ticked_and_nothing_opens_without_a_choice(
    open_window: OpenWindow, size: ViewportSize
) -> None:
    page = come_to_register(open_window(size=size))
    submit = page.get_by_role("button", name="Open my account")
    expect(page.get_by_label(AGREE)).not_to_be_checked()
    for name in ("Under 14", "14 to 17", "18 or older"):
        expect(page.get_by_label(name)).not_to_be_checked()
    expect(page.get_by_role("region", name=re.compile("How ifotor treats"))).to_contain_text(
        "Nothing here looks for faces"
    )
    assert overflow_px(page) <= 0

    submit.click()
    expect(page.get_by_role("alert")).to_have_text("Choose your age band.")
    page.get_by_label("18 or older").check()
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("Without your agreement")
    expect(page.get_by_label(AGREE)).to_be_focused()
    page.get_by_label(AGREE).check()
    submit.click()

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_a_change_of_language_shows_the_other_text_and_asks_anew(open_window: OpenWindow) -> None:
    page = come_to_register(open_window())
    page.get_by_label("14 to 17").check()
    page.get_by_label(AGREE).check()

    page.get_by_role("button", name="中文").click()

    expect(page.get_by_role("region", name=re.compile("ifotor 如何"))).to_contain_text("监护人")
    expect(page.get_by_label("我已阅读并同意上述文本")).not_to_be_checked()
    expect(page.get_by_label("14 至 17 岁")).to_be_checked()
    page.get_by_label("我已阅读并同意上述文本").check()
    page.get_by_role("button", name="开立账号", exact=True).click()
    expect(page.get_by_text("请与父母或监护人一起使用 ifotor")).to_be_visible()


def test_a_child_registers_with_a_guardian(open_window: OpenWindow) -> None:
    page = come_to_register(open_window(size=PHONE))
    page.get_by_label("Under 14").check()
    page.get_by_label(AGREE).check()
    submit = page.get_by_role("button", name="Open my account")
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("Ask a parent or guardian")

    page.get_by_label("Phone number of a parent or guardian").fill(next_phone())
    page.get_by_role("button", name="Text them a code").click()
    expect(page.get_by_label("The code they were sent")).to_be_focused()
    code = code_from_panel(page)
    page.get_by_label("The code they were sent").fill(f"{(int(code) + 1) % 1_000_000:06}")
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("The guardian's code is wrong")
    page.get_by_role("button", name=f"Fill in {code}").click()
    submit.click()

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.get_by_text("together with a parent or guardian")).to_be_visible()


def test_who_does_not_agree_leaves_nothing_behind(open_window: OpenWindow) -> None:
    page = come_to_register(open_window())

    page.get_by_role("button", name="Don't open an account").click()

    expect(page.get_by_label("Phone number")).to_be_focused()
