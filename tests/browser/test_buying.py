"""Buying credits on the page, paid on the sandbox's cashier in another tab."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Literal, cast

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.journeys import overflow_px, sign_in

CODES = Path(__file__).parent / "qr_codes.json"
ENCODE = "async (text) => (await import('/js/qr.js')).encode(text)"
CORRECTION = "async (asked) => (await import('/js/qr.js')).correctionWords(...asked)"
PLACE_NINE = """async () => {
  const { placeOrder } = await import("/js/api.js");
  for (const at of "123456789") await placeOrder("credits_10", "alipay_page", `order-${at}`);
}"""

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def open_credits(page: Page) -> Locator:
    page.get_by_role("link", name="Account & devices").click()
    part = page.get_by_role("region", name="Credits")
    expect(part).to_be_visible()
    return part


def order(part: Locator, provider: str) -> Locator:
    """Order ten credits by the keyboard; return the link to where they are paid."""
    part.get_by_role("button", name=f"Buy 10 credits with {provider}").press("Enter")
    pay = part.get_by_role("link", name=f"Pay ¥6.00 with {provider}")
    expect(pay).to_be_visible()
    expect(part.get_by_role("heading", name="Waiting for your payment")).to_be_focused()
    return pay


def pay(page: Page, link: Locator, action: str) -> None:
    """Follow a link by the keyboard, and press a button of the cashier."""
    with page.context.expect_page() as opened:
        link.press("Enter")
    cashier = opened.value
    cashier.get_by_role("button", name=action, exact=True).click()
    expect(cashier.get_by_role("status")).to_contain_text(re.compile("success|204"))
    cashier.close()


def squares_in(picture: bytes, count: int) -> list[list[bool]]:
    """Read a picture of count × count squares; true is dark."""
    with Image.open(BytesIO(picture)) as opened:
        grey = opened.convert("L")
    step = grey.width / count
    middles = [int((at + 0.5) * step) for at in range(count)]
    return [[cast(int, grey.getpixel((x, y))) < 128 for x in middles] for y in middles]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_credits_are_there_when_the_provider_has_told(
    open_window: OpenWindow, size: ViewportSize
) -> None:
    window = open_window(size=size)
    sign_in(window)
    part = open_credits(window.page)
    expect(part.get_by_text("0 credits", exact=True)).to_be_visible()

    pay(window.page, order(part, "Alipay"), "Pay, notify three times")

    expect(part.get_by_text("10 credits: Paid")).to_be_visible()
    expect(part.locator("#credits-balance")).to_have_text("10 credits")
    expect(part.get_by_role("listitem").filter(has_text=re.compile("¥6.00.*Paid"))).to_be_visible()
    assert overflow_px(window.page) == 0


def test_a_refund_is_told_in_the_list_of_orders(open_window: OpenWindow) -> None:
    window = open_window()
    sign_in(window)
    part = open_credits(window.page)

    pay(window.page, order(part, "Alipay"), "Pay and refund, the refund's notification first")

    expect(
        part.get_by_role("listitem").filter(has_text="¥6.00").get_by_text("Paid back")
    ).to_be_visible()
    expect(part.locator("#credits-balance")).to_have_text("0 credits")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_code_for_wechat_shows_where_to_pay_dark_on_light(
    open_window: OpenWindow, scheme: Literal["light", "dark"]
) -> None:
    window = open_window()
    window.page.emulate_media(color_scheme=scheme)
    sign_in(window)
    part = open_credits(window.page)

    link = order(part, "WeChat Pay")
    picture = part.get_by_role("img", name="Code for WeChat to pay ¥6.00").screenshot()

    squares = window.page.evaluate(ENCODE, link.get_attribute("href"))
    light = [False] * (len(squares) + 8)
    assert squares_in(picture, len(light)) == [
        *[light] * 4,
        *([False] * 4 + row + [False] * 4 for row in squares),
        *[light] * 4,
    ]
    pay(window.page, link, "Pay")
    expect(part.get_by_text("10 credits: Paid")).to_be_visible()
    expect(part.locator("#credits-balance")).to_have_text("10 credits")


def test_codes_are_as_the_standard_and_another_encoder_make_them(open_window: OpenWindow) -> None:
    page = open_window().page

    # ISO/IEC 18004:2015, annex I: "01234567" in version 1, level M.
    data = bytes.fromhex("10200c566180ec11ec11ec11ec11ec11")
    correction = page.evaluate(CORRECTION, [list(data), 10])
    assert bytes(correction) == bytes.fromhex("a524d4c1ed36c787 2c55")
    for made in json.loads(CODES.read_text(encoding="utf-8"))["codes"]:
        squares = page.evaluate(ENCODE, made["text"])
        assert ["".join(".#"[dark] for dark in row) for row in squares] == made["rows"]
    assert page.evaluate(ENCODE, "x" * 181) is None


def test_older_orders_are_shown_when_they_are_asked_for(open_window: OpenWindow) -> None:
    window = open_window()
    sign_in(window)
    window.page.evaluate(PLACE_NINE)
    orders = open_credits(window.page).get_by_role("listitem").filter(has_text="Not paid yet")
    expect(orders).to_have_count(8)

    window.page.get_by_role("button", name="Show older orders").press("Enter")

    expect(orders).to_have_count(9)
    expect(orders.nth(8)).to_be_focused()
    expect(window.page.get_by_role("button", name="Show older orders")).to_have_count(0)
