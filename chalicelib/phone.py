"""Phone numbers in one form, E.164. The metadata is Google's, through phonenumberslite."""

import unicodedata
from typing import NewType

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
