"""Names and ciphertexts in place of people: what of users and payers is in the payments table.

All come from one secret that is made with the table and never changed: a wallet is found by it.
"""

import hashlib
import hmac

from chalicelib.identity.ports import SecretRing
from chalicelib.ids import Entropy, OrderNo, UserId, WalletId
from chalicelib.payments.orders import wallet_from_hash
from chalicelib.storage import Key

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
        return self._seal("payer-seal", payer_id, order_no)

    def open_payer(self, sealed: bytes, order_no: OrderNo) -> str:
        """Decrypt a payer's id: only their own export shows it."""
        return self._open("payer-seal", sealed, order_no)

    def seal_wallet(self, wallet: WalletId, key: Key) -> bytes:
        """Encrypt whose credits a charge holds: its row lies beside an edit's name."""
        return self._seal("wallet-seal", wallet, key.pk)

    def open_wallet(self, sealed: bytes, key: Key) -> WalletId:
        return WalletId(self._open("wallet-seal", sealed, key.pk))

    def charge_reference(self, key: Key) -> str:
        """Name a charge in its wallet's ledger so that nobody can tell which edit it was."""
        return self._keyed("charge", key.pk).hex()

    def _seal(self, purpose: str, text: str, bound_to: str) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = self._entropy.random_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keyed(purpose, "")).encrypt(nonce, text.encode(), bound_to.encode())
        return nonce + sealed

    def _open(self, purpose: str, sealed: bytes, bound_to: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key, nonce = self._keyed(purpose, ""), sealed[:NONCE_BYTES]
        return AESGCM(key).decrypt(nonce, sealed[NONCE_BYTES:], bound_to.encode()).decode()

    def _keyed(self, purpose: str, message: str) -> bytes:
        key = hmac.digest(self._ring.current().key, purpose.encode(), hashlib.sha256)
        return hmac.digest(key, message.encode(), hashlib.sha256)
