"""A wheel holds the web page and the version that the app says; without the page there is none."""

import email
import shutil
import zipfile
from pathlib import Path

import pytest

from app import __version__
from tests.packaging.wheel import ROOT, build

SOURCES = ("app", "migrations", "pyproject.toml", "README.md", "LICENSE", "scripts/hatch_build.py")
PAGE = {"index.html": b"<!doctype html>", "assets/icon.svg": b"<svg/>"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What a wheel is made of, without the page."""
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_without_the_page_there_is_no_wheel_and_one_line_says_why(project: Path) -> None:
    ended = build(project, project / "dist")
    assert ended.returncode == 1
    said = (ended.stdout + ended.stderr).splitlines()
    assert said == [
        "The web page is not built, and a wheel has it: run `make wheel` (needs Node.js)"
    ]
    assert not list(project.glob("dist/*"))


def test_the_wheel_carries_the_page_and_the_version(project: Path) -> None:
    for name, content in PAGE.items():
        file = project / "frontend" / "dist" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert build(project, project / "dist").returncode == 0
    (made,) = project.glob("dist/*")
    assert made.name == f"chat_backend-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        about = archive.read(f"chat_backend-{__version__}.dist-info/METADATA").decode()
    assert {f"app/page/{name}" for name in PAGE} <= names
    assert "app/main.py" in names and not any("frontend" in name for name in names)
    assert email.message_from_string(about)["Version"] == __version__


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = [line for line in changelog.splitlines() if line.startswith("## [")]
    released = [line for line in versions if line != "## [Unreleased]"]
    assert released[0].startswith(f"## [{__version__}] - 20")
    assert versions in (released, ["## [Unreleased]", *released])
