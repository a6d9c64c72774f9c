"""`chat-backend doctor` finds what is wrong before users do, says what to do about each, and ends
with code 1; it shows no secret."""

import asyncio
import os
import socket
import sqlite3
import stat
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.config import Settings
from app.database import table_of
from app.encryption import KeyVault
from app.local_model import NAME
from app.migration import migrate, sync_engine
from app.models import Base, ModelConfig, ModelConnection, User, utc_now
from tests.support.cli_process import run, serving
from tests.support.databases import fresh_database
from tests.support.server import ENCRYPTION_KEY, SECRET_KEY
from tests.support.upstream import ScriptedUpstream
from tests.upkeep.test_durability import set_flush_level
from tests.upkeep.test_master_keys import settings as settings_of

SECRETS = {"SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": ENCRYPTION_KEY}
WEAK = {"SECRET_KEY": "12345" * 8, "ENCRYPTION_KEY": "A" * 43 + "="}


def test_a_fresh_installation_is_well(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor")
    assert ended.returncode == 0, ended.stdout
    for found in ("made on first start", "journal_mode=wal, synchronous=2", "GB", "none (no"):
        assert found in ended.stdout


def test_wrong_settings_are_told_and_never_shown(tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor", PORT="hunter2", TRUSTED_PROXIES="hunter2")
    assert ended.returncode == 1
    for told in ("PORT: ", "TRUSTED_PROXIES: ", "correct it in the environment or in .env"):
        assert told in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr


def test_secrets_that_others_can_read_or_guess_are_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    kept = tmp_path / "data" / "secret_key"
    kept.write_text("k" * 40)
    kept.chmod(stat.S_IRUSR | stat.S_IROTH)
    (tmp_path / "data" / "encryption_key").write_text("torn")
    ended = run(tmp_path, "doctor")
    assert ended.returncode == 1
    assert "chmod 600 data/secret_key" in ended.stdout
    assert "data/encryption_key is damaged" in ended.stdout
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in WEAK.items()))
    (tmp_path / ".env").chmod(0o644)
    ended = run(tmp_path, "doctor")
    assert ended.returncode == 1
    assert ended.stdout.count("openssl rand -base64 32") == 2
    assert "chmod 600 .env" in ended.stdout
    assert not [value for value in WEAK.values() if value in ended.stdout]


def test_a_rotation_that_was_not_finished_is_told(tmp_path: Path) -> None:
    with serving(tmp_path):
        pass
    kept = tmp_path / "data" / "encryption_key"
    kept.write_text(f"{'A' * 43}=, {kept.read_text()}")
    told = run(tmp_path, "doctor")
    assert told.returncode == 0
    assert "run chat-backend rotate-keys" in told.stdout
    assert run(tmp_path, "rotate-keys").returncode == 0
    assert "rotate-keys" not in run(tmp_path, "doctor").stdout


def test_a_clock_that_is_behind_and_another_schema_are_found(tmp_path: Path) -> None:
    migrate(Settings(_env_file=None, data_dir=tmp_path / "data"))
    for change, advice in (
        ("alembic_version SET version_num = '0000'", "run chat-backend migrate"),
        ("schema_info SET min_app_version = '99.0.0'", "install that version of the app"),
    ):
        with closing(sqlite3.connect(tmp_path / "data" / "chat.db")) as connection, connection:
            connection.execute(f"UPDATE {change}")
        ahead = time.time() + 3600
        os.utime(tmp_path / "data" / "chat.db", (ahead, ahead))
        ended = run(tmp_path, "doctor")
        assert ended.returncode == 1
        assert advice in ended.stdout
        assert "set the clock (NTP)" in ended.stdout


@pytest.mark.databases("sqlite")
def test_every_saved_key_is_tried(database_server: URL, tmp_path: Path) -> None:
    """Of users and of the operator; a key that lies in two tables is one."""
    address = "https://8.8.8.8/v1"
    vault, lost = KeyVault([ENCRYPTION_KEY]), KeyVault(["B" * 43 + "="])
    with fresh_database(database_server, tmp_path) as url:
        settings = settings_of(url, ENCRYPTION_KEY)
        migrate(settings)
        assert "none yet" in run(tmp_path, "doctor", DATABASE_URL=url, **SECRETS).stdout
        user, sealed = 7, vault.seal(7, address, "sk-own")
        save(settings, User, id=user, username="ada", username_key=b"ada", email="ada")
        save(settings, ModelConfig, user_id=user, encrypted_api_key=sealed, model_name="m")
        save(settings, ModelConnection, user_id=user, encrypted_api_key=sealed, slug="default")
        own = vault.seal(0, address, "sk-of-the-operator")
        save(settings, ModelConnection, user_id=None, encrypted_api_key=own, slug="ours")
        save(settings, ModelConnection, user_id=None, encrypted_api_key=None, slug="environment")
        well = run(tmp_path, "doctor", DATABASE_URL=url, **SECRETS)
        other = lost.seal(0, address, "sk-of-the-operator")
        save(settings, ModelConnection, user_id=None, encrypted_api_key=other, slug="lost")
        found = run(tmp_path, "doctor", DATABASE_URL=url, **SECRETS)
    assert " open with ENCRYPTION_KEY" in well.stdout
    assert "do not open" not in well.stdout
    assert found.returncode == 1
    assert "1 of 3 do not open with ENCRYPTION_KEY" in found.stdout


