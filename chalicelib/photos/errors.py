"""What photos and their edits may be refused with.

AppError
├── NotAcceptable           406  the client shows no type that we write
└── InvalidRequest          422
    └── InvalidRecipe            `errors` names the place in the recipe
"""

from chalicelib.errors import AppError, InvalidRequest


class NotAcceptable(AppError):
    """The client shows no type that we write."""

    status, code, title = 406, "not_acceptable", "There is no format that your app shows"


class InvalidRecipe(InvalidRequest):
    """The recipe of an edit is not one; `errors` points to what is wrong."""

    status, code, title = 422, "invalid_recipe", "That edit cannot be done"
