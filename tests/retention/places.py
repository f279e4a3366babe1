"""Which kind of data a row is, by its keys: `Table/kind`, as the schedule and docs/data-model.md
call it.
"""

from chalicelib.storage import Item

KEYS = {
    "profile_key": "AccountsTable/profile",
    "session_key": "AccountsTable/session",
    "notice_key": "AccountsTable/notice",
    "consent_key": "AccountsTable/consent",
    "acceptance_key": "AccountsTable/acceptance",
    "joined_key": "AccountsTable/joined guest",
    "number_change_key": "AccountsTable/number change",
    "number_tries_key": "AccountsTable/number tries",
    "phone_key": "AccountsTable/number",
    "provider_subject_key": "AccountsTable/login index",
    "linked_login_key": "AccountsTable/linked login",
    "used_state_key": "AccountsTable/used state",
    "limit_key": "AccountsTable/limit",
    "photo_key": "PhotosTable/photo",
    "quota_key": "PhotosTable/quota",
    "grant_key": "PhotosTable/grant",
    "keeping_key": "PhotosTable/default",
    "hold_key": "PhotosTable/hold",
    "held_key": "PhotosTable/held",
    "told_key": "PhotosTable/told",
    "guest_mark_key": "PhotosTable/guest mark",
    "edit_key": "PhotosTable/edit",
    "edit_request_key": "PhotosTable/edit request",
    "sweep_cursor_key": "PhotosTable/cursor",
    "balance_key": "PaymentsTable/balance",
    "order_key": "PaymentsTable/order",
    "order_request_key": "PaymentsTable/request",
    "order_quota_key": "PaymentsTable/quota",
    "entry_key": "PaymentsTable/entry",
    "refund_key": "PaymentsTable/refund due",
    "notification_key": "PaymentsTable/notification",
    "bill_key": "PaymentsTable/bill",
    "difference_key": "PaymentsTable/difference",
    "charge_key": "PaymentsTable/charge",
    "register_key": "RegisterTable/act",
}
"""What each function of `chalicelib/keys.py` makes a key of."""

BY_PREFIX = {
    "AccountsTable": {
        "PHONE": "number",
        "LIMIT": "limit",
        "SUBJECT": "login index",
        "STATE": "used state",
        "PROFILE": "profile",
        "SESSION": "session",
        "NOTICE": "notice",
        "ACCEPTANCE": "acceptance",
        "CONSENT": "consent",
        "JOINED": "joined guest",
        "LINKED": "linked login",
    },
    "PhotosTable": {
        "SWEEP": "cursor",
        "PHOTO": "photo",
        "QUOTA": "quota",
        "GRANT": "grant",
        "GUEST": "guest mark",
        "KEEPING": "default",
        "HOLD": "hold",
        "HELD": "held",
        "TOLD": "told",
        "EDIT": "edit",
        "EDITREQUEST": "edit request",
    },
}
"""By how a row's key begins: its own below a user, its partition's elsewhere."""


def place_of(table: str, row: Item) -> str:
    pk, sk = row["pk"].partition("#")[0], row["sk"].partition("#")
    if pk == "USER" and sk[0] == "CHANGE":
        return f"{table}/number tries" if sk[1] else f"{table}/number change"
    return f"{table}/{BY_PREFIX[table][sk[0] if pk == 'USER' else pk]}"
