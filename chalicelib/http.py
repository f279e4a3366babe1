"""From API Gateway to a use case and back: parsing, authentication, problem documents, one log
line.

Chalice turns every exception of a view into a bare 500 before any middleware sees it, so views are
wrapped where they are declared: `Routes` is a Blueprint whose views take a `Request` and return a
`Reply`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import msgspec
from chalice.app import Blueprint, IAMAuthorizer, Response
from msgspec import Struct, field

from chalicelib.credentials import Credentials
from chalicelib.errors import (
    AppError,
    IdempotencyKeyRequired,
    Internal,
    InvalidRequest,
    MalformedRequest,
    PayloadTooLarge,
    Unauthenticated,
)
from chalicelib.ids import Caller
from chalicelib.observability import EventLog, Level, where
from chalicelib.problems import COMMON_HEADERS, problem_response, request_id

MAX_BODY_BYTES = 64 * 1024
"""The largest honest request, a grant of 50 photos with checksums, has about 8 KiB."""

IDEMPOTENCY_KEY_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"

Body = TypeVar("Body")


class Authenticator(Protocol):
    def authenticate(self, access_token: str) -> Caller: ...


class HttpServices(Protocol):
    """What serving any request needs of the container."""

    @property
    def sessions(self) -> Authenticator: ...

    @property
    def log(self) -> EventLog: ...

    @property
    def web_origin(self) -> str: ...


class Reply(Struct, frozen=True):
    status: HTTPStatus = HTTPStatus.OK
    body: Mapping[str, Any] | str | None = None
    """JSON; text only for who is owed words of their own."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Set-Cookie headers, one each."""


class Request:
    """One HTTP request, read only by named questions."""

    def __init__(
        self,
        raw: Any,
        caller: Caller | None,
        sessions: Authenticator,
        credentials: Credentials,
    ) -> None:
        self._raw = raw
        self._caller = caller
        self._sessions = sessions
        self.credentials = credentials

    @property
    def caller(self) -> Caller:
        """Whoever made an authenticated request."""
        if self._caller is None:
            raise Unauthenticated
        return self._caller

    def find_guest(self) -> Caller | None:
        """Tell which guest makes a public request; None where no token comes with it.

        Raises:
            Unauthenticated: the token doesn't work. To take its holder for nobody would leave their
                photos behind without a word.
        """
        shown = self.credentials
        if not (shown.has_bearer or shown.has_cookies):
            return None
        caller = self._sessions.authenticate(shown.access_token())
        return caller if caller.guest_until else None

    @property
    def source_ip(self) -> str:
        """The address API Gateway saw; headers, which a client can write, are never asked."""
        return self._identity("sourceIp")

    @property
    def signer_arn(self) -> str:
        """Who signed the request, as API Gateway proved it; empty where nobody had to."""
        return self._identity("userArn")

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header, by its name in lower case."""
        return {name.lower(): value for name, value in self._raw.headers.items()}

    @property
    def raw_body(self) -> bytes:
        """The body, byte by byte as it was sent; whoever reads it caps it first."""
        raw: bytes = self._raw.raw_body or b""
        return raw

    def body(self, schema: type[Body]) -> Body:
        """Read the body as a schema: exact types, known fields only, nothing coerced.

        Raises:
            PayloadTooLarge, MalformedRequest, InvalidRequest.
        """
        try:
            raw = self._raw.raw_body
        except ValueError:  # half a character, or base64 that is none
            raise MalformedRequest("The body must be a JSON object in UTF-8.") from None
        if len(raw) > MAX_BODY_BYTES:
            raise PayloadTooLarge(f"The limit is {MAX_BODY_BYTES} bytes.")
        try:
            return msgspec.json.decode(raw, type=schema)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            raise InvalidRequest.at(_pointer(path.rstrip("`")), message) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise MalformedRequest("The body must be a JSON object in UTF-8.") from None

    def integer(self, name: str, *, default: int, low: int, high: int) -> int:
        """Read a number from the query string, within bounds."""
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
            raise InvalidRequest.at(f"/{name}", f"Expected an integer from {low} to {high}.")
        return int(text)

    def text(self, name: str) -> str | None:
        query = self._raw.query_params
        return query.get(name) if query else None

    def idempotency_key(self) -> str:
        """Return the key under which a repeat of this request is recognised."""
        import re

        key: str = self._raw.headers.get("idempotency-key", "")
        if not key:
            raise IdempotencyKeyRequired("Send a fresh UUID, and the same one when you repeat.")
        if not re.fullmatch(IDEMPOTENCY_KEY_PATTERN, key):
            raise MalformedRequest(f"Idempotency-Key must match {IDEMPOTENCY_KEY_PATTERN}.")
        return key

    def _identity(self, name: str) -> str:
        told: str = (self._raw.context.get("identity") or {}).get(name) or ""
        return told


class Routes(Blueprint):
    """A Blueprint of views; `services` is called when a request comes, never at import."""

    def __init__(self, import_name: str, services: Callable[[], HttpServices]) -> None:
        super().__init__(import_name)
        self._services = services

    def serve(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        signed: bool = False,
        content_types: Sequence[str] = ("application/json",),
    ) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
        """Declare a view; unless `public`, it is called only with a valid access token; `signed`,
        API Gateway lets only AWS's own signatures through, of who may call the path.
        """

        def declare(view: Callable[..., Reply]) -> Callable[..., Reply]:
            @wraps(view)
            def served(**path_values: str) -> Response:
                return self._serve(view, path_values, public=public or signed)

            self.route(
                path,
                methods=[method],
                name=view.__name__,
                content_types=list(content_types),
                authorizer=IAMAuthorizer() if signed else None,
            )(served)
            return view

        return declare

    def _serve(
        self, view: Callable[..., Reply], path_values: dict[str, str], *, public: bool
    ) -> Response:
        started_s = time.monotonic()
        raw = self.current_request
        caller = None
        try:
            services = self._services()
            credentials = Credentials(raw.method, raw.headers, services.web_origin)
            if not public:
                caller = services.sessions.authenticate(credentials.access_token())
            reply = view(Request(raw, caller, services.sessions, credentials), **path_values)
            response = Response(
                body=reply.body if reply.body is not None else "",
                status_code=reply.status,
                headers={**COMMON_HEADERS, **reply.headers, **_set_cookies(reply.cookies)},
            )
        except AppError as error:
            response = problem_response(error, request_id(raw))
        except Exception as error:
            self._services().log.record(
                "request_failed",
                level=Level.ERROR,
                error=type(error).__name__,
                location=where(error),
            )
            response = problem_response(Internal(), request_id(raw))
        self._services().log.record(
            "request_served",
            method=raw.method,
            route=raw.context.get("resourcePath"),
            status=int(response.status_code),
            duration_ms=round((time.monotonic() - started_s) * 1000),
            request_id=request_id(raw),
            user=caller.pseudonym if caller else None,
        )
        return response


def _set_cookies(cookies: tuple[str, ...]) -> dict[str, list[str]]:
    """Write each cookie as a header of its own, which Chalice makes of a list."""
    return {"Set-Cookie": list(cookies)} if cookies else {}


def _pointer(path: str) -> str:
    """Turn msgspec's path, `.photos[0].sha256`, into a JSON pointer, `/photos/0/sha256`."""
    return path.replace("[", ".").replace("]", "").replace(".", "/")
