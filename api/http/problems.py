"""Errors as RFC 9457 problem details: what went wrong, and which field of the request is at fault."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from core.errors import ConflictError, InputError, StaleError, StorageError
from core.invalid_values import message_of_invalid
from core.messages import FIELD, Message, is_worded, message_of, read

MEDIA_TYPE = "application/problem+json"
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

_log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One field of the request, or one part of the installation, and what is wrong with it."""

    field: str
    pointer: str = Field(description="the field as a JSON pointer (RFC 6901) into the body; empty for none")
    code: str
    params: dict[str, Any] = {}
    cause: str = Field(description="the code's words in English")

    @classmethod
    def of(cls, field: str, cause: str) -> Self:
        """What is wrong with a field, by its path with points."""
        message = message_of(cause)
        pointer = (
            "".join(f"/{part.replace('~', '~0')}" for part in field.replace("/", "~1").split(".")) if field else ""
        )
        return cls(field=field, pointer=pointer, cause=message, **message.plain())


class Problem(BaseModel):
    """https://www.rfc-editor.org/rfc/rfc9457"""

    type: str = "about:blank"
    title: str = Field(description="the meaning of the status")
    status: int
    detail: str = Field(description="one line for people, in English")
    code: str = Field(description="what went wrong, for programs; docs/errors.md lists all codes")
    params: dict[str, Any] = Field(default={}, description="what the words of the code leave open")
    errors: list[Fault] = []


class ProblemError(HTTPException):
    """A refusal with its status and its message.

    Args:
        kind: a URN by which a page recognises what it has to do; most need none.
    """

    def __init__(
        self,
        status: int,
        code: str,
        /,
        *,
        kind: str = "about:blank",
        headers: dict[str, str] | None = None,
        **params: object,
    ) -> None:
        self.message = code if isinstance(code, Message) else Message(code, **params)
        super().__init__(status, self.message, headers)
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
    title, message = HTTPStatus(status).phrase, message_of(detail)
    problem = Problem(type=kind, title=title, status=status, detail=message, errors=list(errors), **message.plain())
    return JSONResponse(problem.model_dump(mode="json"), status, headers, MEDIA_TYPE)


def invalid(faults: Sequence[Fault]) -> JSONResponse:
    """The answer to a request with fields that cannot be: each of them, and all in one line."""
    causes = [
        Message("api.invalid_field", field=fault.field, cause=read({"code": fault.code, "params": fault.params}))
        for fault in faults
    ]
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, Message("api.invalid_request", causes=causes), faults)


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
    return response(error.status_code, _detail(error), headers=headers, kind=kind)


def _detail(error: HTTPException) -> Message:
    if isinstance(error, ProblemError):
        return error.message
    code = f"api.http_{error.status_code}"  # what the framework itself refuses
    return Message(code) if is_worded(code) else message_of(error.detail)


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
    faults = [Fault.of(".".join(str(part) for part in one["loc"][1:]), _cause(one)) for one in error.errors()]
    return invalid(faults)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """What the request's content breaks."""
    message = message_of(error)
    field = message.params.get(FIELD)
    faults = [Fault.of(str(field), message.without_field())] if field else []
    statuses: dict[type[Exception], HTTPStatus] = {
        StaleError: HTTPStatus.PRECONDITION_FAILED,
        ConflictError: HTTPStatus.CONFLICT,
    }
    return response(statuses.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY), message, faults)


async def _storage(_: Request, error: Exception) -> JSONResponse:
    _log.warning("%s", error)
    return response(HTTPStatus.SERVICE_UNAVAILABLE, message_of(error))


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    # The server logs the error itself; its text may hold what callers must not see.
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, Message("api.unexpected_error", name=type(error).__name__))


def _cause(error: dict[str, Any]) -> Message:
    return Message("api.unknown_parameter") if error["type"] == "extra_forbidden" else message_of_invalid(error)
