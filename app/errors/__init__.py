"""Every failure a client can meet, as one tree: status, stable code, plain words in two languages.

HTTP answers `{"detail": text, "code": code}`; a socket sends the same two as an `error` event.
"""

# ruff: noqa: F403 - every error is imported from here, whichever part it stands in

from app.errors.admin import *
from app.errors.base import AppError as AppError
from app.errors.base import Language as Language
from app.errors.factors import *
from app.errors.files import *
from app.errors.groups import *
from app.errors.imports import *
from app.errors.missing import *
from app.errors.oidc import *
from app.errors.passkeys import *
from app.errors.programs import *
from app.errors.registration import *
from app.errors.reply import *
from app.errors.reply import Interrupted
from app.errors.request import *
from app.errors.server import *
from app.errors.sharing import *


def error_by_code(code: str, reason: str | None = None) -> AppError:
    """The error that a stored code names; `Interrupted` for one that no longer exists."""
    error = _BY_CODE.get(code, Interrupted)()
    error.reason = reason
    return error


def _tree(root: type[AppError]) -> dict[str, type[AppError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


_BY_CODE = _tree(AppError)
