"""The port `PhoneVault` on KMS: a number can be read again only through KMS, by a named role."""

from typing import Any

from chalicelib.ids import UserId
from chalicelib.phone import Phone


class KmsPhoneVault:
    def __init__(self, client: Any, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def seal(self, phone: Phone, user_id: UserId) -> bytes:
        reply = self._client.encrypt(
            KeyId=self._key_arn,
            Plaintext=phone.encode(),
            EncryptionContext={"user_id": user_id},
        )
        sealed: bytes = reply["CiphertextBlob"]
        return sealed
