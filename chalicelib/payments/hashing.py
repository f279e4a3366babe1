"""Names and ciphertexts in place of people: what of users and payers is in the payments table.

All come from one secret that is made with the table and never changed: a wallet is found by it.
"""

import hashlib
import hmac

from chalicelib.identity.ports import SecretRing
from chalicelib.ids import Entropy, OrderNo, UserId, WalletId
from chalicelib.payments.orders import wallet_from_hash

NONCE_BYTES = 12


class PaymentNames:
    def __init__(self, ring: SecretRing, entropy: Entropy) -> None:
        self._ring = ring
        self._entropy = entropy

    def wallet_of(self, user_id: UserId) -> WalletId:
        """Return the wallet of a user; without the key nobody can tell whose it is, and when the
        account is erased nobody at all.
        """
        return wallet_from_hash(self._keyed("wallet", user_id))

    def payer_index(self, payer_id: str) -> str:
        """Return the blind index of a payer: equal for equal payers; empty for none."""
        return self._keyed("payer-index", payer_id).hex() if payer_id else ""

    def seal_payer(self, payer_id: str, order_no: OrderNo) -> bytes:
        """Encrypt a payer's id for one order, by AES-256-GCM; nonce first."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = self._entropy.random_bytes(NONCE_BYTES)
        key = self._keyed("payer-seal", "")
        return nonce + AESGCM(key).encrypt(nonce, payer_id.encode(), order_no.encode())

    def open_payer(self, sealed: bytes, order_no: OrderNo) -> str:
        """Decrypt a payer's id: only their own export shows it."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key, nonce = self._keyed("payer-seal", ""), sealed[:NONCE_BYTES]
        return AESGCM(key).decrypt(nonce, sealed[NONCE_BYTES:], order_no.encode()).decode()

    def _keyed(self, purpose: str, message: str) -> bytes:
        key = hmac.digest(self._ring.current().key, purpose.encode(), hashlib.sha256)
        return hmac.digest(key, message.encode(), hashlib.sha256)
