"""Alipay's login for an app with certificates: each request names them, and their end is told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chalicelib.remote.alipay_signing import is_signed, request_text
from chalicelib.remote.certificates import certificate_serials
from tests.contracts.loopback import service
from tests.contracts.test_login_providers import ALIPAYS_KEY, KEYS, alipay, alipay_answer
from tests.fakes import FakeClock, FakeLog

VECTORS = Path(__file__).parents[1] / "payments" / "vectors"
ROOTS = json.loads((VECTORS / "ali_cert_sn_root.json").read_text(encoding="utf-8"))
FAR_OFF = datetime(2040, 1, 1, tzinfo=UTC)


def certificate_of(key: rsa.RSAPrivateKey, ends: datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a certificate")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4660)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@pytest.mark.enable_socket
@pytest.mark.parametrize(("days", "told"), [(31, []), (30, [30]), (-2, [-2])])
def test_with_certificates_each_request_names_them_and_their_end_is_told(
    days: int, told: list[int]
) -> None:
    ends, log = FakeClock().now() + timedelta(days=days), FakeLog()
    keys = json.loads(KEYS.secret) | {
        "alipay_public_key": certificate_of(ALIPAYS_KEY, ends),
        "app_certificate": (app := certificate_of(KEYS.key_of_app, FAR_OFF)),
        "root_certificates": ROOTS["certificate_pem"],
    }
    with service(200, alipay_answer()) as serving:
        subject = alipay(serving.url, keys=json.dumps(keys), log=log).prove("code")

    [came] = serving.received
    query = dict(parse_qsl(urlsplit(came.path).query))
    signature, form = query.pop("sign"), dict(parse_qsl(came.body.decode()))
    assert query["app_cert_sn"] == certificate_serials(app)
    assert query["alipay_root_cert_sn"] == ROOTS["expect_sn"]
    assert is_signed(request_text(query | form), signature, KEYS.key_of_app.public_key())
    assert subject.name == "o_openid_of_ada"
    assert [line["count"] for line in log.lines] == told
