"""Refusals on the wire: problem documents (RFC 9457), of ours and of Chalice."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.errors import (
    PROBLEM_BASE,
    AppError,
    Internal,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    UnsupportedMediaType,
)

COMMON_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def problem_response(error: AppError, request_id: str) -> Response:
    """Write a refusal as application/problem+json (RFC 9457)."""
    return Response(
        body=json.dumps(_problem(error, f"urn:request:{request_id}")),
        status_code=error.status,
        headers={
            **COMMON_HEADERS,
            **error.headers,
            "Content-Type": "application/problem+json",
        },
    )


def _problem(error: AppError, instance: str) -> dict[str, object]:
    """Render an error as a problem document (RFC 9457); `instance` is the request's id."""
    document: dict[str, object] = {
        "type": PROBLEM_BASE + error.code,
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "instance": instance,
    }
    if error.detail:
        document["detail"] = error.detail
    return document | error.facts


def render_framework_errors(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Middleware: give Chalice's own refusals, made before any view runs, the same form as ours."""
    response = get_response(event)
    body = response.body
    if not (isinstance(body, Mapping) and body.keys() == {"Code", "Message"}):
        return response
    by_status: dict[int, type[AppError]] = {
        HTTPStatus.BAD_REQUEST: MalformedRequest,
        HTTPStatus.NOT_FOUND: NotFound,
        HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: UnsupportedMediaType,
    }
    error = by_status.get(response.status_code, Internal)()
    if "Allow" in response.headers:
        error.headers["Allow"] = str(response.headers["Allow"])
    return problem_response(error, request_id(event))


def request_id(raw: Any) -> str:
    context = getattr(raw, "context", None) or {}
    found: str = context.get("requestId", "unknown")
    return found
