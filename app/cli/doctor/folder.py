"""Checks of `DATA_DIR` and of the secrets in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from app.cli.configuration import data_dir_problem
from app.cli.doctor.check import Check
from app.config import SECRET_KEY_MIN_BYTES, Settings, fernet_key

MOUNTS = Path("/proc/self/mounts")
NETWORK_TYPES = ("nfs", "cifs", "smb", "9p", "ceph", "gluster", "lustre", "afs", "fuse.sshfs")
FULL_BYTES = 100_000_000
NEARLY_FULL_BYTES = 1_000_000_000


def check_data_dir(settings: Settings) -> Iterator[Check]:
    """Whether the folder can be written, has room, and lies on a disk of this machine."""
    if settings.database_url:
        yield Check("DATA_DIR", True, "not used: DATABASE_URL is set")
        return
    problem = data_dir_problem(settings)
    if problem:
        advice = "let the server's user write there, or set DATA_DIR"
        yield Check("DATA_DIR", False, problem, advice)
        return
    yield Check("DATA_DIR", True, f"{settings.data_dir.resolve()}, writable")
    yield _check_space(settings.data_dir)
    yield _check_disk(settings.data_dir)


def check_secrets(settings: Settings) -> Iterator[Check]:
    """Whether `SECRET_KEY` and `ENCRYPTION_KEY` are there, sound, and readable by us alone."""
    for name in ("secret_key", "encryption_key"):
        if getattr(settings, name).get_secret_value():
            yield Check(name.upper(), True, "set")
        else:
            yield _check_kept(name.upper(), settings.data_dir / name)


def _check_kept(name: str, path: Path) -> Check:
    try:
        text = path.read_text().strip()
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return Check(name, True, "made on first start")
    except OSError as error:
        return Check(name, False, f"{path}: {error.strerror}", "let the server's user read it")
    if not _sound(name, text):
        return Check(name, False, f"{path} is damaged", "restore the file from a backup")
    if mode & 0o077:
        return Check(name, False, f"{path} is open to others", f"chmod 600 {path}")
    return Check(name, True, f"kept in {path}")


def _sound(name: str, text: str) -> bool:
    if name == "SECRET_KEY":
        return len(text.encode()) >= SECRET_KEY_MIN_BYTES
    try:
        return all(fernet_key(key.strip()) for key in text.split(","))
    except ValueError:
        return False


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
