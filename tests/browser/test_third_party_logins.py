"""Signing in with WeChat and Alipay: there and back, linked, removed, with a clean address."""

import pytest
from playwright.sync_api import Page, expect

from local.client import Client
from local.system import System
from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.journeys import overflow_px, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

ERRAND = "sessionStorage.getItem('ifotor.errand')"
REFUSED = "That sign-in didn't work or was already used. Start again."


def agree(page: Page, choice: str) -> None:
    """Choose what happens on the page of the provider's stand-in."""
    page.get_by_role("link", name=choice).click()


def expect_photos(page: Page) -> None:
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def open_account(page: Page) -> None:
    page.get_by_role("link", name="Account & devices").click()
    expect(page.get_by_role("heading", name="Account & devices")).to_be_focused()


@pytest.mark.parametrize("provider", ["WeChat", "Alipay"])
def test_somebody_new_registers_and_nothing_stays_in_the_address(
    open_window: OpenWindow, system: System, provider: str
) -> None:
    page = open_window(size=PHONE).page
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.headers.get("referer", "")))

    page.get_by_role("button", name=f"Continue with {provider}").click()
    expect(page.get_by_role("heading", name=provider)).to_be_visible()
    agree(page, "Continue as Somebody new")
    lead = page.get_by_text(f"Your {provider} login has no account here yet.")
    expect(lead).to_be_visible()
    assert page.url == f"{system.url}/"
    assert page.evaluate(ERRAND) is None
    assert overflow_px(page) <= 0
    register(page)

    expect_photos(page)
    assert page.url == f"{system.url}/"
    assert {address for address in addresses if address.startswith(system.url)} == set()
    page.go_back()
    assert "code=" not in page.url


def test_login_is_linked_used_and_removed(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    open_account(page)
    part = page.get_by_role("region", name="Other ways to sign in")
    part.get_by_role("button", name="Link WeChat").click()
    agree(page, "Continue as Person 2")

    expect(page.get_by_text("WeChat now opens your account")).to_be_visible()
    expect(part.get_by_role("button", name="Remove WeChat")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Continue with WeChat").click()
    agree(page, "Continue as Person 2")
    expect_photos(page)

    open_account(page)
    part.get_by_role("button", name="Remove WeChat").click()
    dialog = page.get_by_role("dialog", name="Remove WeChat?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Remove it").click()
    expect(part.get_by_role("button", name="Link WeChat")).to_be_visible()
    expect(page.get_by_role("heading", name="Other ways to sign in")).to_be_focused()


def test_what_this_tab_did_not_begin_signs_nobody_in(
    open_window: OpenWindow, system: System
) -> None:
    theirs = Client(system.url).come_back("wechat", "mallory")
    victim = open_window().page
    victim.goto(f"{system.url}/?code={theirs['code']}&state={theirs['state']}")

    expect(victim.get_by_text(REFUSED)).to_be_visible()
    assert victim.url == f"{system.url}/"
    expect(victim.get_by_label("Phone number")).to_be_visible()


def test_another_state_or_a_refusal_there_changes_nothing(
    open_window: OpenWindow, system: System
) -> None:
    page = open_window().page
    for choice, words in (
        ("Come back with another state", REFUSED),
        ("Refuse", "You didn't agree there, so nothing was changed here."),
    ):
        page.get_by_role("button", name="Continue with Alipay").click()
        agree(page, choice)
        expect(page.get_by_text(words)).to_be_visible()
        assert page.url == f"{system.url}/"


def test_state_that_was_used_is_refused_by_the_server(open_window: OpenWindow) -> None:
    page = open_window().page
    page.get_by_role("button", name="Continue with WeChat").click()
    with page.expect_request("**/v1/login/providers/wechat/sessions") as asked:
        agree(page, "Continue as Somebody new")
    register(page)
    expect_photos(page)

    status = page.evaluate(
        """async ([url, body]) => (await fetch(url, {
          method: "POST", body, headers: {"Content-Type": "application/json"},
        })).status""",
        [asked.value.url, asked.value.post_data],
    )
    assert status == 422


def test_both_languages_fit_the_narrowest_phone(open_window: OpenWindow) -> None:
    page = open_window(size={"width": 320, "height": 640}, language="zh-CN").page

    expect(page.get_by_role("button", name="使用微信继续")).to_be_visible()
    expect(page.get_by_role("button", name="使用支付宝继续")).to_be_visible()
    assert overflow_px(page) <= 0
