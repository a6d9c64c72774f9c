"""A server that somebody starts in a terminal: the address stands out, and nothing comes behind it
until something is wrong; a collector gets every line as ever."""

import re
from pathlib import Path

import httpx2
import pytest

from app.cli.ready import WORDS
from app.config import Settings
from app.local_model import NAME
from app.logs import ACCESS_EVENTS, AUDIT_EVENTS, left_out
from tests.support.cli_process import serving, until
from tests.support.screen import Typist, in_terminal


def _ask(typist: Typist) -> None:
    """A request that the log has a line for, and an event that the audit log has one for."""
    url = re.search(r"http://\S+", typist.screen.text)
    assert url
    account = {"username": "anna", "email": "anna@example.org", "password": "correct horse"}
    made = httpx2.post(f"{url[0]}/auth/register", json=account, trust_env=False)
    assert made.status_code == 201


def test_on_a_terminal_the_address_is_the_last_thing(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "HOST": "127.0.0.1"}
    demo = {"DEFAULT_MODEL_NAME": NAME}
    serve = ("serve", "--port", "0")
    with in_terminal(tmp_path, *serve, settings=settings | demo, columns=90) as typist:
        typist.sees(WORDS["en"]["starting"])
        typist.sees(WORDS["en"]["end"])
        typist.sees("SmolLM2")
        ready = typist.screen.text
        _ask(typist)
        # The next line that is written stands behind all that the request could have brought.
        httpx2.get(f"{re.findall('http://[^ ]+', ready)[0].strip()}/health/live", trust_env=False)
        assert typist.screen.text == ready
    chinese = settings | {"LC_ALL": "zh_CN.UTF-8", "ACCESS_LOG": "on"}
    with in_terminal(tmp_path, *serve, settings=chinese, columns=90) as typist:
        typist.sees("已就绪：")
        typist.sees(WORDS["zh"]["end"])
        url = re.findall(r"http://\S+", typist.screen.text)[0]
        httpx2.get(f"{url}/health/live", trust_env=False)
        typist.sees("path=/health/live")


def test_elsewhere_every_line_is_there(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        account = {"username": "anna", "email": "anna@example.org", "password": "correct horse"}
        httpx2.post(f"{server.url}/auth/register", json=account, trust_env=False)
        until(lambda: " audit seq=1 " in server.errors.read_text())
        assert "path=/auth/register" in server.errors.read_text()
    assert (tmp_path / "serve.out").read_text() == f"Ready on {server.url}\n"


@pytest.mark.parametrize(
    ("access_log", "on_terminal", "more", "missing"),
    [
        ("auto", True, {}, ACCESS_EVENTS | AUDIT_EVENTS),
        ("auto", False, {}, frozenset()),
        ("auto", True, {"log_format": "json"}, frozenset()),
        ("auto", True, {"debug": True}, frozenset()),
        ("on", True, {}, frozenset()),
        ("on", False, {}, frozenset()),
        ("off", True, {}, ACCESS_EVENTS | AUDIT_EVENTS),
        ("off", False, {}, ACCESS_EVENTS),
        ("off", False, {"log_format": "json"}, ACCESS_EVENTS),
    ],
)
def test_which_lines_are_left_out(
    access_log: str, on_terminal: bool, more: dict[str, object], missing: frozenset[str]
) -> None:
    settings = Settings(_env_file=None, access_log=access_log, **more)  # type: ignore[arg-type]
    assert left_out(settings, on_terminal) == missing
