"""What privacy may refuse a request with.

AppError
├── ConsentRequired         403  `purpose` says to what the person would have to agree
└── InvalidRequest          422
    └── PurposeNotInUse          nothing is done for that purpose, so nobody is asked
"""

from chalicelib.errors import AppError, InvalidRequest


class ConsentRequired(AppError):
    """What was asked for needs a consent that was never given, or was withdrawn."""

    status, code, title = 403, "consent_required", "Ask the person for their consent first"

    def __init__(self, purpose: str) -> None:
        super().__init__("Put a consent at /me/consents, then repeat.", purpose=purpose)


class PurposeNotInUse(InvalidRequest):
    status, code, title = 422, "purpose_not_in_use", "Nothing is done for that purpose"
