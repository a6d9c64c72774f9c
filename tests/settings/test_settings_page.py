"""docs/settings*.md are what the settings are, each with words in both languages."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.config import Settings
from app.oidc_settings import FIELD, OidcProvider

ROOT = Path(__file__).parent.parent.parent
SCRIPT = "scripts/generate_settings.py"
WORDS = "docs/settings.toml"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGES = ("docs/settings.md", "docs/settings.zh-CN.md")


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script, in a copy of this project."""
    program = [sys.executable, str(root / SCRIPT), *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=60)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The script with its words and its pages."""
    for name in (SCRIPT, WORDS, *PAGES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_committed_pages_are_up_to_date() -> None:
    assert generate(ROOT, "--check").returncode == 0, "run `make settings`"


def test_every_setting_has_words_in_both_languages() -> None:
    groups = tomllib.loads((ROOT / WORDS).read_text("utf-8"))["group"]
    words = {name: said for group in groups for name, said in group["setting"].items()}
    its = {f"oidc_<slug>_{name}" for name in OidcProvider.model_fields}
    assert words.keys() == Settings.model_fields.keys() - {FIELD} | its
    spoken = [*groups, *words.values(), *(w["default"] for w in words.values() if "default" in w)]
    for said in spoken:
        assert said["en"] and not CHINESE.search(said["en"]), said
        assert CHINESE.search(said["zh"]), said


def test_drift_is_noticed_and_mended(copy: Path) -> None:
    for name in PAGES:
        page = copy / name
        committed = page.read_bytes()
        page.write_bytes(committed.replace(b"8000", b"80"))
        assert generate(copy, "--check").returncode == 1
        assert generate(copy).returncode == 0
        assert page.read_bytes() == committed


def test_a_setting_without_words_and_words_without_a_setting_are_told(copy: Path) -> None:
    words = (copy / WORDS).read_text("utf-8")
    (copy / WORDS).write_text(words.replace("setting.drain_seconds", "setting.drained"), "utf-8")
    ended = generate(copy, "--check")
    assert ended.returncode == 1 and "drained" in ended.stderr
    without = words.replace("[group.setting.drain_seconds]", "[group.unused]")
    (copy / WORDS).write_text(without, "utf-8")
    ended = generate(copy, "--check")
    assert ended.returncode == 1 and "no words about drain_seconds" in ended.stderr


def test_kinds_bounds_and_defaults_are_told() -> None:
    page = (ROOT / PAGES[0]).read_text("utf-8")
    for row in (
        "| `PORT` | whole number, 0 or more, at most 65,535 | 8000 |",
        "| `DRAIN_SECONDS` | seconds, more than 0, at most 86,400 | 5 |",
        "| `SMTP_TLS` | `starttls` or `tls` or `none` | `starttls` |",
        "| `ALLOWED_HOSTS` | list | `*` |",
        "| `FORCE_HTTPS` | `true` or `false` | `false` |",
        "| `SECRET_KEY` | secret | made on first start |",
    ):
        assert row in page
