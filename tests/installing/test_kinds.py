"""A server to be run gets what serving needs, work on the code gets all; in either order, what is
there stays there, and a second time nothing is asked for."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forks import ROOT

UV = """#!/usr/bin/env bash
# Says what it was asked for, and leaves what the scripts look at.
set -eu
[ "$*" != --version ] || exit 0
echo "$*" >>"$ASKED"
[ "${FAILS:-}" != uv ] || { echo "error: no network" >&2; exit 2; }
site=.venv/lib/python3.12/site-packages
mkdir -p .venv/bin $site
case $* in
  venv*) ln -s "$(type -P true)" .venv/bin/python ;;
  *"pip install"*)
    echo 'echo "chat-backend $*" >>"$ASKED"' >.venv/bin/chat-backend
    chmod +x .venv/bin/chat-backend
    ;;
  *requirements/dev.txt*)
    cp .venv/bin/python .venv/bin/pytest && mkdir -p $site/{fastapi,pytest}.dist-info ;;
  *) mkdir -p $site/fastapi.dist-info ;;
esac
"""
NPM = """#!/usr/bin/env bash
set -eu
echo "$*" >>"$ASKED"
case ${FAILS:-} in
  "") ;;
  uv) exec sleep 600 ;;
  ETARGET) case $* in *--prefer-offline*) echo "npm error code ETARGET" >&2; exit 1 ;; esac ;;
  *) echo "npm error $FAILS" >&2; exit 1 ;;
esac
mkdir -p node_modules
case $* in
  *--omit=dev*) echo '{}' >node_modules/.package-lock.json ;;
  *) echo '"dev": true' >node_modules/.package-lock.json ;;
