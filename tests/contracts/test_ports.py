"""Every adapter and its fake keep the same promises (the fakes are only as good as this)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest
from moto import mock_aws

from bench.drawing import draw_photo
from chalicelib.aws.clients import client
from chalicelib.aws.kms import KmsPhoneVault
from chalicelib.aws.secrets import SecretsManagerRing
from chalicelib.errors import Unavailable
from chalicelib.identity.ports import PhoneVault, SecretRing
from chalicelib.ids import UserId
from chalicelib.imaging.renderer import LadderRenderer
from chalicelib.phone import Phone
from chalicelib.photos.model import RENDER_TIME
from chalicelib.photos.ports import ImageRefused, ImageRenderer
from tests.fakes import FakeRenderer, FakeRing, FakeVault

PHONE = Phone("+8613800138000")


@pytest.fixture(autouse=True)
def _moto() -> Iterator[None]:
    with mock_aws():
        yield


def make_real_ring() -> tuple[SecretRing, Callable[[str], None]]:
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name="ring", SecretString="the first key")["ARN"]
    ring = SecretsManagerRing(secrets, arn)

    def rotate(key: str) -> None:
        secrets.put_secret_value(SecretId=arn, SecretString=key)

    return ring, rotate


def make_fake_ring() -> tuple[SecretRing, Callable[[str], None]]:
    ring = FakeRing(b"the first key")
    return ring, lambda key: ring.rotate(key.encode())


@pytest.mark.parametrize("make", [make_real_ring, make_fake_ring])
class TestSecretRing:
    def test_current_key_is_found_by_its_id(
        self, make: Callable[[], tuple[SecretRing, Callable[[str], None]]]
    ) -> None:
        ring, _ = make()

        assert ring.find(ring.current().id) == ring.current()
        assert ring.find(b"none") is None

    def test_rotated_key_is_found_although_nothing_was_restarted(
        self, make: Callable[[], tuple[SecretRing, Callable[[str], None]]]
    ) -> None:
        ring, rotate = make()
        old = ring.current()
        rotate("the second key")
        fresh, _ = (ring, None) if isinstance(ring, FakeRing) else (_reopened(ring), None)
        new = fresh.current()

        assert ring.find(new.id) == new
        assert ring.find(old.id) == old


def test_key_that_cannot_be_read_is_unavailable_and_allows_nothing() -> None:
    ring = SecretsManagerRing(client("secretsmanager"), "a secret that is not there")

    with pytest.raises(Unavailable):
        ring.current()
    with pytest.raises(Unavailable):
        ring.find(b"none")


def _reopened(ring: SecretRing) -> SecretRing:
    """Another container on the same secret."""
    assert isinstance(ring, SecretsManagerRing)
    return SecretsManagerRing(client("secretsmanager"), ring._arn)


@pytest.mark.parametrize(
    "make",
    [
        lambda: KmsPhoneVault(client("kms"), client("kms").create_key()["KeyMetadata"]["Arn"]),
        FakeVault,
    ],
    ids=["kms", "fake"],
)
def test_sealed_number_does_not_show_it(make: Callable[[], PhoneVault]) -> None:
    vault = make()
    sealed = vault.seal(PHONE, UserId("a"))

    assert PHONE.encode() not in sealed
    assert vault.seal(PHONE, UserId("b")) != sealed


def test_sealed_number_opens_only_for_its_user() -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = KmsPhoneVault(kms, key).seal(PHONE, UserId("alice"))

    opened = kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"user_id": "alice"})
    assert opened["Plaintext"] == PHONE.encode()
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"user_id": "bob"})


@contextmanager
def uploaded(data: bytes) -> Iterator[BinaryIO]:
    with TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        yield source


@pytest.mark.parametrize("renderer", [LadderRenderer(), FakeRenderer()], ids=["real", "fake"])
class TestImageRenderer:
    def test_photo_becomes_three_renditions_the_same_each_time(
        self, renderer: ImageRenderer
    ) -> None:
        data = draw_photo(640, 480)
        with uploaded(data) as source:
            first = renderer.render(source, "image/jpeg", within=RENDER_TIME)
        with uploaded(data) as source:
            second = renderer.render(source, "image/jpeg", within=RENDER_TIME)

        assert [one.name for one in first.renditions] == ["full", "preview", "thumb"]
        assert first.frame_count == 1
        assert first.renditions == second.renditions

    @pytest.mark.parametrize(
        ("data", "content_type", "code"),
        [
            (b"", "image/jpeg", "empty"),
            (b"GIF99a, not at all", "image/jpeg", "unsupported_type"),
            (draw_photo(64, 48), "image/png", "type_mismatch"),
            (draw_photo(640, 480)[:5000], "image/jpeg", "corrupt"),
        ],
    )
    def test_anything_else_is_refused_by_name(
        self, renderer: ImageRenderer, data: bytes, content_type: str, code: str
    ) -> None:
        with uploaded(data) as source, pytest.raises(ImageRefused) as refusal:
            renderer.render(source, content_type, within=RENDER_TIME)

        assert refusal.value.code == code