def save(settings: Settings, model: type[Base], **values: Any) -> None:
    """A row with these values and whatever else it must have."""
    table = table_of(model)
    plain: dict[str, Any] = {
        **{"base_url": "https://8.8.8.8/v1", "source": "operator", "label": "Ours"},
        **{"password_hash": "", "email_key": b"ada"},
        **{"created_at": utc_now(), "updated_at": utc_now()},
        "slug_key": str(values.get("slug")).encode(),
    }
    row = {name: value for name, value in (plain | values).items() if name in table.c}
    engine = sync_engine(settings)
    with engine.begin() as connection:
        connection.execute(table.insert().values(row))
    engine.dispose()


def test_a_database_from_before_there_were_connections_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    released = Path(__file__).parents[1] / "upgrades" / "released" / "1.1.0.sqlite.sql"
    with closing(sqlite3.connect(tmp_path / "data" / "chat.db")) as connection:
        connection.executescript(released.read_text())
    ended = run(tmp_path, "doctor")
    assert "run chat-backend migrate" in ended.stdout
    assert "none yet" in ended.stdout


def test_a_database_that_may_lose_messages_is_found(database_server: URL, tmp_path: Path) -> None:
    if database_server.get_backend_name() == "sqlite":
        return  # the app sets it; the fresh installation above has it
    before = set_flush_level(database_server, 2)
    try:
        with fresh_database(database_server, tmp_path) as url:
            risky = run(tmp_path, "doctor", DATABASE_URL=url, **SECRETS)
            set_flush_level(database_server, 1)
            safe = run(tmp_path, "doctor", DATABASE_URL=url, **SECRETS)
    finally:
        set_flush_level(database_server, before)
    assert (risky.returncode, safe.returncode) == (1, 0), risky.stdout + safe.stdout
    assert "innodb_flush_log_at_trx_commit=2" in risky.stdout
    assert "set it to 1" in risky.stdout
    assert "s from the database's" in safe.stdout


def test_what_does_not_answer_is_found(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    model = {"DEFAULT_MODEL_URL": f"http://127.0.0.1:{port}/v1", "DEFAULT_API_KEY": "hunter2"}
    url = f"mysql+pymysql://u:hunter2@127.0.0.1:{port}/db"
    ended = run(tmp_path, "doctor", DATABASE_URL=url, **model, **SECRETS)
    assert ended.returncode == 1
    assert "check DEFAULT_MODEL_URL and DEFAULT_API_KEY" in ended.stdout
    assert "start the database; check DATABASE_URL, user and password" in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr


def test_a_default_model_that_answers_is_well(tmp_path: Path) -> None:
    ended = asyncio.run(_with_default_model(tmp_path, "echo"))
    assert ended.returncode == 0
    assert "the endpoint answers" in ended.stdout


async def _with_default_model(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    async with ScriptedUpstream() as upstream:
        settings = {"DEFAULT_MODEL_URL": upstream.url, "DEFAULT_MODEL_NAME": name}
        return await asyncio.to_thread(run, folder, "doctor", DEFAULT_API_KEY="sk-test", **settings)


def test_the_local_model_of_a_server_that_runs_is_named(tmp_path: Path) -> None:
    """As the page names it: only the server knows that it was started with one."""
    demo = {"DEFAULT_MODEL_NAME": NAME, "DEFAULT_API_KEY": "sk-test"}
    with serving(tmp_path, **demo) as server:
        where = {"HOST": "127.0.0.1", "PORT": server.url.rpartition(":")[2]}
        found = run(tmp_path, "doctor", **where).stdout
        assert f"{NAME}: the local model of the server at" in found
    assert "none (no DEFAULT_API_KEY)" in run(tmp_path, "doctor", **where).stdout


@pytest.mark.databases("mysql", "mariadb")
def test_pools_that_ask_for_more_than_the_server_takes_are_found(
    database_server: URL, tmp_path: Path
) -> None:
    with fresh_database(database_server, tmp_path) as url:
        own = {"DATABASE_URL": url, "DATABASE_POOL_SIZE": "3", **SECRETS}
        few = run(tmp_path, "doctor", WORKERS="2", **own)
        assert "46 at most" in few.stdout
        many = run(tmp_path, "doctor", WORKERS="256", DATABASE_MAX_OVERFLOW="1000", **own)
        assert "256768 at most" in many.stdout
        assert "max_connections" in few.stdout and "max_connections" in many.stdout
        assert "lower DATABASE_POOL_SIZE" in many.stdout
        assert "lower DATABASE_POOL_SIZE" not in few.stdout
        assert few.returncode == many.returncode  # a warning
