"""Phone numbers in one form, E.164. The metadata is Google's, through phonenumberslite."""

import json
import re
import unicodedata
from datetime import datetime
from typing import NewType

from msgspec import Struct

from chalicelib.errors import InvalidPhone

Phone = NewType("Phone", str)
"""E.164 text such as +8613800138000. Personal data: it never enters a log or an exception."""

DEFAULT_REGION = "CN"


def parse_phone(text: str) -> Phone:
    """Read a number as people type it; without a country code it is Chinese.

    Full-width digits, spaces and 0086 are understood. Extensions are refused: a text cannot reach
    them.

    Raises:
        InvalidPhone: not a possible mobile number. The number is not repeated in the error.
    """
    # 30 ms of metadata that only login needs (import measured in
    # docs/decisions/0006-dependencies.md).
    import phonenumbers

    folded = unicodedata.normalize("NFKC", text).strip()
    try:
        number = phonenumbers.parse(folded, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        raise InvalidPhone from None
    mobile = phonenumbers.number_type(number) in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    # Satellite networks (+881, +882, …) count as MOBILE in region "001": a text there costs
    # dollars.
    placed = phonenumbers.region_code_for_number(number) not in (None, "001")
    if number.extension or not mobile or not placed or not phonenumbers.is_valid_number(number):
        raise InvalidPhone
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class ReservedPhone(Struct, frozen=True, kw_only=True):
    """A number for people who try the app out, with a code that is always the same; nothing is
    sent to it.
    """

    phone: Phone
    code: str
    until: datetime
    """When it stops working."""

    def __repr__(self) -> str:
        return "ReservedPhone(…)"  # neither the number nor the code


def read_reserved_phones(text: str) -> tuple[ReservedPhone, ...]:
    """Read a JSON list of {"phone", "code", "until"}: E.164, six digits, ISO 8601 with a zone.

    Raises:
        ValueError: anything else, or a number twice; says nothing of what was read.
    """
    try:
        phones = tuple(_read_reserved_phone(**row) for row in json.loads(text))
    except (TypeError, ValueError, InvalidPhone):
        raise ValueError("not a list of reserved numbers") from None
    if len({one.phone for one in phones}) < len(phones):
        raise ValueError("a number stands there twice")
    return phones


def _read_reserved_phone(*, phone: str, code: str, until: str) -> ReservedPhone:
    end = datetime.fromisoformat(until)
    if parse_phone(phone) != phone or not re.fullmatch("[0-9]{6}", code) or end.tzinfo is None:
        raise ValueError
    return ReservedPhone(phone=Phone(phone), code=code, until=end)


def calling_code(phone: Phone) -> str:
    """Return the digits that name a number's country, such as 86.

    Of the countries that share +1 only the United States and Canada are "1". The others, where a
    text costs up to ten times as much, are what people write: 1876 for Jamaica.
    """
    import phonenumbers

    number = phonenumbers.parse(phone)
    code = str(number.country_code)
    if code == "1" and phonenumbers.region_code_for_number(number) not in ("US", "CA"):
        return phone[1:5]
    return code


def masked(phone: Phone) -> str:
    """Return what reminds its owner of a number and tells nobody else: +86138****8000."""
    return f"{phone[:-8]}****{phone[-4:]}"
