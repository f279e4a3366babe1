"""RSA2 as Alipay's gateway has it: published vectors hold, and nothing beside them does."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.remote.alipay_signing import (
    is_signed,
    load_private_key,
    load_public_key,
    members_of,
    request_text,
    sign,
)


def vector(name: str) -> dict[str, Any]:
    file = Path(__file__).parent / "vectors" / f"{name}.json"
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


REQUEST, ANSWER = vector("alipay_request"), vector("alipay_answer")
SIGNED_ANSWER = members_of(ANSWER["raw"].encode())[ANSWER["response_key"]].encode()


class TestRequest:
    def test_published_example_is_signed_as_published(self) -> None:
        key = load_private_key(REQUEST["private_key_pem"])

        assert sign(request_text(REQUEST["params"]), key) == REQUEST["params"]["sign"]

    def test_what_has_no_value_is_not_part_of_it(self) -> None:
        assert request_text({"b": "2", "sign": "x", "a": "1", "none": ""}) == b"a=1&b=2"

    @pytest.mark.parametrize("format", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
    def test_keys_are_read_as_the_tool_writes_them(self, format: PrivateFormat) -> None:
        key = load_private_key(REQUEST["private_key_pem"])
        pem = key.private_bytes(Encoding.PEM, format, NoEncryption()).decode()
        bare = "".join(line for line in pem.splitlines() if "-----" not in line)

        assert load_private_key(bare).private_numbers() == key.private_numbers()


class TestAnswer:
    KEY = load_public_key(ANSWER["public_key_pem"])

    def test_published_example_is_signed(self) -> None:
        assert is_signed(SIGNED_ANSWER, ANSWER["sign"], self.KEY)

    @given(st.integers(0, len(SIGNED_ANSWER) * 8 - 1))
    def test_any_other_bit_is_not(self, place: int) -> None:
        changed = bytearray(SIGNED_ANSWER)
        changed[place // 8] ^= 1 << place % 8

        assert not is_signed(bytes(changed), ANSWER["sign"], self.KEY)

    @pytest.mark.parametrize("signature", ["", "=", "AAAA", "é", ANSWER["sign"] + "\n"])
    def test_what_is_no_signature_signs_nothing(self, signature: str) -> None:
        assert not is_signed(SIGNED_ANSWER, signature, self.KEY)

    def test_another_key_signs_nothing(self) -> None:
        other = load_public_key(REQUEST["public_key_pem"])

        assert not is_signed(SIGNED_ANSWER, ANSWER["sign"], other)


class TestKeys:
    @pytest.mark.parametrize("text", ["", "no base64!", "AAAA", REQUEST["public_key_pem"]])
    def test_what_is_no_private_key_is_refused_without_a_word_of_it(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"^not ") as refusal:
            load_private_key(text)
        assert not text or text not in str(refusal.value)

    def test_other_kinds_of_keys_are_refused(self) -> None:
        key = generate_ec_key(SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

        with pytest.raises(ValueError, match="not an RSA key"):
            load_private_key(private.decode())
        with pytest.raises(ValueError, match="not an RSA key"):
            load_public_key(public.decode())


class TestMembers:
    def test_values_are_the_very_text_that_came(self) -> None:
        answer = '{ "a" : {"x":"}\\"{", "y": 1.50} ,\n"b":"ü"}'

        assert members_of(answer.encode()) == {"a": '{"x":"}\\"{", "y": 1.50}', "b": '"ü"'}

    @pytest.mark.parametrize(
        "answer",
        [
            *(b"", b"[]", b"{", b"{}", b'{"a":1', b'{"a" 1}', b'{"a":1,}', b'{"a":1}x', b"{1:1}"),
            *(b'{"a":1,"a":2}', b'{"a":1 "b":2}', b"\xff", b'"a"', b"<html>"),
            b'{"a":' + b"[" * 100_000,
        ],
    )
    def test_anything_else_is_refused(self, answer: bytes) -> None:
        with pytest.raises(ValueError, match=r"."):
            members_of(answer)
