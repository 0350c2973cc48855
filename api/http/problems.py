"""Errors as RFC 9457 problem details: what went wrong, and which field of the request is at fault."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from core.errors import ConflictError, InputError, StaleError, StorageError

MEDIA_TYPE = "application/problem+json"
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

_log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One field of the request, or one part of the installation, and what is wrong with it."""

    field: str
    cause: str


class Problem(BaseModel):
    """https://www.rfc-editor.org/rfc/rfc9457"""

    type: str = "about:blank"
    title: str = Field(description="the meaning of the status")
    status: int
    detail: str = Field(description="one line for people")
    errors: list[Fault] = []


class ProblemError(HTTPException):
    """An error with a type that the app recognises."""

    def __init__(self, status: int, kind: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)
        self.kind = kind


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Says in the OpenAPI document that these statuses carry a problem."""
    return {int(status): {"model": Problem, **one} for status, one in openapi_responses(*statuses).items()}


def openapi_responses(*statuses: int) -> dict[str, dict[str, Any]]:
    """Answers that carry a problem, as the OpenAPI document has them."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def response(
    status: int, detail: str, errors: Sequence[Fault] = (), headers: Any = None, kind: str = "about:blank"
) -> JSONResponse:
    """A problem as an answer."""
    problem = Problem(type=kind, title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(problem.model_dump(mode="json"), status, headers, MEDIA_TYPE)


async def response_to(request: Request, error: HTTPException | RequestValidationError | StorageError) -> JSONResponse:
    """What is answered to an error of a request."""
    if isinstance(error, StorageError):
        return await _storage(request, error)
    return _invalid_response(error) if isinstance(error, RequestValidationError) else _http_response(request, error)


def wrong_field(name: str, cause: str) -> RequestValidationError:
    """What a request is told of which one field of the body cannot be, for a cause that its schema does not know."""
    return RequestValidationError([{"loc": ("body", name), "type": "value_error", "msg": cause}])


def install(app: FastAPI) -> None:
    """Makes every error of the application a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(InputError, _refused)
    app.add_exception_handler(StorageError, _storage)
    app.add_exception_handler(Exception, _unexpected)
    _describe(app)


def _describe(app: FastAPI) -> None:
    """Any body may be no text at all (400), or too large (413). And FastAPI lists each model under application/json
    too, as which no problem is sent."""
    document_of = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of()
        for operation in (one for path in document["paths"].values() for one in path.values()):
            if "requestBody" in operation:
                answers = {**openapi_responses(400, 413), **operation["responses"]}
                operation["responses"] = dict(sorted(answers.items()))
            for answer in operation["responses"].values():
                if MEDIA_TYPE in answer.get("content", {}):
                    answer["content"].pop("application/json", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's signature is wider
    return _http_response(request, error)


def _http_response(request: Request, error: HTTPException) -> JSONResponse:
    kind = error.kind if isinstance(error, ProblemError) else "about:blank"
    # Starlette names the methods of the first operation at that address alone.
    is_wrong_method = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    headers = {"Allow": ", ".join(_methods(request))} if is_wrong_method else error.headers
    return response(error.status_code, error.detail, headers=headers, kind=kind)


def _methods(request: Request) -> list[str]:
    """The methods that are answered at the request's address."""

    def is_there(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)

    return [method for method in METHODS if is_there(method)]


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette's signature is wider
    return _invalid_response(error)


def _invalid_response(error: RequestValidationError) -> JSONResponse:
    faults = [Fault(field=".".join(str(part) for part in one["loc"][1:]), cause=_cause(one)) for one in error.errors()]
    detail = "; ".join(f"{fault.field}: {fault.cause}" for fault in faults)
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """What the request's content breaks; the text may begin with the field: `name: cause`."""
    field, _separator, cause = str(error).partition(": ")
    faults = [Fault(field=field, cause=cause)] if cause and field.isidentifier() else []
    statuses: dict[type[Exception], HTTPStatus] = {
        StaleError: HTTPStatus.PRECONDITION_FAILED,
        ConflictError: HTTPStatus.CONFLICT,
    }
    return response(statuses.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), str(error), faults)


async def _storage(_: Request, error: Exception) -> JSONResponse:
    _log.warning("%s", error)
    return response(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    # The server logs the error itself; its text may hold what callers must not see.
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, f"an unexpected {type(error).__name__}; the server's log has it")


def _cause(error: dict[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a parameter of this request"
    return str(error["msg"]).removeprefix("Value error, ")
