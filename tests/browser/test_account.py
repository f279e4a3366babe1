"""Where a person is signed in, how they end it there, and what they do after a leak."""

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import (
    DESKTOP,
    ONE_CODE_A_MINUTE_MS,
    PHONE,
    OpenWindow,
    Window,
)
from tests.browser.journeys import code_from_panel, focused_name, overflow_px, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def sign_in_again(window: Window, phone: str) -> None:
    """Sign the owner of a number in once more, as soon as the number may have another code."""
    window.phone = phone
    page = window.page
    page.get_by_label("Phone number").fill(phone)
    send = page.get_by_role("button", name="Text me a code")
    send.click()
    asked = page.get_by_role("heading", name="Enter your code")
    waiting = page.get_by_role("button", name=re.compile("^Try again in "))
    expect(asked.or_(waiting)).to_be_visible()
    if waiting.is_visible():
        send.click(timeout=ONE_CODE_A_MINUTE_MS)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def open_account(page: Page) -> None:
    page.get_by_role("link", name="Account & devices").click()
    expect(page.get_by_role("heading", name="Account & devices")).to_be_focused()


def devices(page: Page) -> Locator:
    return page.get_by_role("region", name="Where you're signed in").get_by_role("listitem")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_device_is_listed_and_ended_from_another_one(
    open_window: OpenWindow, size: ViewportSize
) -> None:
    window, other = open_window(size=size), open_window()
    sign_in(window)
    sign_in_again(other, window.phone)
    page = window.page

    open_account(page)
    expect(devices(page)).to_have_count(2)
    expect(devices(page).first).to_contain_text("This device")
    expect(devices(page).nth(1)).to_contain_text("Chrome on Linux")
    assert overflow_px(page) <= 0
    page.get_by_role("button", name="End Chrome on Linux").click()
    dialog = page.get_by_role("dialog", name="End the session on Chrome on Linux?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="End it").click()

    expect(page.get_by_text("Chrome on Linux is signed out")).to_be_visible()
    expect(devices(page)).to_have_count(1)
    assert focused_name(page) == "Where you're signed in"
    other.page.reload()
    expect(other.page.get_by_text("Your session is over.")).to_be_visible()
    page.reload()
    expect(devices(page)).to_have_count(1)
    expect(page.get_by_text("You're not signed in anywhere else.")).to_be_visible()


def test_all_other_devices_end_and_this_one_goes_on(open_window: OpenWindow) -> None:
    window, second, third = open_window(), open_window(), open_window()
    sign_in(window)
    sign_in_again(second, window.phone)
    sign_in_again(third, window.phone)
    page = window.page
    open_account(page)

    page.get_by_role("button", name="End all other sessions").click()
    page.get_by_role("button", name="End them all").click()

    expect(page.get_by_text("2 other sessions are signed out")).to_be_visible()
    for ended in (second, third):
        ended.page.reload()
        expect(ended.page.get_by_text("Your session is over.")).to_be_visible()
    page.reload()
    expect(devices(page)).to_have_count(1)


def test_a_leaked_account_is_frozen_until_a_fresh_code(open_window: OpenWindow) -> None:
    window, thief = open_window(size=PHONE), open_window()
    sign_in(window)
    sign_in_again(thief, window.phone)
    page = window.page
    open_account(page)

    page.get_by_role("button", name="Freeze my account").click()
    page.get_by_role("button", name="Freeze and sign out").click()

    expect(page.get_by_text("Your account is frozen and signed out everywhere.")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    assert page.context.cookies() == []
    thief.page.reload()
    expect(thief.page.get_by_text("Your session is over.")).to_be_visible()
    sign_in_again(window, window.phone)
    open_account(page)
    expect(devices(page)).to_have_count(1)


def test_a_sign_in_elsewhere_is_told_until_it_is_dismissed(open_window: OpenWindow) -> None:
    window, other = open_window(), open_window()
    sign_in(window)
    sign_in_again(other, window.phone)
    page = window.page
    notice = page.get_by_role("region", name="About your account's safety")

    page.reload()
    expect(notice).to_contain_text("New sign-in to your account")
    expect(notice).to_contain_text("Chrome on Linux")
    with page.expect_response(lambda answer: "/me/notices/" in answer.url) as dismissed:
        notice.get_by_role("button", name="Dismiss: New sign-in to your account").click()

    assert dismissed.value.status == 204
    expect(notice).to_have_count(0)
    page.reload()
    expect(
        page.get_by_text("Today: 0 of").or_(page.get_by_text("Nothing here yet"))
    ).to_be_visible()
    expect(notice).to_have_count(0)


def test_the_view_in_chinese_on_the_narrowest_phone(open_window: OpenWindow) -> None:
    window = open_window(size={"width": 320, "height": 640}, language="zh-CN")
    page = window.page
    page.get_by_label("手机号").fill(window.phone)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_role("button", name=re.compile("^填入")).click()
    page.get_by_label("18 岁及以上").check()
    page.get_by_label("我已阅读并同意上述文本").check()
    page.get_by_role("button", name="开立账号", exact=True).click()
    page.get_by_role("link", name="账号与设备").click()

    here = page.get_by_role("region", name="已登录的设备").get_by_role("listitem")
    expect(here).to_contain_text("Linux 上的 Chrome")
    expect(here).to_contain_text("本机")
    assert overflow_px(page) <= 0
    page.get_by_role("button", name="冻结我的账号").click()
    page.get_by_role("dialog", name="冻结账号？").get_by_role("button", name="取消").click()
    expect(page.get_by_role("button", name="冻结我的账号")).to_be_focused()
