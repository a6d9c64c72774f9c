"""The secrets that nobody set: made on first start, and kept in files of `DATA_DIR`."""

import base64
import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from app.config import KEPT_SECRETS, Settings, UnusableSecret, check_secret
from app.files import in_the_way, make_folder, open_lock


def with_local_secrets(settings: Settings) -> Settings:
    """Settings whose missing secrets come from files in `DATA_DIR`, mode 0600, made when absent.

    Raises UnusableSecret when a file cannot be read or does not hold what could be set.
    """
    return _with_missing(settings, _kept)


def with_kept_secrets(settings: Settings) -> Settings:
    """The same for commands that only look: no file is made; a missing secret stays empty."""
    return _with_missing(settings, _found)


def _with_missing(settings: Settings, secret_of: Callable[[str, Path], str]) -> Settings:
    missing = [name for name in KEPT_SECRETS if not getattr(settings, name).get_secret_value()]
    found = {name: SecretStr(secret_of(name, settings.data_dir / name)) for name in missing}
    return settings.model_copy(update=found)


def read_secret(name: str, path: Path) -> str:
    """The secret of the setting `name` that lies in a file. Raises UnusableSecret and OSError."""
    try:
        value = path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise UnusableSecret(f"{path} is not a UTF-8 text file") from None
    check_secret(name, value, where=str(path))
    return value


def _kept(name: str, path: Path) -> str:
    """The secret in a file; the first process creates it, all others read it.

    By a lock and a rename: not every file system has hard links.
    """
    try:
        make_folder(path.parent)
        if not path.exists():
            with open_lock(path.with_name(f".{path.name}.lock")) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists():
                    _make_secret(path)
        return read_secret(name, path)
    except OSError as error:
        raise UnusableSecret(in_the_way(error, path)) from error


def _found(name: str, path: Path) -> str:
    try:
        return read_secret(name, path) if path.exists() else ""
    except OSError as error:
        raise UnusableSecret(in_the_way(error, path)) from error


def _make_secret(path: Path) -> None:
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
