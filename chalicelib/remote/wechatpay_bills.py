"""The trade bill of WeChat Pay (pay.weixin.qq.com, "申请交易账单", "下载账单", read 2026-11).

UTF-8, a heading, lines whose cells each begin with a backtick, and two lines of sums; in yuan,
though the API counts fen. The answer that names the file carries the SHA-1 of its content.
"""

import gzip
import hashlib
import hmac
import io
import zlib
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from chalicelib.money import Money
from chalicelib.payments.ports import BillLine, BillMissing, BillUnreadable
from chalicelib.remote.bill_files import (
    MAX_BILL_BYTES,
    MAX_DOWNLOAD_BYTES,
    MAX_LINE_CHARACTERS,
    PIECE_BYTES,
    by_name,
)
from chalicelib.remote.strict import NotReadable, text_at
from chalicelib.remote.wechatpay_client import WechatpayClient

NO_BILL = frozenset({"NO_STATEMENT_EXIST", "STATEMENT_CREATING"})
SUMS = "总交易单数"
FAILED = "FAIL"
"""Of a refund: no money moved."""


def read_bill(client: WechatpayClient, day: date, *, merchant_id: str) -> Iterator[BillLine]:
    """Fetch and check the bill of a day, then yield its lines."""
    query = f"bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP"
    answer = client.call("GET", f"/v3/bill/tradebill?{query}")
    if answer.code in NO_BILL:
        raise BillMissing
    content = answer.taken()
    try:
        if content.get("hash_type") != "SHA1":
            raise BillUnreadable("checksum")
        named = urlsplit(text_at(content, "download_url", longest=2048))
        checksum = text_at(content, "hash_value")
    except NotReadable:
        raise BillUnreadable("answer") from None
    with TemporaryFile() as file:
        # Only path and query: our signature goes to WeChat's own address and to no other.
        target = f"{named.path}?{named.query}"
        client.download(target, file, max_bytes=MAX_DOWNLOAD_BYTES)
        _check(file, checksum)
        yield from _lines(file, merchant_id)


def _check(file: BinaryIO, checksum: str) -> None:
    """Hash the content as it is unpacked."""
    sha1, size = hashlib.sha1(usedforsecurity=False), 0
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            while piece := unpacked.read(PIECE_BYTES):
                size += len(piece)
                if size > MAX_BILL_BYTES:
                    raise BillUnreadable("too_long")
                sha1.update(piece)
    except (EOFError, OSError, zlib.error):
        raise BillUnreadable("archive") from None
    if not hmac.compare_digest(sha1.hexdigest().encode(), checksum.lower().encode()):
        raise BillUnreadable("checksum")
    file.seek(0)


def _lines(file: BinaryIO, merchant_id: str) -> Iterator[BillLine]:
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file))
    text = io.TextIOWrapper(unpacked, encoding="utf-8-sig")
    try:
        header = text.readline(MAX_LINE_CHARACTERS).rstrip("\r\n").split(",")
        count = 0
        while line := text.readline(MAX_LINE_CHARACTERS):
            if line.startswith(SUMS):
                told = text.readline(MAX_LINE_CHARACTERS).removeprefix("`").partition(",")[0]
                if told != str(count):
                    raise BillUnreadable("count")
                return
            count += 1
            found = _line(by_name(header, _cells(line)), merchant_id)
            if found:
                yield found
    except (UnicodeDecodeError, KeyError, ValueError):
        raise BillUnreadable("content") from None
    raise BillUnreadable("cut")


def _cells(line: str) -> list[str]:
    return line.rstrip("\r\n").removeprefix("`").split(",`")


def _line(row: dict[str, str], merchant_id: str) -> BillLine | None:
    if row["商户号"] != merchant_id or row["货币种类"] != "CNY":
        raise BillUnreadable("merchant")
    order_no, transaction_id = row["商户订单号"], row["微信订单号"]
    match row["交易状态"]:
        case "SUCCESS":
            # What the order cost, before coupons, as `amount.total` in a notification.
            return BillLine(
                order_no=order_no,
                transaction_id=transaction_id,
                amount=Money.from_major(row["订单金额"]),
            )
        case "REFUND":
            if row["退款状态"] == FAILED:
                return None
            return BillLine(
                order_no=order_no,
                transaction_id=transaction_id,
                refund_no=row["商户退款单号"],
                amount=Money.from_major(row["申请退款金额"]),
                is_refund=True,
            )
    raise BillUnreadable("state")
