"""Who counts as staff, and what a call of theirs must say of itself. No I/O."""

import re
from datetime import datetime

from chalicelib.ids import is_uuid
from chalicelib.staff.errors import NotStaff, ReferenceRequired

REFERENCE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._/#-]{2,63}"
"""The name of a ticket or of a letter: neither words nor a number that anybody could be called by.
"""
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ROLE_SESSION = re.compile(
    r"arn:aws(?:-[a-z]+)*:sts::[0-9]{12}:assumed-role/[A-Za-z0-9+=,.@_-]{1,64}/[A-Za-z0-9+=,.@_-]{2,64}"
)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def check_staff(signer_arn: str) -> str:
    """Return the role's session that signed a call: the role says what one may, the session who one
    is.

    Raises:
        NotStaff: nobody signed, or a user or the root of the account, whom no role has asked for a
            second factor.
    """
    if not _ROLE_SESSION.fullmatch(signer_arn):
        raise NotStaff
    return signer_arn


def check_reference(reference: str) -> str:
    """Return why a call is made.

    Raises:
        ReferenceRequired: it is missing, or may be more than a name.
    """
    if not re.fullmatch(REFERENCE_PATTERN, reference):
        raise ReferenceRequired(f"Staff-Reference must match {REFERENCE_PATTERN}.")
    return reference


def is_subject(text: str) -> bool:
    """Whether a path's value may stand in the register: ids of ours, never what somebody wrote."""
    return _SUBJECT.fullmatch(text) is not None


def is_month(text: str) -> bool:
    return _MONTH.fullmatch(text) is not None


def is_place(text: str) -> bool:
    """Whether a cursor is the sort key of a row: a time and an id."""
    at, _, act_id = text.partition("#")
    return _TIME.fullmatch(at) is not None and is_uuid(act_id)


def month_of(instant: datetime) -> str:
    """Name the month (UTC) in which an act is registered."""
    return instant.strftime("%Y-%m")
