"""Every key shape of every table and bucket, on one page; docs/data-model.md says why."""

from datetime import date, datetime

from chalicelib.clock import to_iso
from chalicelib.ids import (
    EditId,
    HoldId,
    NoticeId,
    OrderNo,
    PhotoId,
    SessionId,
    UserId,
    WalletId,
    digest,
    is_uuid,
)
from chalicelib.storage import Index, Key

# Rows

BY_DUE = Index("by_due", "due_bucket", "expires_at")

DUE_SHARDS = 16
"""Partitions an hour of expiries is spread over: 16,000 writes a second (1,000 WCU a partition)."""

SESSION_PREFIX, PHOTO_PREFIX, QUOTA_PREFIX, GRANT_PREFIX = "SESSION#", "PHOTO#", "QUOTA#", "GRANT#"
NOTICE_PREFIX, ACCEPTANCE_PREFIX, LINKED_LOGIN_PREFIX = "NOTICE#", "ACCEPTANCE#", "LINKED#"
JOINED_PREFIX = "JOINED#"
GUEST_MARK = "GUEST"
CONSENT_PREFIX = "CONSENT#"
EDIT_PREFIX, EDIT_REQUEST_PREFIX = "EDIT#", "EDITREQUEST#"
HOLD_PREFIX = "HOLD#"


def user_partition(user_id: UserId) -> str:
    return f"USER#{user_id}"


def profile_key(user_id: UserId) -> Key:
    return Key(user_partition(user_id), "PROFILE")


def session_key(user_id: UserId, session_id: SessionId) -> Key:
    return Key(user_partition(user_id), SESSION_PREFIX + session_id)


def notice_key(user_id: UserId, notice_id: NoticeId) -> Key:
    return Key(user_partition(user_id), NOTICE_PREFIX + notice_id)


def acceptance_key(user_id: UserId, at: datetime) -> Key:
    """One acceptance of the policy; never written twice."""
    return Key(user_partition(user_id), ACCEPTANCE_PREFIX + to_iso(at))


def consents_prefix(purpose: str) -> str:
    """Start of the sort keys of all decisions on one purpose, in the order they were made."""
    return f"{CONSENT_PREFIX}{purpose}#"


def consent_key(user_id: UserId, purpose: str, at: datetime) -> Key:
    """One decision of the consent ledger; never written twice."""
    return Key(user_partition(user_id), consents_prefix(purpose) + to_iso(at))


def joined_key(user_id: UserId, guest_id: UserId) -> Key:
    """Tells an account of a guest who logged in to it, and whose photos it gets."""
    return Key(user_partition(user_id), JOINED_PREFIX + guest_id)


def number_change_key(user_id: UserId) -> Key:
    """The wait for another number, of which an account has one at most."""
    return Key(user_partition(user_id), "CHANGE")


def number_tries_key(user_id: UserId, day: date) -> Key:
    return Key(user_partition(user_id), f"CHANGE#{day.isoformat()}")


def phone_key(phone_index: str) -> Key:
    """The row of one number, named by its keyed hash: the present challenge, the account."""
    return Key(f"PHONE#{phone_index}", "LOGIN")


def provider_subject_key(provider: str, subject_index: str) -> Key:
    """Whose account a provider's name for a person opens; the name is a keyed hash."""
    return Key(f"SUBJECT#{provider}#{subject_index}", "LOGIN")


def linked_login_key(user_id: UserId, provider: str) -> Key:
    """The one login of a provider that a user has linked."""
    return Key(user_partition(user_id), LINKED_LOGIN_PREFIX + provider)


def used_state_key(state_index: str) -> Key:
    """A third-party login's `state` that was used; about nobody until somebody registers."""
    return Key(f"STATE#{state_index}", "USED")


def limit_key(subject: str, day: date) -> Key:
    """The counters of one day of whom codes are counted for: keyed hashes, or all of a country."""
    return Key(f"LIMIT#{subject}", day.isoformat())


def photo_key(user_id: UserId, photo_id: PhotoId) -> Key:
    """Photo ids are UUIDv7, so a user's photos lie in the order they were granted."""
    return Key(user_partition(user_id), PHOTO_PREFIX + photo_id)


def quota_key(user_id: UserId, day: date) -> Key:
    return Key(user_partition(user_id), QUOTA_PREFIX + day.isoformat())


def grant_key(user_id: UserId, idempotency_key: str) -> Key:
    return Key(user_partition(user_id), GRANT_PREFIX + digest(idempotency_key))


def keeping_key(user_id: UserId) -> Key:
    """How long a person wants new photos kept, where that is not six months."""
    return Key(user_partition(user_id), "KEEPING")


def hold_key(user_id: UserId, hold_id: HoldId) -> Key:
    return Key(user_partition(user_id), HOLD_PREFIX + hold_id)


def held_key(user_id: UserId) -> Key:
    """What the account's holds keep together: the row that every destruction depends on."""
    return Key(user_partition(user_id), "HELD")


def told_key(user_id: UserId, days: int, day: date) -> Key:
    """That a person was told, so many days ahead, of photos that leave on a day."""
    return Key(user_partition(user_id), f"TOLD#{days:02}#{day.isoformat()}")


def guest_mark_key(user_id: UserId) -> Key:
    """Lies in the index of what is due, and says of no photo but of a guest that it is."""
    return Key(user_partition(user_id), GUEST_MARK)


