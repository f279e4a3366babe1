"""Rows of the accounts table as values, and back."""

from collections.abc import Mapping
from typing import Any

from chalicelib.clock import from_iso, to_epoch_s, to_iso
from chalicelib.identity.devices import Device, Platform
from chalicelib.identity.model import Account, Session
from chalicelib.identity.notices import Notice, NoticeKind
from chalicelib.identity.tokens import Rotation, TokenMacs
from chalicelib.ids import NoticeId, SessionId, UserId
from chalicelib.keys import NOTICE_PREFIX, SESSION_PREFIX, notice_key, session_key
from chalicelib.pseudonyms import LOG_KEY, log_key_in
from chalicelib.storage import Absent, Item, Put

OWN_TTL = "own_ttl"
"""In the row of a guest's session: its time to live, which no refresh moves."""


def tokens_to_item(tokens: TokenMacs) -> dict[str, Any]:
    """Write a pair; the row goes with its refresh token, so 30 days after the last use."""
    return {
        "access_mac": tokens.access_mac,
        "access_expires_at": to_iso(tokens.access_expires_at),
        "refresh_mac": tokens.refresh_mac,
        "refresh_expires_at": to_iso(tokens.refresh_expires_at),
        "ttl": to_epoch_s(tokens.refresh_expires_at),
    }


def rotation_to_item(rotation: Rotation) -> dict[str, str | bytes]:
    return {
        "parent_mac": rotation.parent_mac,
        "rotation_seed": rotation.seed,
        "rotated_at": to_iso(rotation.rotated_at),
    }


def session_from_item(user_id: UserId, row: Item) -> Session:
    return Session(
        account=Account(
            id=user_id,
            log_key=log_key_in(row),
            guest_until=from_iso(row["guest_until"]) if "guest_until" in row else None,
        ),
        id=SessionId(row["sk"].removeprefix(SESSION_PREFIX)),
        tokens=TokenMacs(
            access_mac=row["access_mac"],
            access_expires_at=from_iso(row["access_expires_at"]),
            refresh_mac=row["refresh_mac"],
            refresh_expires_at=from_iso(row["refresh_expires_at"]),
        ),
        created_at=from_iso(row["created_at"]),
        last_used_at=from_iso(row["last_used_at"]),
        ends_at=from_iso(row["ends_at"]),
        device=_device_from_item(row),
        rotation=Rotation(
            parent_mac=row["parent_mac"],
            seed=row["rotation_seed"],
            rotated_at=from_iso(row["rotated_at"]),
        )
        if "parent_mac" in row
        else None,
    )


def put_session(session: Session) -> Put:
    """Write a new session's row, as part of the transaction that opens it."""
    item = {
        LOG_KEY: session.account.log_key,
        "created_at": to_iso(session.created_at),
        "last_used_at": to_iso(session.last_used_at),
        "ends_at": to_iso(session.ends_at),
        **tokens_to_item(session.tokens),
        **_device_to_item(session.device),
        **_guest_to_item(session.account),
    }
    return Put(key=session_key(session.account.id, session.id), item=item, when=Absent())


def put_notice(user_id: UserId, notice: Notice) -> Put:
    """Write a notice, as part of the transaction that it tells of."""
    item = {
        "kind": notice.kind,
        **({"session_id": notice.session_id} if notice.session_id else {}),
        "created_at": to_iso(notice.created_at),
        "expires_at": to_iso(notice.expires_at),
        "ttl": to_epoch_s(notice.expires_at),
        **device_to_shown(notice.device),
    }
    return Put(key=notice_key(user_id, notice.id), item=item, when=Absent())


def notice_from_item(row: Item) -> Notice:
    return Notice(
        id=NoticeId(row["sk"].removeprefix(NOTICE_PREFIX)),
        kind=NoticeKind(row["kind"]),
        session_id=SessionId(row["session_id"]) if "session_id" in row else None,
        device=_device_from_item(row),
        created_at=from_iso(row["created_at"]),
        expires_at=from_iso(row["expires_at"]),
    )


def device_to_shown(device: Device | None) -> dict[str, Mapping[str, str | None]]:
    """Write what people are shown of a device; the hardware's hash stays behind."""
    if device is None:
        return {}
    return {
        "device": {
            "name": device.name,
            "platform": device.platform.value if device.platform else None,
            "os_version": device.os_version,
            "app_version": device.app_version,
        }
    }


def _device_to_item(device: Device | None) -> dict[str, Any]:
    hardware = device.hardware_mac if device else None
    return device_to_shown(device) | ({"hardware_mac": hardware} if hardware else {})


def _device_from_item(row: Item) -> Device | None:
    shown = row.get("device")
    if shown is None:
        return None
    return Device(
        name=shown["name"],
        platform=Platform(shown["platform"]) if shown["platform"] else None,
        os_version=shown["os_version"],
        app_version=shown["app_version"],
        hardware_mac=row.get("hardware_mac"),
    )


def _guest_to_item(account: Account) -> dict[str, str | int]:
    if account.guest_until is None:
        return {}
    ends_at_s = to_epoch_s(account.guest_until)
    return {"guest_until": to_iso(account.guest_until), OWN_TTL: ends_at_s, "ttl": ends_at_s}
