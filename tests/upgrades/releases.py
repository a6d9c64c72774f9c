"""The release before this version: its code, from its tag, or at least its schema.

The newest tag that is older than this version's number; at a release itself and before the next
number, the newest one. `TEST_RELEASE_BEFORE` names another commit. Where no tag can be read (a
shallow clone, an unpacked archive), its schema in `released` serves, and the last lines of a run
say so.
"""

import io
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app import __version__
from tests.support.forks import ROOT

CODE = ROOT / ".cache" / "releases"
SCHEMAS = Path(__file__).parent / "released"
GIVEN = "TEST_RELEASE_BEFORE"
WITHOUT_PROCESSES = "v1.9.0"
"""The last release whose processes have no rows."""


def before(versions: list[str], own: str) -> str | None:
    """Of some versions the release before `own`, None where there is none."""
    ordered = sorted(versions, key=_parts)
    older = [version for version in ordered if _parts(version) < _parts(own)]
    return next(reversed(older or ordered), None)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def code() -> tuple[str, Path] | None:
    """What the release before is called, and the folder of its code; None where there is no tag."""
    name = os.environ.get(GIVEN) or _tag()
    if name is None:
        return None
    folder = code_of(name)
    if folder is None:
        raise pytest.UsageError(f"{GIVEN}: there is no commit {name}")
    return name, folder


@cache
def code_of(name: str) -> Path | None:
    """The folder of the code that a tag or a commit has; None where that cannot be read."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    return _exported(CODE / commit, commit) if commit else None


def schema(make: str) -> tuple[str, Path]:
    """The version of the release before, of those whose schema is kept, and the SQL for a make."""
    kept = {path.name.removesuffix(f".{make}.sql"): path for path in SCHEMAS.glob(f"*.{make}.sql")}
    version = before([*kept], __version__)
    assert version is not None, f"no schema in {SCHEMAS}"
    return version, kept[version]


def _tag() -> str | None:
    tags = _git("tag", "--list", "--merged", "HEAD", "v*").decode().split()
    versions = [tag[1:] for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    version = before(versions, __version__)
    return version and f"v{version}"


def _git(*words: str) -> bytes:
    """What git says of this project, nothing where it is no clone."""
    if not (ROOT / ".git").exists():
        return b""
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True).stdout
    except FileNotFoundError:
        return b""


def _exported(folder: Path, commit: str) -> Path:
    """The app and its migrations as they are in a commit; made once, by whoever is first."""
    if not folder.exists():
        CODE.mkdir(parents=True, exist_ok=True)
        archive = _git("archive", "--format=tar", commit, "app", "migrations")
        with tempfile.TemporaryDirectory(dir=CODE) as draft:
            made = Path(draft) / "code"
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
                packed.extractall(made, filter="data")
            try:
                made.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
    return folder


NEEDED: dict[str, Callable[[], object | None]] = {
    "test_release_before.py": code,
    "test_rolling.py": lambda: code_of(WITHOUT_PROCESSES),
    "test_processes_beside.py": lambda: code_of(WITHOUT_PROCESSES),
}
"""The tests that need code of another version, and how it is found."""


class ReleaseBefore:
    """A pytest plugin: leaves out what needs code that is not here, and says what was tried."""

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        needed = NEEDED.get(collection_path.name)
        concerned = needed is not None and collection_path.parent == Path(__file__).parent
        return True if concerned and needed and needed() is None else None

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(summary_line())


def summary_line() -> str:
    """Which release the upgrades are tried from, and by what."""
    if (found := code()) is not None:
        return f"release before: the code of {found[0]}"
    version, _ = schema("sqlite")
    return f"release before: no tag can be read here; the schema of {version} was upgraded instead"
