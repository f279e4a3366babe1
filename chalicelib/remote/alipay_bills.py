"""The trade bill of Alipay (opendocs.alipay.com, alipay.data.dataservice.bill.downloadurl.query,
read 2026-11).

A zip with two CSV files in GBK, of which one has the trades: lines that begin with # around a
heading and its lines; in yuan, refunds below zero. The file has no checksum but the archive's own
and the counts at its end, and comes over TLS from the address that a signed answer named.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from chalicelib.money import Money
from chalicelib.payments.errors import PaymentUnavailable
from chalicelib.payments.ports import BillLine, BillMissing, BillUnreadable
from chalicelib.remote.alipay_gateway import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TAKEN
from chalicelib.remote.bill_files import (
    MAX_BILL_BYTES,
    MAX_DOWNLOAD_BYTES,
    MAX_LINE_CHARACTERS,
    PIECE_BYTES,
    by_name,
    fetch,
)

NO_BILL = "isp.bill_not_exist"
OWN_HOSTS = ".alipay.com"
MOST_FILES = 10
TRADES, SUMMARY, END = "业务明细", "汇总", "业务明细列表结束"
ORDER, TRADE, KIND, AMOUNT, REFUND = (
    "商户订单号",
    "支付宝交易号",
    "业务类型",
    "订单金额（元）",
    "退款批次号/请求号",
)
COUNTS = re.compile(r"#(交易|退款)合计：([0-9]{1,9})笔")


def read_bill(answer: Mapping[str, Any], gateway: str) -> Iterator[BillLine]:
    """Fetch and check the bill that an answer of the gateway names, then yield its lines."""
    import urllib3

    if answer.get("sub_code") == NO_BILL:
        raise BillMissing
    if answer.get("code") != TAKEN:
        raise PaymentUnavailable
    url = _own_address(str(answer.get("bill_download_url", "")), gateway)
    timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
    http = urllib3.PoolManager(timeout=timeout, retries=False)
    with TemporaryFile() as file:
        fetch(http, url, {}, file, max_bytes=MAX_DOWNLOAD_BYTES)
        try:
            with zipfile.ZipFile(file, metadata_encoding="gbk") as archive:
                name = _trades_of(archive)
                yield from _lines(archive, name)
        except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, RuntimeError):
            raise BillUnreadable("archive") from None


def _own_address(url: str, gateway: str) -> str:
    """Let a bill come from Alipay over TLS, or from wherever the gateway itself is."""
    named, own = urlsplit(url), urlsplit(gateway)
    if (named.scheme, named.netloc) == (own.scheme, own.netloc):
        return url
    if not (named.hostname or "").endswith(OWN_HOSTS) or named.port not in (None, 80, 443):
        raise BillUnreadable("address")
    return urlunsplit(("https", named.hostname or "", named.path, named.query, ""))


def _trades_of(archive: zipfile.ZipFile) -> str:
    """Find the file of the trades, and look at its length before a byte of it is unpacked."""
    files = archive.infolist()
    found = [one for one in files if TRADES in one.filename and SUMMARY not in one.filename]
    if len(files) > MOST_FILES or len(found) != 1 or found[0].file_size > MAX_BILL_BYTES:
        raise BillUnreadable("archive")
    return found[0].filename


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[BillLine]:
    counted = {"交易": 0, "退款": 0}
    header: list[str] = []
    with archive.open(name) as raw:
        text = io.TextIOWrapper(raw, encoding="gb18030", newline="")
        try:
            for cells in csv.reader(iter(lambda: text.readline(MAX_LINE_CHARACTERS), "")):
                if cells and cells[0].startswith("#"):
                    if END in cells[0]:
                        _check_counts(text, counted)
                        return
                elif not header:
                    header = [cell.strip() for cell in cells]
                elif cells:
                    row = by_name(header, [cell.strip() for cell in cells])
                    counted[row[KIND]] += 1
                    yield _line(row)
        except (csv.Error, KeyError, ValueError):
            raise BillUnreadable("content") from None
    raise BillUnreadable("cut")


def _check_counts(text: io.TextIOWrapper, counted: Mapping[str, int]) -> None:
    """Compare the counts at the end, and read on to it: the archive checks its sum there."""
    told = {kind: int(count) for kind, count in COUNTS.findall(text.read(PIECE_BYTES))}
    if text.read(1) or told != counted:
        raise BillUnreadable("count")


def _line(row: Mapping[str, str]) -> BillLine:
    is_refund = row[KIND] == "退款"
    amount = row[AMOUNT].removeprefix("-") if is_refund else row[AMOUNT]
    return BillLine(
        order_no=row[ORDER],
        transaction_id=row[TRADE],
        amount=Money.from_major(amount),
        refund_no=row[REFUND] if is_refund else "",
        is_refund=is_refund,
    )
