"""What signing in sends, which limits it runs into, and who may fill in the code."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.journeys import code_from_panel, register, request_code
from tests.phones import next_phone

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_the_page_tells_its_coarse_name_its_kind_its_version_and_nothing_else(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    page = window.page
    page.get_by_text("What we send when you sign in").click()
    expect(page.get_by_role("definition").first).to_have_text("Chrome on Linux")
    request_code(window)
    offer = page.get_by_role("button", name=f"Fill in {code_from_panel(page)}")

    with page.expect_request(re.compile("/login/sessions$")) as sent:
        offer.click()

    body = json.loads(sent.value.post_data or "")
    assert body.keys() == {"challenge_id", "phone", "code", "device", "remember_number"}
    assert body["remember_number"] is False
    assert body["device"] == {"platform": "web", "name": "Chrome on Linux", "app_version": "1"}


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("codes_per_phone_per_minute", "We've just sent a code to this number."),
        (
            "codes_per_phone_per_hour",
            "This number has been sent as many codes as we allow for now.",
        ),
        ("codes_per_address_per_hour", "Too many codes were asked for from your network."),
        ("unverified_codes_per_block", "We're holding back text messages to this region for now."),
        ("codes_per_day", "We've reached our own limit of text messages for now."),
    ],
)
def test_a_limit_is_named_and_counted_down(open_window: OpenWindow, limit: str, words: str) -> None:
    window = open_window(size=PHONE)
    page = window.page
    problem = {"code": "too_many_requests", "status": 429, "limit": limit, "retry_after_s": 2}
    body = json.dumps(problem)
    answer = {"status": 429, "content_type": "application/problem+json", "body": body}
    page.route("**/v1/login/codes", lambda route: route.fulfill(**answer), times=1)
    page.get_by_label("Phone number").fill(window.phone)
    page.get_by_role("button", name="Text me a code").click()

    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_role("alert")).to_contain_text("You can try again in")
    expect(page.get_by_role("button", name=re.compile(r"^Try again in 0:0[12]$"))).to_be_disabled()

    expect(page.get_by_role("button", name="Text me a code")).to_be_enabled()
    expect(page.get_by_role("alert")).to_have_count(0)
    request_code(window)


def test_a_browser_that_may_read_the_message_fills_in_the_code(open_window: OpenWindow) -> None:
    window = open_window(size=PHONE)
    page = window.page
    page.add_init_script("""
      window.OTPCredential ??= class {};
      navigator.credentials.get = ({otp, signal}) => new Promise((resolve, reject) => {
        window.asked = otp;
        window.deliver = (code) => resolve({code});
        signal.addEventListener("abort", () => { window.gaveUp = true; reject(signal.reason); });
      });
    """)
    page.reload()
    request_code(window)
    assert page.evaluate("window.asked") == {"transport": ["sms"]}
    page.get_by_role("button", name="Use another number").click()
    assert page.evaluate("window.gaveUp") is True
    window.phone = next_phone()
    request_code(window)

    page.evaluate("(code) => window.deliver(code)", code_from_panel(page))
    register(page)

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
