"""What a request shows of who makes it: a bearer token (apps), or cookies that no script can read
(the page, CK.1).

A browser sends cookies by itself, also where another site made it ask. So whatever writes by the
right of a cookie, or is to be answered with one, must come from the stage's own page:
SameSite=Strict keeps cookies out of other sites' requests, and the Origin is checked all the same.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.errors import OriginNotAllowed, Unauthenticated

ACCESS_COOKIE, REFRESH_COOKIE = "__Host-access", "__Host-refresh"
NUMBER_COOKIE = "__Host-number"
"""Reminds a person, who asked for it, of the number they logged in with (CK.7): masked, and nothing
else."""
NUMBER_KEPT = timedelta(days=180)

COOKIES_WANTED = "ifotor-session", "cookie"
"""The header, and its value, by which a client asks for cookies in place of tokens."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})

_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
"""Without Domain: `__Host-` wants this host's cookie, set by it over TLS, for all its paths."""


def keep_until(name: str, value: str, until: datetime) -> str:
    return f"{name}={value}; Expires={until:%a, %d %b %Y %H:%M:%S} GMT; {_ATTRIBUTES}"


def keep_for(name: str, value: str, lifetime: timedelta) -> str:
    return f"{name}={value}; Max-Age={int(lifetime.total_seconds())}; {_ATTRIBUTES}"


def drop(name: str) -> str:
    return f"{name}=; Max-Age=0; {_ATTRIBUTES}"


SESSION_DROPPED = (drop(ACCESS_COOKIE), drop(REFRESH_COOKIE))


def read_cookie(headers: Mapping[str, str], name: str) -> str | None:
    for pair in headers.get("cookie", "").split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name:
            return value
    return None


def remembered_number(headers: Mapping[str, str]) -> str | None:
    """Return the masked number that a person asked us to remember; a forged one is not shown."""
    value = read_cookie(headers, NUMBER_COOKIE) or ""
    return value if re.fullmatch(r"\+[0-9]{0,8}\*{4}[0-9]{4}", value) else None


class Credentials:
    """What one request shows; nothing of it is believed before a service has looked."""

    def __init__(self, method: str, headers: Mapping[str, str], web_origin: str) -> None:
        self._method = method
        self._headers = headers
        self._web_origin = web_origin

    @property
    def has_bearer(self) -> bool:
        return "authorization" in self._headers

    @property
    def has_cookies(self) -> bool:
        """Whether a session's cookies are what it comes with."""
        names = (ACCESS_COOKIE, REFRESH_COOKIE)
        return not self.has_bearer and any(read_cookie(self._headers, name) for name in names)

    @property
    def wants_cookies(self) -> bool:
        """Whether the answer's tokens are to be cookies.

        Raises:
            OriginNotAllowed: another site asks; it could log a person in to an account of its own.
        """
        name, value = COOKIES_WANTED
        is_wanted = self._headers.get(name) == value
        if is_wanted:
            self.require_own_origin()
        return is_wanted

    def access_token(self) -> str:
        """Return the token to authenticate.

        Raises:
            Unauthenticated: there is none.
            OriginNotAllowed: a cookie would write for another site's page.
        """
        if self.has_bearer:
            return _bearer_token(self._headers)
        token = read_cookie(self._headers, ACCESS_COOKIE)
        if not token:
            raise Unauthenticated("Send the access token as a bearer token.")
        if self._method not in READING:
            self.require_own_origin()
        return token

    def refresh_token(self) -> str:
        self.require_own_origin()
        return read_cookie(self._headers, REFRESH_COOKIE) or ""

    def require_own_origin(self) -> None:
        """
        Raises:
            OriginNotAllowed: the request names no origin, or another's.
        """
        if self._headers.get("origin") != self._web_origin:
            raise OriginNotAllowed


def _bearer_token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send the access token as a bearer token.")
    return token.strip()
