"""What photos and their edits may be refused with.

AppError
├── NotEnoughCredits        402  for an edit that costs some
├── GuestHasNoCredits       403  nor can a guest buy any
├── NotAcceptable           406  the client shows no type that we write
├── Conflict                409
│   └── DeletionOnHold           a legal hold keeps it; it goes when that ends
└── InvalidRequest          422
    └── InvalidRecipe            `errors` names the place in the recipe
        └── RecipeTooCostly      it is one, and would take too long
"""

from datetime import datetime
from typing import Self

from chalicelib.clock import to_iso
from chalicelib.errors import AppError, Conflict, InvalidRequest


class NotEnoughCredits(AppError):
    """The edit costs more than the wallet has; nothing was asked for."""

    status, code, title = 402, "not_enough_credits", "You don't have enough credits"

    @classmethod
    def of(cls, *, needed: int, available: int) -> Self:
        return cls(f"{needed} are needed.", needed=needed, available=available)


class GuestHasNoCredits(AppError):
    status, code, title = 403, "guest_has_no_credits", "Register to make edits that cost credits"


class NotAcceptable(AppError):
    """The client shows no type that we write."""

    status, code, title = 406, "not_acceptable", "There is no format that your app shows"


class DeletionOnHold(Conflict):
    """A legal hold keeps what should be deleted; the wish is noted, and done when the hold ends."""

    status, code, title = 409, "deletion_on_hold", "The law keeps this from being deleted for now"

    @classmethod
    def of(cls, until: datetime) -> Self:
        detail = "It is deleted when the hold ends, without another request."
        return cls(detail, held_until=to_iso(until))


class InvalidRecipe(InvalidRequest):
    """The recipe of an edit is not one; `errors` points to what is wrong."""

    status, code, title = 422, "invalid_recipe", "That edit cannot be done"


class RecipeTooCostly(InvalidRecipe):
    """Good as it is, but more computing than anybody may ask for."""

    status, code, title = 422, "recipe_too_costly", "That edit would take too long"

    @classmethod
    def of(cls, path: str, *, cpu_ms: int, max_cpu_ms: int) -> Self:
        message = f"It would take about {cpu_ms} ms of computing; {max_cpu_ms} are allowed."
        errors = [{"path": path, "message": message}]
        return cls(message, errors=errors, cpu_ms=cpu_ms, max_cpu_ms=max_cpu_ms)
