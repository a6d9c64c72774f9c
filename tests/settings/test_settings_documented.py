"""Every setting stands in the example file and on both pages about them; the example is the
defaults."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from app.config import Settings
from app.oidc_settings import FIELD

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
NAMES = {field.upper() for field in Settings.model_fields if field != FIELD}


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("document", [".env.example", "docs/settings.md", "docs/settings.zh-CN.md"])
def test_every_setting_is_documented(document: str) -> None:
    words = set(re.findall(r"[A-Z][A-Z0-9_]+", (ROOT / document).read_text("utf-8")))
    assert NAMES - words == set()


def test_the_example_sets_every_setting_once_and_nothing_else() -> None:
    names = re.findall(r"^(\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(NAMES)


def test_the_example_as_copied_is_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = Settings(_env_file=None)
    for name, value in dotenv_values(EXAMPLE).items():
        monkeypatch.setenv(name, value or "")
    assert Settings(_env_file=None) == defaults


def test_the_example_as_copied_is_read_as_a_file() -> None:
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)
