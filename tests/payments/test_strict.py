"""Whatever could be read in two ways is not read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.money import Money
from chalicelib.remote.strict import (
    MAX_BYTES,
    NotReadable,
    integer_at,
    read_form,
    read_json,
    text_at,
)


class TestJson:
    @pytest.mark.parametrize(
        "raw",
        [
            b'{"a": 1, "a": 2}',
            b'{"x": {"a": 1, "a": 1}}',
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": 1234567890123456}',
            b'{"a": "\xff"}',
            b'{"a": "\\ud800"}',
            b'\xef\xbb\xbf{"a": 1}',
            b'{"a": 1} x',
            b"[]",
            b"",
            b"null",
            b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}",
            b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
            b'{"a": "' + b"x" * MAX_BYTES + b'"}',
        ],
    )
    def test_ambiguous_bytes_are_refused(self, raw: bytes) -> None:
        with pytest.raises(NotReadable):
            read_json(raw)

    @pytest.mark.parametrize("value", ["1.0", "1e2", "true", '"1"', "-1", "null", "[1]", "{}"])
    def test_only_an_integer_is_an_integer(self, value: str) -> None:
        with pytest.raises(NotReadable):
            integer_at(read_json(f'{{"total": {value}}}'.encode()), "total")

    @pytest.mark.parametrize("value", ["1", '""', "true", "null", '"' + "x" * 129 + '"'])
    def test_only_text_is_text(self, value: str) -> None:
        with pytest.raises(NotReadable):
            text_at(read_json(f'{{"id": {value}}}'.encode()), "id")

    @given(st.binary(max_size=200))
    def test_no_bytes_break_it(self, raw: bytes) -> None:
        for read in (read_json, read_form):
            try:
                read(raw)
            except NotReadable:
                continue


class TestForm:
    @pytest.mark.parametrize(
        "raw",
        [
            *(b"a=1&a=2", b"a=1&%61=2", b"a=%zz", b"a=%f", b"a=%ff", b"a=\xe4\xb8\xad", b"a"),
            *(b"=1", b"", b"a=1&", b"a=1&&b=2", b"a=" + b"1" * MAX_BYTES, b"a=b=c"),
            b"&".join(b"p%d=1" % number for number in range(101)),
        ],
    )
    def test_ambiguous_bytes_are_refused(self, raw: bytes) -> None:
        with pytest.raises(NotReadable):
            read_form(raw)

    def test_is_decoded_once_and_keeps_what_is_empty(self) -> None:
        form = read_form(b"a=%2B%2525&b=&c=1+2")

        assert form == {"a": "+%25", "b": "", "c": "1 2"}


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "fen"), [("0.01", 1), ("19.90", 1990), ("19.9", 1990), ("6", 600), ("0", 0)]
    )
    def test_yuan_become_fen(self, text: str, fen: int) -> None:
        assert Money.from_major(text) == Money(fen)

    @pytest.mark.parametrize(
        "text",
        [
            *("1e2", "NaN", "Infinity", "1_0", "+1", "-1", " 1", "1 ", "1.234", "01", ".5", "1."),
            *("１２", "", "1,00", "99999999999", "0x1"),
        ],
    )
    def test_nothing_exotic_is_an_amount(self, text: str) -> None:
        with pytest.raises(ValueError, match="not an amount"):
            Money.from_major(text)

    @given(st.integers(0, 10**10))
    def test_fen_come_back_from_yuan(self, fen: int) -> None:
        assert Money.from_major(Money(fen).to_major()) == Money(fen)