def edits_prefix(photo_id: PhotoId) -> str:
    """Start of the sort keys of a photo's edits."""
    return f"{EDIT_PREFIX}{photo_id}#"


def edit_key(user_id: UserId, photo_id: PhotoId, edit_id: EditId) -> Key:
    return Key(user_partition(user_id), edits_prefix(photo_id) + edit_id)


def edit_request_key(user_id: UserId, photo_id: PhotoId, idempotency_key: str) -> Key:
    name = digest(f"{photo_id} {idempotency_key}")
    return Key(user_partition(user_id), EDIT_REQUEST_PREFIX + name)


def sweep_cursor_key() -> Key:
    return Key("SWEEP", "CURSOR")


# Payments lie under a wallet, which is not a user's id: see docs/decisions/0025-payment-records.md

BY_PAYMENT_DUE = Index("by_due", "due", "due_at")
"""What somebody must still do: rows leave it when it is done, so it holds only what is open."""

ORDER_PREFIX, ENTRY_PREFIX, REFUND_PREFIX = "ORDER#", "ENTRY#", "REFUND#"


def wallet_partition(wallet: WalletId) -> str:
    return f"WALLET#{wallet}"


def balance_key(wallet: WalletId) -> Key:
    return Key(wallet_partition(wallet), "BALANCE")


def order_key(wallet: WalletId, order_no: OrderNo) -> Key:
    """Order numbers begin with the wallet and then the time, so the newest come last."""
    return Key(wallet_partition(wallet), ORDER_PREFIX + order_no)


def order_request_key(wallet: WalletId, idempotency_key: str) -> Key:
    return Key(wallet_partition(wallet), f"REQUEST#{digest(idempotency_key)}")


def order_quota_key(wallet: WalletId, day: date) -> Key:
    return Key(wallet_partition(wallet), QUOTA_PREFIX + day.isoformat())


def entry_key(wallet: WalletId, entry_id: str) -> Key:
    return Key(wallet_partition(wallet), ENTRY_PREFIX + entry_id)


def charge_key(edit_id: EditId) -> Key:
    """What an edit costs; not under the wallet that pays it, so that workers can write it."""
    return Key(f"CHARGE#{digest(edit_id)}", "CHARGE")


def refund_key(wallet: WalletId, refund_no: str) -> Key:
    return Key(wallet_partition(wallet), REFUND_PREFIX + refund_no)


def notification_key(wallet: WalletId, provider: str, notification_id: str) -> Key:
    return Key(wallet_partition(wallet), f"NOTIFICATION#{provider}#{digest(notification_id)}")


# What staff did lies by the month: few rows, read in order


def register_partition(month: str) -> str:
    return f"REGISTER#{month}"


def register_key(month: str, at: datetime, act_id: str) -> Key:
    return Key(register_partition(month), f"{to_iso(at)}#{act_id}")


def bill_key(provider: str, day: date) -> Key:
    """How far a provider's bill of a day has been compared."""
    return Key(f"BILL#{provider}", day.isoformat())


def difference_key(difference_id: str) -> Key:
    return Key(f"DIFFERENCE#{difference_id}", "DIFFERENCE")


def due_bucket(hour: datetime, shard: int) -> str:
    """The partition of `by_due` that holds what falls due within one hour, one shard of it."""
    return f"{hour:%Y-%m-%dT%H}#{shard:02}"


def due_shard(due: PhotoId | UserId) -> int:
    return int(digest(due)[:4], 16) % DUE_SHARDS


# Objects: their keys are made by us alone, never from what a user typed


def user_prefix(user_id: UserId) -> str:
    """Start of all object keys of a user; its two hex digits let S3 partition by user."""
    return f"{digest(user_id)[:2]}/{user_id}/"


def original_object(user_id: UserId, photo_id: PhotoId) -> str:
    return user_prefix(user_id) + photo_id


def renditions_prefix(user_id: UserId, photo_id: PhotoId) -> str:
    return f"{user_prefix(user_id)}{photo_id}/"


def rendition_object(user_id: UserId, photo_id: PhotoId, name: str) -> str:
    return f"{renditions_prefix(user_id, photo_id)}{name}.jpg"


def edit_objects_prefix(user_id: UserId, photo_id: PhotoId, edit_id: EditId) -> str:
    """Below the photo's own prefix, so that whatever destroys the photo destroys its edits."""
    return f"{renditions_prefix(user_id, photo_id)}{edit_id}/"


def edit_object(
    user_id: UserId, photo_id: PhotoId, edit_id: EditId, name: str, extension: str
) -> str:
    return f"{edit_objects_prefix(user_id, photo_id, edit_id)}{name}.{extension}"


TOMBSTONES = "tombstones/"


def tombstone_object(user_id: UserId, photo_id: PhotoId | None = None) -> str:
    """An empty object that says that a photo, or all of a user, was destroyed; a hash, so that it
    names nobody.
    """
    return TOMBSTONES + digest(f"{user_id}/{photo_id or ''}")


def owner_of_original(object_key: str) -> tuple[UserId, PhotoId]:
    """Read the key of an original back.

    Raises:
        ValueError: the key is none that `original_object` makes.
    """
    _, _, rest = object_key.partition("/")
    user_id, _, photo_id = rest.partition("/")
    if not (is_uuid(user_id) and is_uuid(photo_id)):
        raise ValueError("not the key of an original")
    owner = UserId(user_id), PhotoId(photo_id)
    if original_object(*owner) != object_key:
        raise ValueError("not the key of an original")
    return owner
