"""Every failure as an answer of one shape, whoever found it."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from app.connections.request import request_state
from app.errors import (
    AppError,
    BodyTooLarge,
    DatabaseUnavailable,
    FieldMissing,
    InvalidInput,
    InvalidToken,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    RequestTimeout,
    SecondFactorRequired,
    program_error,
    program_headers,
    program_status,
)
from app.logs import log
from app.not_found_page import POLICY, not_found_page
from app.state import app_state
from app.utils.language import preferred_language
from app.utils.validation import invalid_input

BY_STATUS: dict[int, type[AppError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    408: RequestTimeout,
    413: BodyTooLarge,
}


def is_program_request(scope: Scope) -> bool:
    """Whether it is for the API of programs, which are answered in OpenAI's shape."""
    path: str = scope["path"]
    return path == "/v1" or path.startswith("/v1/")


def is_page_request(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, as it does for an address that was entered."""
    accepted = Headers(scope=scope).get("accept", "")
    return scope.get("method") in ("GET", "HEAD") and "text/html" in accepted


def told_program(scope: Scope, error: AppError) -> dict[str, object]:
    """A failure as a program reads it: in English, unless it asks for another language."""
    accepted = Headers(scope=scope).get("accept-language")
    return program_error(error, preferred_language(accepted or "en"))


def error_response(scope: Scope, error: AppError) -> Response:
    """The answer for a failure, in the client's language; a page where a browser finds none."""
    if is_program_request(scope):
        told = told_program(scope, error)
        return JSONResponse(told, program_status(error), program_headers(error))
    accepted = Headers(scope=scope).get("accept-language")
    language = preferred_language(accepted)
    if isinstance(error, NotFound) and is_page_request(scope):
        page = not_found_page(language, scope.get("root_path", ""))
        headers = {"Content-Security-Policy": POLICY, "Vary": "Accept, Accept-Language"}
        return HTMLResponse(page, error.status, headers)
    if isinstance(error, FieldMissing):
        error = invalid_input([{"type": "missing", "loc": (error.field,)}], language)
    body: dict[str, object] = {"detail": error.text(language), "code": error.code}
    if error.reason is not None:
        body["reason"] = error.reason
    if isinstance(error, SecondFactorRequired):
        body["second_factor"] = error.ticket
        body["second_factor_kinds"] = error.kinds
    if isinstance(error, InvalidInput) and error.fields:
        body["fields"] = [{"field": field, "message": told} for field, told in error.fields]
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def note(scope: Scope, error: AppError) -> None:
    """Report a refusal to the audit log, which records some of them, and a session that has ended
    to the budgets."""
    state = app_state(scope)
    state.services.audit.refused(error, request_state(scope).user_id)
    if isinstance(error, InvalidToken) and error.session_id is not None:
        state.rate_limits.remember_ended(error.session_id)


def install_error_handlers(app: FastAPI) -> None:
    """Answer every failure in the one shape."""
    app.add_exception_handler(AppError, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(SQLAlchemyError, _database)


async def _own(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    note(request.scope, error)
    return error_response(request.scope, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    findings = error.errors()
    if any(finding["type"] == "json_invalid" for finding in findings):
        return error_response(request.scope, MalformedJson())
    language = preferred_language(request.headers.get("accept-language"))
    return error_response(request.scope, invalid_input(findings, language))


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    own = BY_STATUS.get(error.status_code)
    if own is None:  # the framework could not read the body
        own = MalformedJson if error.status_code == 400 else InvalidInput
        return error_response(request.scope, own(where="?"))
    response = error_response(request.scope, own())
    response.headers.update(error.headers or {})  # 405 names the methods there are in `Allow`
    return response


async def _database(request: Request, error: Exception) -> Response:
    log.error("database_error", cause=type(error).__name__)
    return error_response(request.scope, DatabaseUnavailable())
