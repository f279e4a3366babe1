"""The page without a mouse, without sight, in either language, at any width."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.journeys import (
    add_photo,
    code_from_panel,
    finished_photos,
    focused_name,
    open_photo,
    overflow_px,
    register,
    request_code,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

NAMELESS = """() => {
  const visible = (one) => one.checkVisibility({visibilityProperty: true});
  const kinds = "a[href], button, input:not([aria-hidden]), [role=progressbar]";
  const controls = document.querySelectorAll(kinds);
  const name = (one) => one.getAttribute("aria-label") || one.textContent.trim()
    || [...(one.labels ?? [])].map((label) => label.textContent.trim()).join("");
  return [...controls].filter((one) => visible(one) && !name(one)).map((one) => one.outerHTML);
}"""

UNTITLED_IMAGES = "() => [...document.images].filter((one) => !one.hasAttribute('alt')).length"

TOO_SMALL = """() => [...document.querySelectorAll("button, a.button")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""


def check_view(page: Page) -> None:
    """Assert what holds for every view: landmarks, one heading, names, sizes of targets."""
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(UNTITLED_IMAGES) == 0
    assert page.evaluate(TOO_SMALL) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    assert overflow_px(page) <= 0


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_view_has_landmarks_names_and_targets_for_fingers(
    open_window: OpenWindow, small_photo_file: Path, size: ViewportSize
) -> None:
    window = open_window(size=size)
    page = window.page
    check_view(page)
    request_code(window)
    check_view(page)
    page.get_by_role("button", name=f"Fill in {code_from_panel(page)}").click()
    expect(page.get_by_label("I have read")).to_be_enabled()
    check_view(page)
    register(page)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    check_view(page)
    add_photo(page, small_photo_file)
    check_view(page)
    page.get_by_role("button", name="Select").click()
    check_view(page)
    page.get_by_role("button", name="Done").click()
    open_photo(page)
    check_view(page)
    page.get_by_role("link", name="Account & devices").click()
    expect(page.get_by_text("You're not signed in anywhere else.")).to_be_visible()
    check_view(page)


def press_until(page: Page, name: str, *, key: str = "Tab", most: int = 25) -> None:
    """Press a key until the element of that name has the focus, as a person would."""
    for _ in range(most):
        if re.search(name, focused_name(page)):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} was not reached; the focus is on {focused_name(page)}")


def register_by_keyboard(page: Page) -> None:
    expect(page.get_by_role("heading", name="Open your account")).to_be_focused()
    expect(page.get_by_label("I have read")).to_be_enabled()
    press_until(page, "^age-under_14$")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("18 or older")).to_be_checked()
    press_until(page, "^agree$")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")


def test_the_whole_path_works_with_the_keyboard_alone(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    page.on("filechooser", lambda chooser: chooser.set_files(str(small_photo_file)))
    page.keyboard.press("Tab")
    assert focused_name(page) == "Skip to content"
    press_until(page, "^phone$")
    page.keyboard.type(window.phone)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Six-digit code")).to_be_focused()
    page.keyboard.type(code_from_panel(page))
    register_by_keyboard(page)
    expect(page.get_by_role("heading", name="Photos")).to_be_focused()

    press_until(page, "^Choose photos$")
    page.keyboard.press("Enter")
    expect(page.locator("img.shown")).to_be_visible()
    press_until(page, "^Photo added ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Photo from "))).to_be_focused()
    page.keyboard.press("Escape")
    expect(finished_photos(page)).to_be_focused()
    page.keyboard.press("Enter")

    press_until(page, "^Delete$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "^Delete for good$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("One photo deleted for good")).to_be_visible()
    expect(page.get_by_role("heading", name="Photos")).to_be_focused()
    press_until(page, "^Dismiss$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("One photo deleted for good")).to_have_count(0)


def test_the_focus_is_always_visible(open_window: OpenWindow) -> None:
    page = open_window().page
    page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, focused_name(page)


def test_progress_and_the_end_are_told_to_screen_readers(
    open_window: OpenWindow, small_photo_file: Path
) -> None:
    window = open_window()
    page = window.page
    sign_in(window)
    add_photo(page, small_photo_file)

    expect(page.locator("#announcer")).to_have_text("Your photo is ready. Its original is gone.")
    assert page.locator("#announcer").get_attribute("aria-live") == "polite"


def test_the_language_follows_the_browser_can_be_switched_and_is_remembered(
    open_window: OpenWindow,
) -> None:
    window = open_window(language="zh-CN", size=PHONE)
    page = window.page
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert overflow_px(page) <= 0

    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_path_in_chinese(open_window: OpenWindow, small_photo_file: Path) -> None:
    window = open_window(language="zh-CN", size=PHONE)
    page = window.page
    page.get_by_label("手机号").fill(window.phone)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_role("button", name=re.compile("^填入")).click()
    page.get_by_label("18 岁及以上").check()
    page.get_by_label("我已阅读并同意上述文本").check()
    page.get_by_role("button", name="开立账号", exact=True).click()
    expect(page.get_by_role("heading", name="这里还没有照片")).to_be_visible()
    page.locator("input[type=file][multiple]").set_input_files(str(small_photo_file))
    expect(page.locator("img.shown")).to_be_visible()
    page.get_by_role("link", name=re.compile("的照片$")).click()

    story = page.get_by_role("region", name="这张照片的一生")
    expect(story).to_contain_text("原图已销毁")
    expect(story).to_contain_text(
        re.compile(r"保存至 20\d\d年\d+月\d+日自添加之日起六个月。还剩 18[0-4] 天。")
    )
    assert overflow_px(page) <= 0
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog", name="删除这张照片？").get_by_role("button", name="彻底删除").click()
    expect(page.get_by_text("已彻底删除 1 张照片")).to_be_visible()
