"""What proving a number, opening an account and keeping it may be refused with.

AppError
├── AccountFrozen           403  until a code that is asked for now is used
├── Conflict                409
│   ├── RegistrationRequired     a new account needs a registration first
│   ├── PolicyNotInForce         another version of the policy was accepted
│   ├── NumberTaken              the new number has an account
│   ├── NumberChangeNotReady     the week isn't over, or there is nothing to wait for
│   ├── SecondFactorRequired     the account of the number was left alone for long
│   ├── LoginTaken               of another account; accounts are never joined
│   ├── LoginPresent             this account has another one of that provider
│   └── LastLogin                without it nobody could get into the account
├── InvalidRequest          422
│   ├── CountryNotSupported      no texts are sent to that country
│   ├── HumanCheckRequired       the stage asks for a check, and no proof of it came
│   ├── HumanCheckFailed         the proof is wrong, used or old
│   ├── CodeRejected             wrong, used or expired: one answer for all three
│   │   ├── GuardianCodeRejected     the same, for the guardian's code
│   │   └── SecondFactorRejected     not the recovery code of a dormant account
│   ├── GuardianRequired         a child registers without a guardian's proof
│   ├── GuardianIsChild          the guardian's number is the one that registers
│   ├── OldNumberWrong           not the number of the account
│   └── ProviderLoginRejected    wrong, used, expired, begun elsewhere: one answer for all
└── Unavailable             503
    ├── SmsUnavailable
    └── ProviderUnavailable
"""

from chalicelib.errors import AppError, Conflict, InvalidRequest, Unavailable


class AccountFrozen(AppError):
    status, code, title = 403, "account_frozen", "The account is frozen; log in with a fresh code"


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


class SmsUnavailable(Unavailable):
    status, code, title = 503, "sms_unavailable", "The message could not be sent"


class ProviderUnavailable(Unavailable):
    status, code, title = 503, "provider_unavailable", "The login provider could not be asked"
