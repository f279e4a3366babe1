"""Every refusal a client can meet, as one tree; `http.py` renders it, `docs/errors.md` explains it.

AppError
├── MalformedRequest        400  the bytes are not the JSON object that was asked for
├── IdempotencyKeyRequired  400
├── Unauthenticated         401
├── AccountFrozen           403  until a code that is asked for now is used
├── GuestCannotBuy          403  what is bought must outlive a guest
├── OriginNotAllowed        403  a cookie came without the Origin of the stage's own page
├── NotFound                404  also what belongs to somebody else, and what has expired
├── MethodNotAllowed        405
├── NotAcceptable           406
├── Conflict                409
│   ├── RegistrationRequired     a new account needs a registration first
│   ├── PolicyNotInForce         another version of the policy was accepted
│   ├── NumberTaken              the new number has an account
│   ├── NumberChangeNotReady     the week isn't over, or there is nothing to wait for
│   ├── SecondFactorRequired     the account of the number was left alone for long
│   ├── LoginTaken               of another account; accounts are never joined
│   ├── LoginPresent             this account has another one of that provider
│   └── LastLogin                without it nobody could get into the account
├── PayloadTooLarge         413
├── UnsupportedMediaType    415
├── InvalidRequest          422  understood, and a field is wrong: `errors` names each
│   ├── InvalidPhone
│   ├── CountryNotSupported      no texts are sent to that country
│   ├── HumanCheckRequired       the stage asks for a check, and no proof of it came
│   ├── HumanCheckFailed         the proof is wrong, used or old
│   ├── CodeRejected             wrong, used or expired: one answer for all three
│   │   ├── GuardianCodeRejected     the same, for the guardian's code
│   │   └── SecondFactorRejected     not the recovery code of a dormant account
│   ├── GuardianRequired         a child registers without a guardian's proof
│   ├── GuardianIsChild          the guardian's number is the one that registers
│   ├── OldNumberWrong           not the number of the account
│   ├── MethodNotOffered        no contract with that provider, or not for that way to pay
│   ├── ProviderLoginRejected    wrong, used, expired, begun elsewhere: one answer for all
│   ├── InvalidRecipe            `errors` names the place in the recipe
│   └── IdempotencyKeyReused     the key came before with another body
├── TooManyRequests         429  codes of a number, an address, a country or all; logins
│   └── QuotaExceeded            of the account
├── Internal                500  never says why
└── Unavailable             503  worth repeating
    ├── PaymentUnavailable       the provider gave no answer that could be verified
    ├── SmsUnavailable
    └── ProviderUnavailable

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


class AccountFrozen(AppError):
    status, code, title = 403, "account_frozen", "The account is frozen; log in with a fresh code"


class GuestCannotBuy(AppError):
    status, code, title = 403, "guest_cannot_buy", "Register before you buy"


class OriginNotAllowed(AppError):
    status, code, title = 403, "origin_not_allowed", "That page may not do this"


class NotFound(AppError):
    status, code, title = 404, "not_found", "There is nothing here"


class MethodNotAllowed(AppError):
    status, code, title = 405, "method_not_allowed", "This address does not take that method"


class NotAcceptable(AppError):
    """The client shows no type that we write."""

    status, code, title = 406, "not_acceptable", "There is no format that your app shows"


class Conflict(AppError):
    status, code, title = 409, "conflict", "Something changed meanwhile"


class RegistrationRequired(Conflict):
    """The proof is right and has no account yet; send it again with a registration."""

    status, code, title = 409, "registration_required", "Register first"

    def __init__(self, policy_version: str) -> None:
        super().__init__("Send the same again with a registration.", policy_version=policy_version)


class PolicyNotInForce(Conflict):
    status, code, title = 409, "policy_not_in_force", "Another version of the policy is in force"

    def __init__(self, policy_version: str) -> None:
        super().__init__("Show the version in force first.", policy_version=policy_version)


class NumberTaken(Conflict):
    status, code, title = 409, "number_taken", "That number has an account of its own"


class NumberChangeNotReady(Conflict):
    """`ready_at` says when it will be; without, there is no change to wait for."""

    status, code, title = 409, "number_change_not_ready", "The number can't be changed yet"

    def __init__(self, ready_at: str | None = None) -> None:
        super().__init__("Wait, or begin again.", ready_at=ready_at)


class SecondFactorRequired(Conflict):
    """The number is proven, and may have passed to somebody else since its account was used."""

    status, code, title = 409, "second_factor_required", "Is this account yours?"

    def __init__(self, *, has_recovery_code: bool) -> None:
        super().__init__("Send the same with an answer.", has_recovery_code=has_recovery_code)


class LoginTaken(Conflict):
    status, code, title = 409, "login_taken", "That login belongs to another account"


class LoginPresent(Conflict):
    status, code = 409, "login_present"
    title = "The account has another login of that provider"


class LastLogin(Conflict):
    status, code, title = 409, "last_login", "The account could not be opened without that login"


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


class CountryNotSupported(InvalidRequest):
    status, code, title = 422, "country_not_supported", "We send no messages to that country"


class HumanCheckRequired(InvalidRequest):
    status, code, title = 422, "human_check_required", "Show first that you are a person"


class HumanCheckFailed(InvalidRequest):
    """A proof works once and for minutes only; the client gets a new one and asks again."""

    status, code, title = 422, "human_check_failed", "The check for a person was not passed"


class CodeRejected(InvalidRequest):
    """The code is wrong, used or expired. `attempts_left` is what the challenge still allows."""

    status, code, title = 422, "code_rejected", "That code does not work"

    def __init__(self, attempts_left: int) -> None:
        super().__init__("Ask for a new code when no attempt is left.", attempts_left=attempts_left)


class GuardianRequired(InvalidRequest):
    status, code, title = 422, "guardian_required", "A guardian has to confirm this"


class GuardianIsChild(InvalidRequest):
    status, code, title = 422, "guardian_is_child", "A guardian has a number of their own"


class GuardianCodeRejected(CodeRejected):
    status, code, title = 422, "guardian_code_rejected", "The guardian's code does not work"


class OldNumberWrong(InvalidRequest):
    status, code, title = 422, "old_number_wrong", "That is not the number of this account"


class SecondFactorRejected(CodeRejected):
    status, code, title = 422, "second_factor_rejected", "That is not the recovery code"


class ProviderLoginRejected(InvalidRequest):
    status, code, title = 422, "provider_login_rejected", "That login did not work; begin again"


class InvalidRecipe(InvalidRequest):
    """The recipe of an edit is not one; `errors` points to what is wrong."""

    status, code, title = 422, "invalid_recipe", "That edit cannot be done"


class IdempotencyKeyReused(InvalidRequest):
    status, code, title = 422, "idempotency_key_reused", "That key came with another request"


class MethodNotOffered(InvalidRequest):
    status, code, title = 422, "method_not_offered", "That way to pay is not offered"


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


class PaymentUnavailable(Unavailable):
    status, code, title = 503, "payment_unavailable", "The payment provider does not answer"


class SmsUnavailable(Unavailable):
    status, code, title = 503, "sms_unavailable", "The message could not be sent"


class ProviderUnavailable(Unavailable):
    status, code, title = 503, "provider_unavailable", "The login provider could not be asked"


PROBLEM_BASE = "https://ifotor.example/problems/"
"""Start of every problem `type`; stable, and documented under the same name in docs/errors.md."""
