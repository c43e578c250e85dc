"""What each error looks like on the wire: problems, rejections and error messages are made here only.

HTTP answers and refused handshakes are RFC 9457 problems. What is not one of ``services.errors`` or of the
framework's is answered in general words with a correlation id; ``adapters.web.observing`` logs it under
that id, once.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Scope

from adapters.web.messages import ErrorMessage, Rejected
from services.errors import (
    AuthenticationError,
    Conflict,
    FieldError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Refused,
    TooMuch,
    Unavailable,
)
from services.ports.metrics import Metrics
from services.tools.tool import InvalidArguments

CORRELATION = "soledoor.correlation_id"
INTERNAL = "Something went wrong on our side. Tell the operator the correlation id."
_MOST_ERRORS, _LONGEST_NAME = 20, 100
_STATUS: Mapping[type[Refused], int] = {
    AuthenticationError: 401,
    PermissionDenied: 403,
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 422,
    TooMuch: 429,
    Unavailable: 503,
}
_CODES = {404: "not_found", 405: "method_not_allowed"}


class HTTPRefusal(HTTPException):
    """A refusal that only HTTP knows: a bad Host, a foreign origin, a body too large or broken."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()) -> None:
        self.code, self.errors = code, errors
        super().__init__(status, detail)


class InvalidMessage(Exception):
    """A socket message that cannot be used; counts against the budget of its socket."""

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        self.code, self.detail, self.field = code, detail, field
        super().__init__(code, detail, field)


def correlation_id(scope: Scope) -> str:
    """Return the id under which this request or socket is logged."""
    return str(scope.get(CORRELATION, ""))


def problem(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    errors: Iterable[FieldError] = (),
    retry_after_s: float | None = None,
) -> Response:
    """Return the problem; it also serves as the denial of a WebSocket handshake."""
    body: dict[str, Any] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "correlation_id": correlation_id(scope),
    }
    if listed := [{"field": error.field, "message": error.message} for error in errors]:
        body["errors"] = listed
    headers = {} if retry_after_s is None else {"retry-after": str(max(1, math.ceil(retry_after_s)))}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def refusal(scope: Scope, error: Refused) -> Response:
    """Return the problem for a refused request."""
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
    return problem(scope, status, error.code, error.detail, error.errors, error.retry_after_s)


def http_refusal(scope: Scope, error: HTTPException) -> Response:
    """Return the problem for what the framework or ``HTTPRefusal`` refuses."""
    code = getattr(error, "code", None) or _CODES.get(error.status_code, "http_error")
    response = problem(scope, error.status_code, code, str(error.detail), getattr(error, "errors", ()))
    response.headers.update(error.headers or {})
    return response


def internal(scope: Scope) -> Response:
    """Return the problem for an error that nobody expected."""
    return problem(scope, 500, "internal", INTERNAL)


def rejected(message_id: str, error: Refused) -> Rejected:
    """Return the answer to a ``user_message`` that was not taken."""
    return Rejected(
        message_id=message_id, code=error.code, detail=str(error), retry_after_s=error.retry_after_s
    )


def error_message(error: Refused | InvalidMessage) -> ErrorMessage:
    """Return the answer to any other message that was not taken."""
    if isinstance(error, InvalidMessage):
        return ErrorMessage(code=error.code, detail=error.detail, field=error.field)
    return ErrorMessage(code=error.code, detail=str(error))


def invalid_message(error: ValidationError) -> InvalidMessage:
    """Return what is wrong with a socket message: the first wrong field, or its type."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"].startswith(("union_tag", "model_")):
        return InvalidMessage("unknown_type", "the message must be an object with a known type", "type")
    field = _field(first["loc"][1:])
    return InvalidMessage("invalid_message", _message(first), field or None)


def field_errors(error: ValidationError | RequestValidationError) -> list[FieldError]:
    """Return what is wrong with each field, without any value."""
    found = error.errors() if isinstance(error, RequestValidationError) else error.errors(include_url=False)
    return [FieldError(_field(item["loc"][1:]) or "body", _message(item)) for item in found[:_MOST_ERRORS]]


def install(app: FastAPI, metrics: Metrics) -> None:
    """Make the application answer with problems only."""

    async def refused(conn: HTTPConnection, error: Exception) -> Response:
        assert isinstance(error, Refused)
        metrics.refused(error.code)
        return refusal(conn.scope, error)

    async def arguments(conn: HTTPConnection, error: Exception) -> Response:
        assert isinstance(error, InvalidArguments)
        return problem(
            conn.scope, 422, "invalid_arguments", "The arguments do not fit the tool.", error.errors
        )

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(InvalidArguments, arguments)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_refusal(request.scope, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # An id that cannot exist is answered like one that does not.
    if any(item["loc"][0] == "path" for item in error.errors()):
        return refusal(request.scope, NotFound("There is nothing here under that id."))
    detail = "The request is not valid: see errors."
    return problem(request.scope, 422, InvalidInput.code, detail, field_errors(error))


def _field(location: Sequence[Any]) -> str:
    return ".".join(str(part)[:_LONGEST_NAME] for part in location)[: 2 * _LONGEST_NAME]


def _message(item: Any) -> str:
    match item["type"]:
        case "extra_forbidden":
            return "unknown field: leave it out"
        case "missing":
            return "is missing"
    return str(item["msg"]).removeprefix("Value error, ")
