"""What photos and their edits may be refused with.

AppError
├── NotAcceptable           406  the client shows no type that we write
└── InvalidRequest          422
    └── InvalidRecipe            `errors` names the place in the recipe
        └── RecipeTooCostly      it is one, and would take too long
"""

from typing import Self

from chalicelib.errors import AppError, InvalidRequest


class NotAcceptable(AppError):
    """The client shows no type that we write."""

    status, code, title = 406, "not_acceptable", "There is no format that your app shows"


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
