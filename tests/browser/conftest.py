"""Headless Chromium before the whole live system; every test is a new person in a new window."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from bench.drawing import draw_photo
from local.system import System
from tests.phones import next_phone

Language = Literal["en-GB", "zh-CN"]

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE_MS = 30_000
"""Longer than a cold start of every function on a busy machine."""
expect.set_options(timeout=PATIENCE_MS)

ONE_CODE_A_MINUTE_MS = 65_000
"""The page counts down to the next code of a number, and so do the tests."""

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Window:
    """One person's browser window and everything it complained about."""

    page: Page
    phone: str
    complaints: list[str] = field(default_factory=list)
    """Console errors and warnings, uncaught exceptions, violations of the content policy."""

    def note(self, message: ConsoleMessage) -> None:
        # The browser writes this line for every refused request; the page shows those in words.
        is_refusal = message.text.startswith("Failed to load resource: the server responded")
        if message.type in ("error", "warning") and not is_refusal:
            self.complaints.append(message.text)


OpenWindow = Callable[..., Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip(
            f"browser tests need Chromium: none of {', '.join(CHROMIUM_NAMES)} is installed"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_window(browser: Browser, system: System) -> Iterator[OpenWindow]:
    """Open the page as a new person; afterwards no window may have complained."""
    windows: list[Window] = []

    def make(
        *,
        size: ViewportSize = DESKTOP,
        language: Language = "en-GB",
        reduced_motion: Literal["reduce", "no-preference"] = "reduce",
    ) -> Window:
        context = browser.new_context(
            viewport=size,
            locale=language,
            timezone_id="Asia/Shanghai",
            has_touch=size is PHONE,
            reduced_motion=reduced_motion,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        window = Window(context.new_page(), next_phone())
        window.page.on("console", window.note)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        windows.append(window)
        window.page.goto(system.url)
        return window

    yield make

    for window in windows:
        window.page.context.close()
    assert [complaint for window in windows for complaint in window.complaints] == []


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 12-megapixel photo as a phone would take it: lying on its side, with a place in it."""
    file = tmp_path_factory.mktemp("camera") / "IMG_0412.jpg"
    file.write_bytes(draw_photo(4032, 3024, orientation=6, display_p3=True, gps=True))
    return file


@pytest.fixture(scope="session")
def small_photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("small") / "small.png"
    file.write_bytes(draw_photo(640, 480, format="PNG"))
    return file