esac
"""
SERVE = "requirements/base.txt requirements/local.txt requirements/build.txt"
DEV = "requirements/dev.txt"


class Clone:
    """A clone with what the scripts read, on a machine whose uv and npm say what they do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self._tools = folder / "tools"
        self._asked = folder / "asked"
        for name in ("scripts", "requirements"):
            shutil.copytree(ROOT / name, self.folder / name)
        (self.folder / "app").mkdir()
        (self.folder / "frontend").mkdir()
        for name in ("pyproject.toml", "app/__init__.py", "frontend/package-lock.json"):
            shutil.copy(ROOT / name, self.folder / name)
        self._tools.mkdir()
        for name, program in (("uv", UV), ("npm", NPM)):
            (self._tools / name).write_text(program)
            (self._tools / name).chmod(0o755)

    def run(self, command: str, fails: str = "") -> tuple[int, list[str], str]:
        """The exit status of a script, what it asked of uv and npm, and what it said."""
        self._asked.write_text("")
        own = {"ASKED": str(self._asked), "FAILS": fails, "PYTHON": sys.executable}
        path = f"{self._tools}{os.pathsep}{os.environ['PATH']}"
        ended = subprocess.run(
            ["bash", "-c", f"scripts/{command}"],
            cwd=self.folder,
            env=os.environ | own | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return ended.returncode, self._asked.read_text().splitlines(), ended.stderr

    def synced(self, command: str) -> list[str]:
        """The lock files that .venv was made to hold, one after the other."""
        status, asked, said = self.run(command)
        assert status == 0, said
        return [line[line.index("requirements/") :] for line in asked if "pip sync" in line]

    def change(self, name: str) -> None:
        """What a `git pull` does."""
        with (self.folder / name).open("a") as file:
            file.write("# renewed\n")
        os.utime(self.folder / name, (2**31, 2**31))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_running_first_then_working(clone: Clone) -> None:
    assert clone.synced("setup serve") == [SERVE]
    assert clone.run("setup serve")[1] == []
    assert clone.synced("setup") == [DEV]
    assert clone.run("setup")[1] == clone.run("setup serve")[1] == []


def test_working_first_then_running(clone: Clone) -> None:
    assert clone.synced("setup") == [DEV]
    assert clone.run("setup serve")[1] == clone.run("setup")[1] == []


@pytest.mark.parametrize(("kind", "lock"), [("serve", SERVE), ("", DEV)])
def test_renewed_locks_take_nothing_away(clone: Clone, kind: str, lock: str) -> None:
    clone.synced(f"setup {kind}")
    for changed in ("requirements/base.txt", "requirements/dev.txt"):
        clone.change(changed)
    assert clone.synced("setup serve") == [lock]


def test_only_work_on_the_code_is_compiled_whole(clone: Clone) -> None:
    """It starts many processes; a server is one, which loads a quarter of what is there."""
    for kind, compiled in (("serve", False), ("", True)):
        _, asked, _ = clone.run(f"setup {kind}")
        (sync,) = [line for line in asked if "pip sync" in line]
        assert (" --compile-bytecode " in sync) is compiled
        assert " --require-hashes " in sync


def test_what_a_server_loads_is_there() -> None:
    """One wrong name, and nothing after it is compiled."""
    lines = re.findall(r"^loaded=([^\s#]+)", (ROOT / "scripts" / "setup").read_text(), re.M)
    names = ",".join(lines).split(",")
    assert "app.main" in names
    for name in names:
        if name != "$loaded":
            importlib.import_module(name)


def test_what_failed_is_done_again(clone: Clone) -> None:
    clone.run("setup serve")
    clone.change("pyproject.toml")
    status, _, said = clone.run("setup serve", fails="uv")
    assert status != 0 and "error: no network" in said
    assert clone.synced("setup serve") == [SERVE]


def test_without_its_packages_nothing_is_served(clone: Clone) -> None:
    """The page's packages are on their way meanwhile: they are not waited for."""
    (clone.folder / "frontend" / "package.json").touch()
    status, asked, said = clone.run("run", fails="uv")
    assert status != 0 and "error: no network" in said
    assert "page was not built" not in said and not any("serve" in line for line in asked)


def test_without_the_page_the_api_is_served(clone: Clone) -> None:
    (clone.folder / "frontend" / "package.json").touch()
    status, asked, said = clone.run("run", fails="code ENOTFOUND")
    assert status == 0 and asked[-1] == "chat-backend serve --local-model"
    assert "The web page was not built; the API works without it\n" in said


def npm(asked: list[str]) -> list[str]:
    """Whether npm was asked for all packages or for those of the build, and whether first of all
    from what it keeps."""
    kinds = {"--omit=dev": "build", "--include=dev": "all"}
    return [
        kinds[next(word for word in line.split() if word in kinds)]
        + (", kept" if "--prefer-offline" in line else "")
        for line in asked
        if line.startswith("ci ")
    ]


def test_building_the_page_first_then_trying_it(clone: Clone) -> None:
    assert npm(clone.run("setup-page build")[1]) == ["build, kept"]
    assert npm(clone.run("setup-page build")[1]) == []
    assert npm(clone.run("setup-page")[1]) == ["all, kept"]
    assert clone.run("setup-page")[1] == clone.run("setup-page build")[1] == []
    clone.change("frontend/package-lock.json")
    assert npm(clone.run("setup-page build")[1]) == ["all, kept"]


@pytest.mark.parametrize(
    ("fails", "status", "asked"),
    [("ETARGET", 0, ["build, kept", "build"]), ("code ENOTFOUND", 1, ["build, kept"])],
)
def test_what_npm_keeps_may_be_older_than_the_lock(
    clone: Clone, fails: str, status: int, asked: list[str]
) -> None:
    ended, did, said = clone.run("setup-page build", fails)
    assert (ended, npm(did)) == (status, asked)
    assert ("npm error" in said) is (status != 0)


def test_what_is_run_needs_no_more_than_its_lock() -> None:
    """The locks are cut from one cloth: going from one kind to the other changes no version."""

    def versions(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split()[0] for line in lines if "==" in line}

    assert versions("base") | versions("local") | versions("build") <= versions("dev")
