"""Settings for a command: read, checked, and explained without ever showing a value."""

import tempfile
from pathlib import Path

import typer
from pydantic import ValidationError

from app.cli.failure import MISCONFIGURED, fail
from app.config import Settings, UnusableSecret
from app.files import in_the_way, make_folder
from app.oidc_settings import FIELD, setting_name
from app.secret_files import with_kept_secrets, with_local_secrets


def load_settings() -> Settings:
    """The settings of the environment and of `.env`.

    Ends the command with one line per problem, and code 2, when they are not valid.
    """
    problems = setting_problems()
    if not problems:
        return Settings()
    for problem in problems[:-1]:
        typer.echo(problem, err=True)
    fail(problems[-1], MISCONFIGURED)


def setting_problems() -> list[str]:
    """What is wrong with the settings, one line each; their values are left out."""
    try:
        Settings()
    except ValidationError as error:
        details = error.errors(include_input=False, include_context=False, include_url=False)
        return [_problem(detail["loc"], detail["msg"]) for detail in details]
    except UnicodeDecodeError:
        return [".env is not a UTF-8 text file"]
    except OSError as error:
        return [in_the_way(error)]
    return []


def with_secrets(settings: Settings, make: bool = True) -> Settings:
    """The settings with the secrets that are kept in files. Ends the command, code 2, when a secret
    cannot be used. Commands that only look do not create missing secrets."""
    try:
        return with_local_secrets(settings) if make else with_kept_secrets(settings)
    except UnusableSecret as error:
        fail(str(error), MISCONFIGURED)


def _problem(location: tuple[int | str, ...], text: str) -> str:
    name = str(location[0]).upper() if location else ""
    if len(location) > 1 and location[0] == FIELD:
        name = setting_name(*map(str, location[1:3]))
    plain = text.removeprefix("Value error, ")
    return f"{name}: {plain}" if name else plain


def data_dir_problem(settings: Settings) -> str | None:
    """Why `DATA_DIR` cannot be written, None when it can. Makes it when it is missing."""
    folder: Path = settings.data_dir
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"DATA_DIR {folder} cannot be written: {error.strerror}"


def require_data_dir(settings: Settings) -> None:
    """Create `DATA_DIR` if the settings use it. Ends the command when it cannot be written."""
    problem = None if settings.database_url else data_dir_problem(settings)
    if problem:
        fail(problem)
