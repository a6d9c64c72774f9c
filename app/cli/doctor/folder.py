"""Checks of `DATA_DIR` and of the secrets in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values

from app.cli.configuration import data_dir_problem
from app.cli.doctor.check import Check
from app.config import KEPT_SECRETS, Settings, UnusableSecret
from app.secret_files import read_secret

MOUNTS = Path("/proc/self/mounts")
NETWORK_TYPES = ("nfs", "cifs", "smb", "9p", "ceph", "gluster", "lustre", "afs", "fuse.sshfs")
ENV_FILE = Path(".env")
SECRETS = {"SECRET_KEY", "ENCRYPTION_KEY", "DEFAULT_API_KEY", "DATABASE_URL", "METRICS_TOKEN"}
DISTINCT_CHARACTERS_MIN = 8
"""Distinct characters below which a key looks typed. The text of 32 random bytes, in base64 or
hexadecimal, has at least 11, save once in a million times."""
FULL_BYTES = 100_000_000
NEARLY_FULL_BYTES = 1_000_000_000


def check_data_dir(settings: Settings) -> Iterator[Check]:
    """Whether the folder can be written, has room, and lies on a disk of this machine."""
    if settings.database_url and not settings.backup_every:
        yield Check("DATA_DIR", True, "not used: DATABASE_URL is set")
        return
    problem = data_dir_problem(settings)
    if problem:
        advice = "let the server's user write there, or set DATA_DIR"
        yield Check("DATA_DIR", False, problem, advice)
        return
    yield Check("DATA_DIR", True, f"{settings.data_dir.resolve()}, writable")
    yield _check_space(settings.data_dir)
    if not settings.database_url:
        yield _check_disk(settings.data_dir)


def check_readers(settings: Settings) -> Iterator[Check]:
    """A warning when other users of this machine can read the messages and password hashes."""
    file = Path(settings.database.database or "")
    if settings.database.get_backend_name() != "sqlite" or not _is_open(file.parent):
        return
    # The folder named by DATABASE_URL may hold other things; DATA_DIR is ours alone.
    mend = {} if settings.database_url else {file.parent: f"chmod 700 {file.parent}"}
    if _is_open(file):
        mend[file] = f"chmod 600 {file}*"
    if mend:
        found = ", ".join(str(path) for path in mend)
        yield Check("Readers", True, f"open to others: {found}", "; ".join(mend.values()))


def check_secrets(settings: Settings) -> Iterator[Check]:
    """Whether `SECRET_KEY` and `ENCRYPTION_KEY` are there, strong, and readable by us alone."""
    for name in KEPT_SECRETS:
        if value := getattr(settings, name).get_secret_value():
            yield _check_strength(name.upper(), value)
        else:
            yield _check_kept(name, settings.data_dir / name)
    if _is_open(ENV_FILE) and SECRETS & {k for k, v in dotenv_values(ENV_FILE).items() if v}:
        yield Check(".env", False, "has secrets and is open to others", "chmod 600 .env")


def _is_open(path: Path) -> bool:
    return path.exists() and path.stat().st_mode & 0o077 != 0


def _check_strength(name: str, value: str) -> Check:
    """A key that somebody typed can be guessed: RFC 4086, section 3."""
    if len(set(value)) >= DISTINCT_CHARACTERS_MIN:
        return Check(name, True, "set")
    advice = "make another one: openssl rand -base64 32"
    if name == "ENCRYPTION_KEY":
        advice += "; ENCRYPTION_KEY=new,old, then chat-backend rotate-keys"
    return Check(name, False, "too regular to be random", advice)


def _check_kept(setting: str, path: Path) -> Check:
    name = setting.upper()
    try:
        read_secret(setting, path)
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return Check(name, True, "made on first start")
    except UnusableSecret:
        return Check(name, False, f"{path} is damaged", "restore the file from a backup")
    except OSError as error:
        return Check(name, False, f"{path}: {error.strerror}", "let the server's user read it")
    if mode & 0o077:
        return Check(name, False, f"{path} is open to others", f"chmod 600 {path}")
    return Check(name, True, f"kept in {path}")


def _check_space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    advice = "make room, or move DATA_DIR" if free < NEARLY_FULL_BYTES else ""
    return Check("Free space", free >= FULL_BYTES, f"{free / 1e9:.1f} GB", advice)


def _check_disk(folder: Path) -> Check:
    kind = _file_system(folder.resolve())
    if kind.startswith(NETWORK_TYPES):
        # https://www.sqlite.org/wal.html: WAL does not work over a network filesystem.
        advice = "move DATA_DIR to a local disk, or use MySQL"
        return Check("Disk", False, f"network file system {kind}", advice)
    return Check("Disk", True, kind or "kind of file system unknown")


def _file_system(folder: Path) -> str:
    """The type of the mount that holds `folder`; empty where the system does not tell."""
    if not MOUNTS.exists():
        return ""
    mounts = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    holding = [(point, kind) for point, kind in mounts if folder.is_relative_to(point)]
    return max(holding, key=lambda mount: len(mount[0]), default=("", ""))[1]
