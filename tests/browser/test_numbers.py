"""A number is changed, waited for, lost to somebody else, and an account come back to."""

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from local.client import Client
from local.system import System
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.journeys import code_from_panel, overflow_px, register, sign_in
from tests.live.ageing import end_wait, leave_alone
from tests.phones import next_phone

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]


def open_account(page: Page) -> Locator:
    page.get_by_role("link", name="Account & devices").click()
    return page.get_by_role("region", name="Phone number", exact=True)


def ask_codes(part: Locator, new: str, old: str, *, is_lost: bool = False) -> None:
    part.get_by_role("button", name="Change my number").click()
    part.get_by_label("New phone number").fill(new)
    part.get_by_label("Present phone number").fill(old)
    if is_lost:
        part.get_by_label("I no longer have").check()
    part.get_by_role("button", name="Text the codes").click()
    expect(part.get_by_label(f"Code sent to {new}")).to_be_focused()


def user_id(page: Page) -> str:
    """Ask the API as the page does: the session is in cookies that no script reads."""
    me = page.evaluate("fetch('/v1/me').then((answer) => answer.json())")
    return str(me["id"])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_lost_number_takes_a_week_that_can_be_cut_short(
    open_window: OpenWindow, size: ViewportSize
) -> None:
    window = open_window(size=size)
    page = window.page
    sign_in(window)
    part = open_account(page)
    new = next_phone()
    ask_codes(part, new, window.phone, is_lost=True)
    assert overflow_px(page) <= 0

    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    part.get_by_role("button", name="Start the seven days").click()
    expect(part.get_by_text("Your account gets its new number after")).to_be_visible()
    page.reload()
    expect(part.get_by_text("Your account gets its new number after")).to_be_visible()
    part.get_by_role("button", name="Cancel the change").click()

    expect(page.get_by_text("The change is cancelled")).to_be_visible()
    expect(part.get_by_role("button", name="Change my number")).to_be_visible()


def test_after_the_week_the_new_number_is_proven_once_more(
    open_window: OpenWindow, system: System
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    part = open_account(page)
    expect(page.get_by_text("You're not signed in anywhere else.")).to_be_visible()
    new = next_phone()
    ask_codes(part, new, window.phone, is_lost=True)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    part.get_by_role("button", name="Start the seven days").click()
    expect(part.get_by_text("Your account gets its new number after")).to_be_visible()
    end_wait(system, user_id(page))

    page.reload()
    expect(part.get_by_text("The seven days are over")).to_be_visible()
    part.get_by_role("button", name="Use the new number").click()
    part.get_by_label("New phone number").fill(new)
    part.get_by_role("button", name="Text the codes").click()
    expect(part.get_by_label(f"Code sent to {new}")).to_be_focused()
    code = Client(system.url).read_code(new)
    page.get_by_role("button", name=f"Fill in {code}").click()
    part.get_by_role("button", name="Change my number").click()

    expect(page.get_by_text("Your number is changed")).to_be_visible()


def test_both_codes_change_the_number(open_window: OpenWindow, system: System) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    part = open_account(page)
    new = next_phone()
    ask_codes(part, new, window.phone)
    for phone in (new, window.phone):
        part.get_by_label(f"Code sent to {phone}").focus()
        expect(page.locator(".sms-bubble").first).to_be_visible()
        code = Client(system.url).read_code(phone)
        page.get_by_role("button", name=f"Fill in {code}").click()
    part.get_by_role("button", name="Change my number").click()

    expect(page.get_by_text("Your number is changed")).to_be_visible()


def test_a_recovery_code_is_shown_once_and_opens_an_account_left_alone(
    open_window: OpenWindow, system: System
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    sign_in(window)
    mine = user_id(page)
    page.get_by_role("link", name="Account & devices").click()
    page.get_by_role("button", name="Make a recovery code").click()
    code = page.locator("#recovery-code").text_content() or ""
    assert re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", code)
    page.reload()
    expect(page.get_by_text("You have a recovery code.")).to_be_visible()
    expect(page.get_by_text(code)).to_have_count(0)
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
        page.get_by_role("button", name="Sign out").click()
    leave_alone(system, mine)

    send = page.get_by_role("button", name="Text me a code")
    page.get_by_label("Phone number").fill(window.phone)
    send.click()
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    expect(page.get_by_role("heading", name="Is this account yours?")).to_be_focused()
    assert overflow_px(page) <= 0
    page.get_by_label("Recovery code").fill("AAAAA-AAAAA-AAAAA-AAAAA")
    page.get_by_role("button", name="Open my account").click()
    expect(page.get_by_role("alert")).to_contain_text("not the recovery code")
    page.get_by_label("Recovery code").fill(code.lower())
    page.get_by_role("button", name="Open my account").click()

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    assert user_id(page) == mine


def test_who_is_new_to_a_number_begins_an_account_of_their_own(
    open_window: OpenWindow, system: System
) -> None:
    window = open_window()
    page = window.page
    owner = Client(system.url)
    owner.log_in(window.phone)
    old = owner.expect(200, "GET", "/me")["id"]
    leave_alone(system, old)

    page.get_by_label("Phone number").fill(window.phone)
    page.get_by_role("button", name="Text me a code").click()
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    expect(page.get_by_text("Its owner kept no recovery code")).to_be_visible()
    page.get_by_role("button", name="This is not my account").click()
    expect(page.get_by_role("heading", name="Open your account")).to_be_focused()
    register(page)

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    assert user_id(page) != old
