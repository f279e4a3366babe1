"""Reading what others send, with nothing guessed: what could be read in two ways is refused.

`json.loads` keeps the last of two equal keys, takes NaN and dies of deep nesting; `parse_qsl` drops
empty values and replaces bad UTF-8. A signature over such bytes proves less than it seems to.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

MAX_BYTES = 64 * 1024
"""The largest genuine notification or answer has a few KiB."""
MAX_DEPTH = 16
MAX_INTEGER_DIGITS = 15
MAX_PARAMETERS = 100
_FORM_PART = re.compile(rb"(?:[A-Za-z0-9*._~!'()+-]|%[0-9A-Fa-f]{2})*")


class NotReadable(Exception):
    """The bytes are not what they should be; never says what they were."""


class Fraction:
    """Stands for a number that is no integer, which no field that we read may hold."""


def read_json(raw: bytes) -> dict[str, Any]:
    """Read one JSON object in UTF-8: each key once, integers of up to 15 digits, 16 levels.

    Raises:
        NotReadable: anything else, or more than 64 KiB.
    """
    return read_json_start(raw)[0]


def read_json_start(raw: bytes) -> tuple[dict[str, Any], str]:
    """Read as `read_json`, and return the text too, for who must look at a part of it."""
    if len(raw) > MAX_BYTES:
        raise NotReadable("too long")
    try:
        text = raw.decode("utf-8")
        value = decoder().decode(text)
        text.encode("utf-8")
    except (ValueError, RecursionError):
        raise NotReadable("not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise NotReadable("not an object")
    _check_depth(value, MAX_DEPTH)
    return value, text


def decoder() -> json.JSONDecoder:
    """Make the decoder of `read_json`: its refusals are ValueError."""
    return json.JSONDecoder(
        object_pairs_hook=_each_once,
        parse_int=_short_integer,
        parse_float=lambda _: Fraction(),
        parse_constant=_refuse,
    )


def read_form(raw: bytes) -> dict[str, str]:
    """Read application/x-www-form-urlencoded: decoded once, each name once, empty values kept.

    Raises:
        NotReadable: a bad escape, bad UTF-8, a name twice, or more than 64 KiB.
    """
    if len(raw) > MAX_BYTES:
        raise NotReadable("too long")
    parts = raw.split(b"&")
    if len(parts) > MAX_PARAMETERS:
        raise NotReadable("too many parameters")
    form: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition(b"=")
        if not (name and equals):
            raise NotReadable("a parameter without a name or a value")
        key = _decoded(name)
        if key in form:
            raise NotReadable("a parameter twice")
        form[key] = _decoded(value)
    return form


def text_at(value: Mapping[str, Any], name: str, *, longest: int = 128) -> str:
    """Return a member that must be text, not empty.

    Raises:
        NotReadable: it is missing, of another type, empty or too long.
    """
    found = value.get(name)
    if not (isinstance(found, str) and 0 < len(found) <= longest):
        raise NotReadable(f"{name} is not text")
    return found


def integer_at(value: Mapping[str, Any], name: str) -> int:
    """Return a member that must be an integer from zero up; a boolean is none."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise NotReadable(f"{name} is not an integer")
    return found


def object_at(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if not isinstance(found, dict):
        raise NotReadable(f"{name} is not an object")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key twice")
    for key, value in pairs:
        for text in (key, value):
            # An escaped lone surrogate decodes, and then can neither be stored nor hashed.
            if isinstance(text, str):
                text.encode("utf-8")
    return members


def _short_integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _refuse(_: str) -> None:
    raise ValueError("not a number of JSON")


def _check_depth(value: object, allowed: int) -> None:
    if not isinstance(value, dict | list):
        return
    if allowed == 0:
        raise NotReadable("nested too deeply")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, allowed - 1)


def _decoded(part: bytes) -> str:
    if not _FORM_PART.fullmatch(part):
        raise NotReadable("a bad escape")
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise NotReadable("bad UTF-8") from None
