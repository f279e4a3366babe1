"""Refusals of staff alone.

AppError
├── ReferenceRequired       400  why was it asked for?
└── NotStaff                403  signed by nobody's role, or by one that may not
"""

from chalicelib.errors import AppError


class ReferenceRequired(AppError):
    status, code, title = 400, "reference_required", "Send a Staff-Reference"


class NotStaff(AppError):
    status, code, title = 403, "not_staff", "Your role may not do this"
