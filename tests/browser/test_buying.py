"""Buying credits on the page, paid on the sandbox's cashier in another tab."""

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.journeys import overflow_px, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def open_credits(page: Page) -> Locator:
    page.get_by_role("link", name="Account & devices").click()
    part = page.get_by_role("region", name="Credits")
    expect(part).to_be_visible()
    return part


def buy(page: Page, part: Locator, action: str) -> None:
    """Order ten credits by the keyboard, and press a button of the cashier."""
    part.get_by_role("button", name="Buy 10 credits with Alipay").press("Enter")
    pay = part.get_by_role("link", name="Pay ¥6.00 with Alipay")
    expect(pay).to_be_visible()
    expect(part.get_by_role("heading", name="Waiting for your payment")).to_be_focused()
    with page.context.expect_page() as opened:
        pay.press("Enter")
    cashier = opened.value
    cashier.get_by_role("button", name=action, exact=True).click()
    expect(cashier.get_by_role("status")).to_contain_text("success")
    cashier.close()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_credits_are_there_when_the_provider_has_told(
    open_window: OpenWindow, size: ViewportSize
) -> None:
    window = open_window(size=size)
    sign_in(window)
    part = open_credits(window.page)
    expect(part.get_by_text("0 credits", exact=True)).to_be_visible()

    buy(window.page, part, "Pay, notify three times")

    expect(part.get_by_text("10 credits: Paid")).to_be_visible()
    expect(part.locator("#credits-balance")).to_have_text("10 credits")
    expect(part.get_by_role("listitem").filter(has_text=re.compile("¥6.00.*Paid"))).to_be_visible()
    assert overflow_px(window.page) == 0


def test_a_refund_is_told_in_the_list_of_orders(open_window: OpenWindow) -> None:
    window = open_window()
    sign_in(window)
    part = open_credits(window.page)

    buy(window.page, part, "Pay and refund, the refund's notification first")

    expect(part.get_by_text("Paid back · ¥6.00 paid back")).to_be_visible()
    expect(part.locator("#credits-balance")).to_have_text("0 credits")
