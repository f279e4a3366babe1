"""The page's own files in a browser, without the system behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

from local.pages import find_page, page_headers

WEB = Path(__file__).parents[2] / "web"
ORIGIN = "http://127.0.0.1:1"
"""Nothing listens there: every answer is given by `_answer`."""
EMPTY = "/empty.html"


@contextmanager
def bare_page(browser: Browser) -> Iterator[Page]:
    """Open an empty document of the page's origin and policy, to import its modules in."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto(f"{ORIGIN}{EMPTY}")
    yield page
    context.close()


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == EMPTY:
        headers = {**page_headers(ORIGIN), "Content-Type": "text/html"}
        route.fulfill(status=200, body="<!doctype html><title>empty</title>", headers=headers)
        return
    file = find_page(WEB, path)
    if file is None:
        route.fulfill(status=404)
        return
    headers = {**page_headers(ORIGIN), "Content-Type": file.content_type}
    route.fulfill(status=200, body=file.data, headers=headers)
