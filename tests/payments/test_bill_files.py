"""Whatever comes is the whole bill as it was made, or is not believed."""

import gzip
import hashlib
from collections.abc import Callable, Iterator

import pytest

from chalicelib.payments.model import Method, Provider
from chalicelib.payments.ports import BillUnreadable
from tests.payments.books import TODAY, Books, open_books

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def books() -> Iterator[Books]:
    with open_books() as books:
        yield books


def cut(raw: bytes) -> bytes:
    return raw[:-40]


def one_more(raw: bytes) -> bytes:
    text = gzip.decompress(raw).decode()
    lines = text.split("\r\n")
    return gzip.compress("\r\n".join([*lines[:2], lines[1], *lines[2:]]).encode())


def other_form(raw: bytes) -> bytes:
    return gzip.compress(gzip.decompress(raw).replace(b",`", b";", 1))


def half_a_fen(raw: bytes) -> bytes:
    return gzip.compress(gzip.decompress(raw).replace(b"6.00", b"6.005"))


class TestWechatpaysFile:
    @pytest.mark.parametrize("break_it", [cut, one_more, other_form, half_a_fen])
    @pytest.mark.parametrize("has_checksum", [True, False])
    def test_any_other_is_refused(
        self, books: Books, break_it: Callable[[bytes], bytes], has_checksum: bool
    ) -> None:
        books.paid(Method.WECHATPAY_NATIVE)
        bills = books.sandbox.wechatpay.bills
        raw = break_it(bills.file(TODAY.isoformat()))
        bills.file = lambda day: raw  # type: ignore[method-assign]
        if has_checksum and break_it is not cut:
            text = gzip.decompress(raw)
            told = hashlib.sha1(text, usedforsecurity=False).hexdigest()
            bills.checksum = lambda day: told  # type: ignore[method-assign]
        provider = books.providers.find(Provider.WECHATPAY)
        assert provider

        with pytest.raises(BillUnreadable):
            list(provider.read_bill(TODAY))

    def test_another_amount_in_good_form_is_seen_by_its_checksum(self, books: Books) -> None:
        books.paid(Method.WECHATPAY_NATIVE)
        bills = books.sandbox.wechatpay.bills
        text = gzip.decompress(bills.file(TODAY.isoformat()))
        bills.file = lambda day: gzip.compress(text.replace(b"6.00", b"6.01"))  # type: ignore[method-assign]
        provider = books.providers.find(Provider.WECHATPAY)
        assert provider

        with pytest.raises(BillUnreadable, match="checksum"):
            list(provider.read_bill(TODAY))


class TestAlipaysFile:
    @pytest.mark.parametrize("lost", [b"2", "业务明细列表结束".encode("gbk")])
    def test_one_that_was_cut_or_changed_is_refused(self, books: Books, lost: bytes) -> None:
        books.paid(Method.ALIPAY_PAGE)
        bills = books.sandbox.alipay.bills
        text = bills._text(TODAY.isoformat())
        changed = text.replace("交易合计：1笔", "交易合计：2笔") if lost == b"2" else text[:-150]
        bills._text = lambda day: changed  # type: ignore[method-assign]
        provider = books.providers.find(Provider.ALIPAY)
        assert provider

        with pytest.raises(BillUnreadable):
            list(provider.read_bill(TODAY))

    def test_a_flipped_bit_is_seen(self, books: Books) -> None:
        books.paid(Method.ALIPAY_PAGE)
        bills = books.sandbox.alipay.bills
        raw = bytearray(bills.file(TODAY.isoformat()))
        raw[120] ^= 1
        bills.file = lambda day: bytes(raw)  # type: ignore[method-assign]
        provider = books.providers.find(Provider.ALIPAY)
        assert provider

        with pytest.raises(BillUnreadable):
            list(provider.read_bill(TODAY))
