"""Every refusal a client can meet, as one tree; `http.py` renders it, `docs/errors.md` explains it.

AppError
├── MalformedRequest        400  the bytes are not the JSON object that was asked for
├── IdempotencyKeyRequired  400
├── Unauthenticated         401
├── OriginNotAllowed        403  a cookie came without the Origin of the stage's own page
├── NotFound                404  also what belongs to somebody else, and what has expired
├── MethodNotAllowed        405
├── Conflict                409
├── PayloadTooLarge         413
├── UnsupportedMediaType    415
├── InvalidRequest          422  understood, and a field is wrong: `errors` names each
│   ├── InvalidPhone
│   └── IdempotencyKeyReused     the key came before with another body
├── TooManyRequests         429  codes of a number, an address, a country or all; logins
│   └── QuotaExceeded            of the account
├── Internal                500  never says why
└── Unavailable             503  worth repeating

What one capability alone refuses stands in its own `errors.py`, below one of these.

The class carries status, code and title; the instance carries the facts, which become members of
the problem document (RFC 9457). No fact may be a secret, a phone number or a provider's payload.
"""

from collections.abc import Mapping
from typing import ClassVar, Self


class AppError(Exception):
    """An expected refusal; `detail` is a sentence for the app's developer."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed on our side"

    def __init__(
        self,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **facts: object,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.headers: dict[str, str | list[str]] = {**(headers or {})}
        self.facts = facts


class MalformedRequest(AppError):
    status, code, title = 400, "malformed_request", "The request could not be read"


class IdempotencyKeyRequired(AppError):
    status, code, title = 400, "idempotency_key_required", "Send an Idempotency-Key"


class Unauthenticated(AppError):
    status, code, title = 401, "unauthenticated", "Log in first"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class OriginNotAllowed(AppError):
    status, code, title = 403, "origin_not_allowed", "That page may not do this"


class NotFound(AppError):
    status, code, title = 404, "not_found", "There is nothing here"


class MethodNotAllowed(AppError):
    status, code, title = 405, "method_not_allowed", "This address does not take that method"


class Conflict(AppError):
    status, code, title = 409, "conflict", "Something changed meanwhile"


class PayloadTooLarge(AppError):
    status, code, title = 413, "payload_too_large", "The request is too large"


class UnsupportedMediaType(AppError):
    status, code, title = 415, "unsupported_media_type", "Send application/json"


class InvalidRequest(AppError):
    """A field is wrong; `errors` is a list of {path, message}, path being a JSON pointer."""

    status, code, title = 422, "invalid_request", "A field of the request is not valid"

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        return cls(message, errors=[{"path": path, "message": message}])


class InvalidPhone(InvalidRequest):
    status, code, title = 422, "invalid_phone", "That is not a mobile number we can send to"


class IdempotencyKeyReused(InvalidRequest):
    status, code, title = 422, "idempotency_key_reused", "That key came with another request"


class TooManyRequests(AppError):
    """A limit is reached; `limit` names it, `retry_after_s` says when to ask again."""

    status, code, title = 429, "too_many_requests", "Too many requests for now"

    def __init__(self, limit: str, retry_after_s: int) -> None:
        super().__init__(
            f"The limit {limit} is reached.",
            headers={"Retry-After": str(retry_after_s)},
            limit=limit,
            retry_after_s=retry_after_s,
        )


class QuotaExceeded(TooManyRequests):
    """A limit of the account, which resets with its day."""

    status, code, title = 429, "quota_exceeded", "A limit of your account is reached"


class Internal(AppError):
    """What a client sees of any error that is not in this tree."""


class Unavailable(AppError):
    status, code, title = 503, "unavailable", "Try again in a moment"

    def __init__(self, detail: str = "", *, retry_after_s: int = 2) -> None:
        super().__init__(
            detail, headers={"Retry-After": str(retry_after_s)}, retry_after_s=retry_after_s
        )


PROBLEM_BASE = "https://ifotor.example/problems/"
"""Start of every problem `type`; stable, and documented under the same name in docs/errors.md."""
