"""Files of bills: fetched to disk piece by piece, so that the longest one costs no memory."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.ports import BillUnreadable

MAX_DOWNLOAD_BYTES = 64 * 1024 * 1024
"""A line has some 60 bytes compressed: a million trades."""
MAX_BILL_BYTES = 1024 * 1024 * 1024
MAX_LINE_CHARACTERS = 4096
PIECE_BYTES = 64 * 1024
OK = 200


def fetch(
    http: Any, url: str, headers: Mapping[str, str], into: BinaryIO, *, max_bytes: int
) -> None:
    """Write what an address answers into a file, and go back to its start.

    Raises:
        PaymentUnavailable: it did not come; BillUnreadable: it is too long.
    """
    import urllib3

    size = 0
    try:
        reply = http.request("GET", url, headers=headers, preload_content=False, redirect=False)
        try:
            if reply.status != OK:
                raise PaymentUnavailable
            for piece in reply.stream(PIECE_BYTES, decode_content=False):
                size += len(piece)
                if size > max_bytes:
                    raise BillUnreadable("too_long")
                into.write(piece)
        finally:
            reply.close()
    except urllib3.exceptions.HTTPError:
        raise PaymentUnavailable from None
    into.seek(0)


def by_name(header: list[str], cells: list[str]) -> dict[str, str]:
    """Read the cells of a line by the names of its columns.

    Raises:
        BillUnreadable: it has more or fewer.
    """
    if len(cells) != len(header):
        raise BillUnreadable("columns")
    return dict(zip(header, cells, strict=True))
