"""What a device may say of itself at login: optional, listed field by field, kept with the session
only (2.1.2, SE.4). docs/data-model.md gives each field's purpose.
"""

import hmac
from enum import StrEnum

from msgspec import Struct

from chalicelib.identity.hashing import keyed_hash
from chalicelib.identity.ports import Secret
from chalicelib.ids import UserId


class Platform(StrEnum):
    IOS = "ios"
    ANDROID = "android"
    WEB = "web"


class DeviceClaim(Struct, frozen=True, kw_only=True):
    """What a client sent: believed for display only, and never a proof of anything."""

    name: str | None = None
    platform: Platform | None = None
    os_version: str | None = None
    app_version: str | None = None
    hardware_id: str | None = None


class Device(Struct, frozen=True, kw_only=True):
    """What is kept of it."""

    name: str | None
    platform: Platform | None
    os_version: str | None
    app_version: str | None
    hardware_mac: bytes | None
    """The hardware's id as keyed hash, with the user's own: it can't link two accounts."""

    def is_same_hardware(self, other: "Device") -> bool:
        mine, theirs = self.hardware_mac, other.hardware_mac
        return mine is not None and theirs is not None and hmac.compare_digest(mine, theirs)


def describe_device(claim: DeviceClaim, secret: Secret, user_id: UserId) -> Device:
    """Turn a claim into what is kept; after a rotation of the key, known hardware counts as new."""
    hardware_mac = None
    if claim.hardware_id is not None:
        message = f"{user_id}\n{claim.hardware_id}".encode()
        hardware_mac = keyed_hash(secret, "hardware", message)
    return Device(
        name=claim.name,
        platform=claim.platform,
        os_version=claim.os_version,
        app_version=claim.app_version,
        hardware_mac=hardware_mac,
    )
