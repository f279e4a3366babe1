"""The files of the web page: which path names which file, and the headers each is served with.

Pure but for reading files; knows nothing of sockets.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Every kind of file the page may consist of; a file of another kind is not served. Browsers
refuse modules and style sheets under a wrong type, and the types Python guesses depend on the
machine."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file, ready to be sent."""

    data: bytes
    content_type: str
    etag: str


def find_page(root: Path, url_path: str) -> Page | None:
    """Return the file a URL path names below `root`, or None.

    Dot segments, hidden files, back-slashes, links that lead out of `root` and unknown kinds of
    file are all None.

    Args:
        root: the folder of the page.
        url_path: as in the request line, without its query, still percent-encoded.
    """
    names = unquote(url_path).split("/")[1:]
    if names[-1] == "":
        names[-1] = "index.html"
    if any(not name or name.startswith(".") or "\\" in name or "\0" in name for name in names):
        return None
    file = root.joinpath(*names).resolve()
    content_type = CONTENT_TYPES.get(file.suffix)
    if content_type is None or not file.is_relative_to(root.resolve()) or not file.is_file():
        return None
    data = file.read_bytes()
    return Page(data, content_type, f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def page_headers(cloud_origin: str) -> dict[str, str]:
    """Return the headers every page and file carries.

    Scripts come from the page's own origin only; photos go to and come from the page's origin and
    the local cloud.

    Args:
        cloud_origin: where presigned URLs lead, e.g. ``http://127.0.0.1:40123``.
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "img-src": f"'self' blob: data: {cloud_origin}",
        "connect-src": f"'self' {cloud_origin}",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-cache",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
    }
