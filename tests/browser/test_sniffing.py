"""The page and the worker must agree on what a file is: the page only spares a wasted upload."""

from typing import get_args

import pytest

from bench.drawing import PhotoFormat, draw_photo
from tests.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.allow_hosts(["127.0.0.1"])]

SNIFF = """async (bytes) => {
  const {sniffImageType} = await import("/js/sniff.js");
  return sniffImageType(new Blob([new Uint8Array(bytes)]));
}"""

CONTENT_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
}

OTHERS = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "pdf": b"%PDF-1.7\n",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "psd": b"8BPS\x00\x01",
    "big tiff": b"II+\x00",
    "text that begins like a bitmap": b"BMW makes cars",
    "mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41",
    "wave": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "half of a signature": b"\x89PNG",
    "nothing": b"",
}


def test_every_accepted_format_is_recognised(open_window: OpenWindow) -> None:
    page = open_window().page

    found = {
        name: page.evaluate(SNIFF, list(draw_photo(64, 48, format=name)[:64]))
        for name in get_args(PhotoFormat)
    }

    assert found == CONTENT_TYPES


def test_nothing_else_is(open_window: OpenWindow) -> None:
    page = open_window().page

    found = {name: page.evaluate(SNIFF, list(head)) for name, head in OTHERS.items()}

    assert found == dict.fromkeys(OTHERS)
