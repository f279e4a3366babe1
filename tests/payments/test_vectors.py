"""What the providers' own SDKs publish: every vector agrees, in both directions.

Each file in `vectors/` names its source; those marked `derived` are one change away from a
published one.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from chalicelib.remote.alipay_events import NOT_COVERED, notification_text
from chalicelib.remote.alipay_signing import members_of, request_text
from chalicelib.remote.certificates import certificate_serials
from chalicelib.remote.rsa import (
    is_signed,
    load_private_key,
    load_public_key,
    sign,
)
from chalicelib.remote.strict import read_form
from chalicelib.remote.wechatpay_signing import NotAuthentic, check_authentic, decrypt

VECTORS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "vectors").glob("*.json"))
}


def of_kind(provider: str, kind: str) -> list[str]:
    return [
        name
        for name, vector in VECTORS.items()
        if (vector["provider"], vector["kind"]) == (provider, kind)
    ]


def key_of(vector: dict[str, Any]) -> Any:
    return load_public_key(vector.get("public_key_pem") or vector["certificate_pem"])


def test_every_vector_is_looked_at() -> None:
    looked_at = [
        *(of_kind("wechat", kind) for kind in ("notification", "raw_verify", "decrypt")),
        *(of_kind("alipay", kind) for kind in ("notify", "response", "request_sign", "cert_sn")),
    ]

    assert sorted(chain.from_iterable(looked_at)) == sorted(VECTORS)
    assert len(VECTORS) == 45


class TestWechat:
    @pytest.mark.parametrize("name", of_kind("wechat", "notification"))
    def test_notification(self, name: str) -> None:
        vector = VECTORS[name]
        headers = {key.lower(): value for key, value in vector["headers"].items()}
        ring = {vector["serial"]: load_public_key(vector["certificate_pem"])}
        now = datetime.fromtimestamp(vector["clock"], UTC)

        stamp = int(headers["wechatpay-timestamp"])
        expected = vector["expect_signature_valid"] and abs(vector["clock"] - stamp) < 300

        assert is_authentic(ring, headers, vector["body"].encode(), now) is expected

    @pytest.mark.parametrize("name", of_kind("wechat", "raw_verify"))
    def test_signature(self, name: str) -> None:
        vector = VECTORS[name]

        valid = is_signed(vector["message"].encode(), vector["signature"], key_of(vector))

        assert valid is vector["expect_signature_valid"]

    @pytest.mark.parametrize("name", of_kind("wechat", "decrypt"))
    def test_decryption(self, name: str) -> None:
        vector = VECTORS[name]

        def opened() -> str | None:
            try:
                return decrypt(
                    vector["key"].encode(),
                    nonce=vector["nonce"],
                    associated_data=vector["aad"],
                    ciphertext=vector["ciphertext"],
                ).decode()
            except NotAuthentic:
                return None

        assert opened() == vector["expect_plaintext"]

    def test_clock_may_differ_by_less_than_five_minutes_either_way(self) -> None:
        vector = VECTORS["wx_go_notify_ok"]
        headers = {key.lower(): value for key, value in vector["headers"].items()}
        ring = {vector["serial"]: load_public_key(vector["certificate_pem"])}
        sent = datetime.fromtimestamp(int(headers["wechatpay-timestamp"]), UTC)

        def holds(offset: timedelta) -> bool:
            return is_authentic(ring, headers, vector["body"].encode(), sent + offset)

        assert [holds(timedelta(seconds=s)) for s in (-300, -299, 0, 299, 300)] == [
            *(False, True, True, True, False),
        ]


class TestAlipay:
    @pytest.mark.parametrize("name", of_kind("alipay", "notify"))
    def test_notification(self, name: str) -> None:
        vector = VECTORS[name]
        form = (
            read_form(vector["form_body"].encode()) if "form_body" in vector else vector["params"]
        )
        # Of messages other than trade notifications, sign_type is covered, sent or not.
        is_v2 = vector["sign_type_covered"]
        signed = {"sign_type": "RSA2", **form} if is_v2 else form
        covered = sorted(signed.keys() - ({"sign"} if is_v2 else NOT_COVERED))
        message = "&".join(f"{key}={signed[key]}" for key in covered)
        # RSA, without the 2, is SHA-1: its vector is genuine, and refused.
        is_rsa2 = form.get("sign_type", "RSA2") == "RSA2"

        valid = is_signed(message.encode(), form.get("sign", ""), key_of(vector))

        assert valid is (vector["expect_signature_valid"] and is_rsa2)
        if not vector["sign_type_covered"]:
            assert notification_text(form) == message.encode()

    @pytest.mark.parametrize("name", of_kind("alipay", "response"))
    def test_answer(self, name: str) -> None:
        vector = VECTORS[name]
        raw = members_of(vector["raw"].encode())[vector["response_key"]]

        assert (
            is_signed(raw.encode(), vector["sign"], key_of(vector))
            is (vector["expect_signature_valid"])
        )

    @pytest.mark.parametrize("name", of_kind("alipay", "request_sign"))
    def test_request(self, name: str) -> None:
        vector = VECTORS[name]

        signed = sign(request_text(vector["params"]), load_private_key(vector["private_key_pem"]))

        assert signed == vector["params"]["sign"]

    @pytest.mark.parametrize("name", of_kind("alipay", "cert_sn"))
    def test_serial_of_certificates(self, name: str) -> None:
        vector = VECTORS[name]

        assert certificate_serials(vector["certificate_pem"]) == vector["expect_sn"]


class TestFlippedBits:
    """Any bit of a message or its signature, one at a time."""

    @pytest.mark.parametrize("name", ["wx_go_raw_pubkey_ok", "wx_go_raw_cert_ok"])
    def test_of_a_signature_or_message(self, name: str) -> None:
        vector = VECTORS[name]
        key, message, signature = key_of(vector), vector["message"], vector["signature"]

        assert is_signed(message.encode(), signature, key)
        assert not [
            (place, bit)
            for place in range(len(signature))
            for bit in range(7)
            if is_signed(message.encode(), flipped(signature, place, bit), key)
        ]
        assert not [
            (place, bit)
            for place in range(len(message))
            for bit in range(7)
            if is_signed(flipped(message, place, bit).encode(), signature, key)
        ]

    def test_of_a_notification_with_its_headers(self) -> None:
        vector = VECTORS["wx_go_notify_ok"]
        headers = {key.lower(): value for key, value in vector["headers"].items()}
        signed = {key: text for key, text in headers.items() if key.startswith("wechatpay-")}
        ring = {vector["serial"]: load_public_key(vector["certificate_pem"])}
        now, body = datetime.fromtimestamp(vector["clock"], UTC), vector["body"]

        assert is_authentic(ring, headers, body.encode(), now)
        for changed in flips(body):
            assert not is_authentic(ring, headers, changed.encode(), now)
        for key, text in signed.items():
            for changed in flips(text):
                assert not is_authentic(ring, headers | {key: changed}, body.encode(), now)

    @pytest.mark.parametrize("name", ["ali_node_trade_success_ok", "ali_node_response_ok"])
    def test_of_what_alipay_tells_and_answers(self, name: str) -> None:
        vector = VECTORS[name]
        if vector["kind"] == "notify":
            form = read_form(vector["form_body"].encode())
            text, signature = notification_text(form).decode(), form["sign"]
        else:
            text = members_of(vector["raw"].encode())[vector["response_key"]]
            signature = vector["sign"]
        key = key_of(vector)

        assert is_signed(text.encode(), signature, key)
        assert not [one for one in flips(text) if is_signed(one.encode(), signature, key)]
        assert not [one for one in flips(signature) if is_signed(text.encode(), one, key)]

    def test_of_a_sealed_resource(self) -> None:
        vector = VECTORS["wx_java_aes256_ok"]
        sealed = {
            "nonce": vector["nonce"],
            "associated_data": vector["aad"],
            "ciphertext": vector["ciphertext"],
        }

        for name, text in sealed.items():
            for place in range(len(text)):
                for bit in range(7):
                    changed = sealed | {name: flipped(text, place, bit)}
                    with pytest.raises(NotAuthentic):
                        decrypt(vector["key"].encode(), **changed)


def flips(text: str) -> Iterator[str]:
    return (flipped(text, place, bit) for place in range(len(text)) for bit in range(7))


def flipped(text: str, place: int, bit: int) -> str:
    return text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]


def is_authentic(ring: Any, headers: dict[str, str], body: bytes, now: datetime) -> bool:
    try:
        check_authentic(ring, headers, body, now=now)
    except NotAuthentic:
        return False
    return True
