"""The command line from outside: real processes, their output and their exit codes. Only the help
needs none."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from app.cli import COMMANDS, command_line
from tests.support.cli_process import environment, run, run_bare_uvicorn, serving, until
from tests.support.forks import ROOT
from tests.support.upstream import ScriptedUpstream

PASSWORD = "correct horse"
HEAVY = {"sqlalchemy", "fastapi", "openai", "uvicorn", "alembic", "xllamacpp", "rich"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--help",),
            ("serve", "chat", "migrate", "user", "backup", "restore", "rotate-keys", "doctor"),
        ),
        (("serve", "--help"), ("--host", "--port", "--local-model", "--reload")),
        (("chat", "--help"), ("--url", "--conversation", "--message", "CHAT_PASSWORD")),
        (("user", "--help"), ("list", "create", "disable", "enable", "reset-link")),
        (("user", "list", "--help"), ("--json", "--email")),
        (("user", "create", "--help"), ("--password-stdin", "name", "email")),
        (("connection", "--help"), ("add", "list", "refresh", "share", "remove")),
        (("connection", "add", "--help"), ("--key-stdin", "--label", "--model")),
        (("backup", "--help"), ("FILE",)),
        (("restore", "--help"), ("FILE", "--verify", "--replace", "--check")),
        (("rotate-keys", "--help"), ("--abandon", "newest")),
        (("export", "--help"), ("FILE", "--user")),
        (("doctor", "--help"), ("exit code 1",)),
        (("--version",), ("1.",)),
    ],
)
def test_help(arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(command_line(arguments), arguments, env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert [word for word in words if word not in shown.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_kinds_of_values_by_words(command: str) -> None:
    shown = CliRunner().invoke(
        command_line((command, "--help")), (command, "--help"), env={"COLUMNS": "200"}
    )
    assert re.findall(r"<\w+>", shown.stdout) == []
    for flag in re.findall(r"--(?:help|json|debug|reload|local-model)\b.*", shown.stdout):
        assert not re.search(r"TEXT|NUMBER|YES", flag), flag
    if command in ("serve", "chat"):
        assert "NUMBER" in shown.stdout and "TEXT" in shown.stdout


@pytest.mark.usefixtures("new_python")
def test_help_from_outside(tmp_path: Path) -> None:
    ended = run(tmp_path, "--help")
    assert ended.returncode == 0
    assert [name for name in COMMANDS if name not in ended.stdout] == []


def test_only_the_command_that_is_called_is_imported(tmp_path: Path) -> None:
    code = "import sys, app.cli; app.cli.command_line(['chat']); print(*sys.modules)"
    listed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert HEAVY & set(listed.stdout.split()) == set()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"SECRET_KEY": "hunter2"}, ["SECRET_KEY must be at least 32 bytes long"]),
        ({"SECRET_KEY": "your-secret-key-here"}, ["SECRET_KEY still has the placeholder"]),
        ({"ENCRYPTION_KEY": "hunter2"}, ["ENCRYPTION_KEY must be the base64 of 32 bytes"]),
        ({"ENCRYPTION_KEY": " , "}, ["ENCRYPTION_KEY must be the base64 of 32 bytes"]),
        ({"PORT": "hunter2", "LOG_FORMAT": "hunter2"}, ["PORT: ", "LOG_FORMAT: "]),
        ({"DATABASE_URL": "mysql://u:hunter2@host/db"}, ["SECRET_KEY must be set"]),
    ],
)
def test_wrong_settings_are_told_one_a_line_and_never_shown(
    tmp_path: Path, settings: dict[str, str], told: list[str]
) -> None:
    ended = run(tmp_path, "serve", **settings)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert len(lines) == len(told)
    assert all(line.startswith(start) for line, start in zip(lines, told, strict=True))
    assert "hunter2" not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "postgresql://u:hunter2@host/db",
        "mysql+pymysql://user:p@ss:hunter2@host:3306/db",
    ],
)
def test_a_database_that_is_not_supported_is_refused(tmp_path: Path, url: str) -> None:
    secrets = {"SECRET_KEY": "k" * 32, "ENCRYPTION_KEY": "A" * 43 + "="}
    ended = run(tmp_path, "serve", DATABASE_URL=url, **secrets)
    assert ended.returncode == 2
    assert ended.stderr.startswith("DATABASE_URL: must look like mysql+pymysql://")
    assert "hunter2" not in ended.stderr


@pytest.mark.usefixtures("new_python")
def test_uvicorn_alone_does_not_show_the_password_of_a_database_url_either(tmp_path: Path) -> None:
    url = "mysql+pymysql://user:p@ss:hunter2@host:3306/db"
    secrets = {"SECRET_KEY": "k" * 32, "ENCRYPTION_KEY": "A" * 43 + "="}
    ended = run_bare_uvicorn(tmp_path, DATABASE_URL=url, **secrets)
    assert ended.returncode != 0
    assert "must look like mysql+pymysql://" in ended.stderr
    assert "hunter2" not in ended.stderr + ended.stdout


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"])
def test_a_database_in_memory_is_refused(tmp_path: Path, url: str) -> None:
    secrets = {"SECRET_KEY": "k" * 32, "ENCRYPTION_KEY": "A" * 43 + "="}
    ended = run(tmp_path, "serve", DATABASE_URL=url, **secrets)
    assert (ended.returncode, os.listdir(tmp_path)) == (2, [])
    assert ended.stderr == "DATABASE_URL: SQLite needs a file, such as sqlite:///data/chat.db\n"


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(tmp_path, "serve", "--host", "127.0.0.1", "--port", port)
    assert ended.returncode == 1
    assert ended.stderr == f"Port {port} is in use; choose another one with --port or PORT\n"


def test_a_host_that_is_not_ours_is_told_in_one_line(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--host", "192.0.2.1")  # RFC 5737: nobody's address
    assert (ended.returncode, ended.stderr) == (
        1,
        "HOST 192.0.2.1 is not an address of this machine\n",
    )


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_data_dir_that_cannot_be_written_is_told(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = run(tmp_path, command, DATA_DIR="file/data")
    assert ended.returncode == 1
    assert "DATA_DIR file/data cannot be written: Not a directory" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("new_python")
def test_migrate_says_from_where_to_where(tmp_path: Path) -> None:
    first, second = run(tmp_path, "migrate"), run(tmp_path, "migrate")
    assert first.returncode == second.returncode == 0
    assert first.stdout.startswith("Schema: empty → ")
    assert second.stdout.startswith("The schema is up to date: ")


def _create(folder: Path, name: str, password: str) -> subprocess.CompletedProcess[str]:
    typed = f"{password}\n"
    mail = f"{name if name.isascii() else 'someone'}@example.org"
    return run(folder, "user", "create", name, mail, "--password-stdin", typed=typed)


def test_accounts_are_made_disabled_and_enabled(tmp_path: Path) -> None:
    assert _create(tmp_path, "anna", PASSWORD).stdout == "Account anna was made, id 1\n"
    again = _create(tmp_path, "anna", PASSWORD)
    assert (again.returncode, again.stderr) == (1, "This user name is taken\n")
    for word in ("disable", "enable"):
        ended = run(tmp_path, "user", word, "Anna")
        assert (ended.returncode, ended.stdout) == (0, f"Account Anna is {word}d\n")
    missing = run(tmp_path, "user", "disable", "nobody")
    assert (missing.returncode, missing.stderr) == (1, "There is no account named nobody\n")


def test_accounts_are_listed(tmp_path: Path) -> None:
    assert run(tmp_path, "user", "list").stdout == ""
    for name in ("anna", "张小明"):
        assert _create(tmp_path, name, PASSWORD).returncode == 0
    run(tmp_path, "user", "disable", "张小明")
    with serving(tmp_path, DATA_DIR=str(tmp_path / "data")) as server:
        who = {"username_or_email": "anna", "password": PASSWORD}
        token = httpx2.post(f"{server.url}/auth/login", json=who, trust_env=False)
        assert token.status_code == 200
        listed = run(tmp_path, "user", "list")
    heading, anna, ming = listed.stdout.splitlines()
    assert heading.split() == [
        *("id", "username", "created", "enabled", "role", "status", "last", "login")
    ]
    assert re.fullmatch(
        r"1 +anna +\d{4}-\d\d-\d\d \d\d:\d\d +yes +user +active +\d{4}-\d\d-\d\d \d\d:\d\d", anna
    )
    assert re.fullmatch(r"2 +张小明 +\d{4}-\d\d-\d\d \d\d:\d\d +no +user +disabled +never", ming)
    assert "@" not in listed.stdout
    lines = run(tmp_path, "user", "list", "--json", "--email").stdout.splitlines()
    first, second = map(json.loads, lines)
    assert (first["username"], first["email"]) == ("anna", "anna@example.org")
    assert first["last_login_at"].endswith("Z") and second["last_login_at"] is None
    assert (first["enabled"], second["enabled"]) == (True, False)


def test_a_bad_account_is_refused_without_showing_the_password(tmp_path: Path) -> None:
    ended = _create(tmp_path, "bo", "hunter2")
    assert ended.returncode == 1
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == [
        "username",
        "password",
    ]
    assert "hunter2" not in ended.stderr


def test_chat_says_plainly_that_there_is_no_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ended = run(
        tmp_path, "chat", "--url", url, "--message", "hi", CHAT_USER="anna", CHAT_PASSWORD=PASSWORD
    )
    assert (ended.returncode, ended.stderr) == (1, f"{url} cannot be reached\n")


def test_chat_says_plainly_that_its_url_is_none(tmp_path: Path) -> None:
    who = {"CHAT_USER": "anna", "CHAT_PASSWORD": PASSWORD}
    ended = run(tmp_path, "chat", "--url", "http://[::1", "--message", "hi", **who)
    assert (ended.returncode, ended.stderr) == (1, "http://[::1 cannot be reached\n")


async def _with_upstream(
    folder: Path, scenario: str, arguments: list[str]
) -> subprocess.CompletedProcess[str]:
    """A command while a scripted model server is the default model."""
    async with ScriptedUpstream() as upstream:
        return await asyncio.to_thread(run, folder, *arguments, **_default(upstream, scenario))


def _default(upstream: ScriptedUpstream, scenario: str) -> dict[str, str]:
    return {
        "DEFAULT_MODEL_URL": upstream.url,
        "DEFAULT_MODEL_NAME": scenario,
        "DEFAULT_API_KEY": "sk-test",
    }


async def _chat(folder: Path, scenario: str) -> subprocess.CompletedProcess[str]:
    async with ScriptedUpstream() as upstream:
        return await asyncio.to_thread(_served_chat, folder, _default(upstream, scenario))


def _served_chat(folder: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    who = {"CHAT_USER": "anna", "CHAT_PASSWORD": PASSWORD, "CHAT_EMAIL": "anna@example.org"}
    with serving(folder, **settings) as server:
        return run(folder, "chat", "--url", server.url, "--message", "good morning", **who)


def test_chat_prints_the_reply_and_nothing_else(tmp_path: Path) -> None:
    ended = asyncio.run(_chat(tmp_path, "slow"))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "You said: good morning\n"
    assert ended.stderr == ""


def test_chat_ends_with_code_1_when_the_reply_fails(tmp_path: Path) -> None:
    ended = asyncio.run(_chat(tmp_path, "401"))
    assert ended.returncode == 1
    assert "refused the API key" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("new_python")
def test_serve_tells_where_it_is_once_it_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.url.startswith("http://localhost:")
        server.process.terminate()
        server.process.wait(10)
    assert "Traceback" not in server.errors.read_text()


def test_dotenv_gives_the_settings_and_an_option_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=99999\n")
    assert run(tmp_path, "serve").returncode == 2
    with serving(tmp_path) as server:
        assert not server.url.endswith(":99999")
    assert os.listdir(tmp_path / "data")


NO_HARD_LINKS = """
import errno, os
def link(*names, **options):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
os.link = link
"""


def test_the_first_start_needs_no_hard_links(tmp_path: Path) -> None:
    """Some file systems of sticks and of shared folders have none."""
    (tmp_path / "sitecustomize.py").write_text(NO_HARD_LINKS)
    with serving(tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}", BACKUP_EVERY="24"):
        secrets = [tmp_path / "data" / name for name in ("secret_key", "encryption_key")]
        assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]
        backups = tmp_path / "data" / "backups"
        until(lambda: bool(list(backups.glob("*.backup"))))


def test_servers_that_start_first_at_once_have_the_same_secrets(tmp_path: Path) -> None:
    program = (
        "from app.secret_files import *; made = with_local_secrets(Settings(_env_file=None));"
        "print(made.secret_key.get_secret_value(), made.encryption_key.get_secret_value())"
    )
    own = environment(DATA_DIR=str(tmp_path / "data"))
    words = [sys.executable, "-c", program]
    starts = [subprocess.Popen(words, env=own, stdout=subprocess.PIPE) for _ in range(8)]
    told = {start.communicate(timeout=60)[0] for start in starts}
    assert len(told) == 1 and len(told.pop().split()) == 2


def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"mysql+pymysql://u:hunter2@127.0.0.1:{port}/db"
    secrets = {"SECRET_KEY": "k" * 32, "ENCRYPTION_KEY": "A" * 43 + "="}
    ended = run(tmp_path, "serve", "--port", "0", DATABASE_URL=url, **secrets)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"The database mysql+pymysql://u:***@127.0.0.1:{port}/db cannot be used: "
        "OperationalError 2003. See chat-backend doctor.\n"
    )
