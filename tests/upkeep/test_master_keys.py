"""Master keys: a wrong one is refused before anything is written, and they change under load."""

import asyncio
import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    Update,
    insert,
    select,
    update,
)
from sqlalchemy.engine import URL

from app.config import Settings
from app.database import open_database, table_of
from app.encryption import KeyVault
from app.errors import KeyUnreadable
from app.migration import sync_engine
from app.models import ModelConfig, User, utc_now
from app.models.base import TABLE_OPTIONS
from app.models.marks import marked, no_owner, sealed, sealed_columns
from app.services.upkeep import master_keys
from app.services.upkeep.master_keys import (
    WrongEncryptionKey,
    canary_of,
    count_saved,
    recognise,
    rotate,
)
from tests.conftest import StartServer
from tests.support.audit_log import verified
from tests.support.cli_process import run, run_bare_uvicorn
from tests.support.migrated import migrated_database
from tests.support.server import ENCRYPTION_KEY as OLD
from tests.support.server import PASSWORD, SECRET_KEY
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

NEW = base64.b64encode(b"a newer key, of 32 bytes as well").decode()
MANY = 250
"""More than two batches."""


@pytest.fixture
def url(database_server: URL, tmp_path: Path) -> Iterator[str]:
    """A database of its own: its master key changes."""
    with migrated_database(database_server, tmp_path) as url:
        yield url


def settings(url: str, key: str) -> Settings:
    options: dict[str, Any] = {"secret_key": SECRET_KEY, "encryption_key": key}
    return Settings(_env_file=None, **options | {"database_url": url})


def command(folder: Path, url: str, key: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, *words, DATABASE_URL=url, SECRET_KEY=SECRET_KEY, ENCRYPTION_KEY=key)


def bare_uvicorn(folder: Path, url: str, key: str) -> subprocess.CompletedProcess[str]:
    """A server without our command line, for as long as it lives."""
    settings = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "ENCRYPTION_KEY": key}
    return run_bare_uvicorn(folder, **settings)


def stored(url: str) -> list[tuple[int, str, str]]:
    """User, URL and ciphertext of every saved key."""
    config = table_of(ModelConfig)
    engine = sync_engine(settings(url, OLD))
    columns = (config.c.user_id, config.c.base_url, config.c.encrypted_api_key)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(config.c.id)).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def save_many(url: str, vault: KeyVault, first: int = 1000) -> None:
    """Users with a saved key each, straight into the tables."""
    now = utc_now()
    engine = sync_engine(settings(url, OLD))
    users, configs = [], []
    for user_id in range(first, first + MANY):
        name = f"rotated-{user_id}"
        key = name.encode()
        users.append({"id": user_id, "username": name, "username_key": key, "email": name})
        users[-1] |= {"email_key": key, "password_hash": "", "created_at": now}
        sealed = vault.seal(user_id, "https://8.8.8.8/v1", f"sk-{user_id}")
        configs.append({"user_id": user_id, "base_url": "https://8.8.8.8/v1", "model_name": "m"})
        configs[-1] |= {"encrypted_api_key": sealed, "created_at": now, "updated_at": now}
    with engine.begin() as connection:
        connection.execute(insert(table_of(User)), users)
        connection.execute(insert(table_of(ModelConfig)), configs)
    engine.dispose()


def save(connection: Connection, change: Update) -> None:
    connection.execute(change)


@pytest.mark.databases("sqlite")
async def test_a_wrong_key_changes_nothing(url: str, start_server: StartServer) -> None:
    server = await start_server(database_url=url)
    await server.person_with_model("http://127.0.0.1:1/v1")
    before = await asyncio.to_thread(stored, url)
    database = await asyncio.to_thread(open_database, settings(url, NEW))
    with pytest.raises(WrongEncryptionKey):
        await database.write(recognise, KeyVault([NEW]))
    with pytest.raises(WrongEncryptionKey):
        await rotate(database, KeyVault([NEW]), lambda _: None)
    await database.close()
    assert await asyncio.to_thread(stored, url) == before


async def test_a_key_that_was_encrypted_anew_is_the_same_key(
    url: str, start_server: StartServer
) -> None:
    server = await start_server(database_url=url)
    address = "http://127.0.0.1:11434/v1"
    ada = await server.register()
    await ada.set_model(address, "m", api_key="sk-long-enough-for-its-tail")
    await rotate(server.app.state.services.database, KeyVault([NEW, OLD]), lambda _: None)
    change = {"model_url": address, "model_name": "next"}
    assert (await ada.request("PUT", "/auth/config", json=change)).status_code == 200
    (made,) = (await ada.get("/connections")).json()["connections"]
    assert made["key_tail"] == "tail"


@pytest.mark.databases("sqlite")
def test_a_rotation_leaves_the_schema_alone_where_it_should(tmp_path: Path) -> None:
    ended = run(tmp_path, "rotate-keys", AUTO_MIGRATE="false")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "run chat-backend migrate, or set AUTO_MIGRATE=true" in ended.stderr
    assert run(tmp_path, "migrate").stdout.startswith("Schema: empty → ")


@pytest.mark.databases("sqlite")
async def test_a_wrong_key_is_told_by_every_command_before_anything_is_written(
    url: str, start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server(database_url=url)
    ada = await server.person_with_model("http://127.0.0.1:1/v1")
    before = await asyncio.to_thread(stored, url)
    bare = await asyncio.to_thread(bare_uvicorn, tmp_path, url, NEW)
    assert bare.returncode != 0 and str(WrongEncryptionKey()) in bare.stderr
    for words in (
        ("serve", "--port", "0"),
        ("rotate-keys",),
        ("audit", "restart"),
        ("user", "disable", ada.name),
    ):
        ended = await asyncio.to_thread(command, tmp_path, url, NEW, *words)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr == f"{WrongEncryptionKey()}\n"
    told = await asyncio.to_thread(command, tmp_path, url, NEW, "doctor")
    assert told.returncode == 1
    assert "bring the ENCRYPTION_KEY of this database back" in told.stdout
    assert await asyncio.to_thread(stored, url) == before
    assert (await server.log_in(ada.name, PASSWORD)).name == ada.name
    assert (await asyncio.to_thread(verified, url)).findings == []


@pytest.mark.databases("sqlite")
def test_the_first_command_of_all_says_which_key_the_database_is_used_with(
    url: str, tmp_path: Path
) -> None:
    words = ("user", "create", "ada", "ada@example.com", "--password-stdin")
    keys = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    made = run(tmp_path, *words, typed=f"{PASSWORD}\n", **keys, ENCRYPTION_KEY=OLD)
    assert (made.returncode, made.stderr) == (0, "")
    ended = command(tmp_path, url, NEW, "serve", "--port", "0")
    assert (ended.returncode, ended.stderr) == (1, f"{WrongEncryptionKey()}\n")


@pytest.mark.databases("sqlite")
def test_a_command_that_only_looks_makes_no_secrets(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(tmp_path, "doctor").returncode == 0
    assert run(tmp_path, "migrate").returncode == 0
    assert run(tmp_path, "audit", "verify").returncode == 0
    assert {path.name for path in data.iterdir()} & {"secret_key", "encryption_key"} == set()
    words = ("user", "create", "ada", "ada@example.com", "--password-stdin")
    assert run(tmp_path, *words, typed=f"{PASSWORD}\n").returncode == 0
    (data / "encryption_key").rename(tmp_path / "lost")
    told, checked = run(tmp_path, "doctor"), run(tmp_path, "audit", "verify")
    assert (told.returncode, checked.returncode) == (1, 1)
    assert "bring the ENCRYPTION_KEY of this database back" in told.stdout
    assert "an ENCRYPTION_KEY that is not here" in checked.stderr
    assert not (data / "encryption_key").exists()


async def test_keys_rotate_while_a_server_runs(
    url: str, start_server: StartServer, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    server = await start_server(database_url=url, encryption_key=f"{NEW}, {OLD}")
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await asyncio.to_thread(save_many, url, KeyVault([OLD]))
    ended, _ = await asyncio.gather(
        asyncio.to_thread(command, tmp_path, url, f"{NEW},{OLD}", "rotate-keys"),
        ada.say(conversation, "meanwhile"),
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{MANY} API keys encrypted anew, {MANY + 2} under the newest key\n"
    opened = [KeyVault([NEW]).open(*row) for row in await asyncio.to_thread(stored, url)]
    assert opened == ["sk-test-key", *(f"sk-{user}" for user in range(1000, 1000 + MANY))]
    again = await asyncio.to_thread(command, tmp_path, url, NEW, "rotate-keys")
    assert again.stdout == f"0 API keys encrypted anew, {MANY + 2} under the newest key\n"
    later = await start_server(database_url=url, encryption_key=NEW)
    grace = await later.log_in(ada.name, PASSWORD)
    answer = await grace.say(conversation, "still there?")
    assert answer.json()["reply"]["status"] == "complete"


async def test_a_key_saved_meanwhile_is_never_overwritten(
    url: str, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_server(database_url=url)
    await asyncio.to_thread(save_many, url, KeyVault([OLD]))
    monkeypatch.setattr(master_keys, "BATCH", 20)
    config = table_of(ModelConfig)
    fresh = KeyVault([OLD])
    database = await asyncio.to_thread(open_database, settings(url, f"{NEW},{OLD}"))
    seen = asyncio.Event()

    async def put(user_id: int) -> None:
        """What `PUT /auth/config` writes, from a server that seals with the older key."""
        sealed = fresh.seal(user_id, "https://8.8.8.8/v1", f"fresh-{user_id}")
        mine = update(config).where(config.c.user_id == user_id)
        await database.write(save, mine.values(encrypted_api_key=sealed))

    async def save_all() -> None:
        await seen.wait()
        for user_id in range(1000 + MANY - 1, 999, -1):  # against the rotation's direction
            await put(user_id)

    saving = asyncio.create_task(save_all())
    vault = KeyVault([NEW, OLD])
    await rotate(database, vault, lambda _: seen.set())
    await saving
    await rotate(database, vault, lambda _: None)
    await database.close()
    rows = await asyncio.to_thread(stored, url)
    assert [KeyVault([NEW]).open(*row) for row in rows] == [
        f"fresh-{user}" for user in range(1000, 1000 + MANY)
    ]


async def test_a_change_that_was_overtaken_is_left_alone(
    url: str, start_server: StartServer
) -> None:
    await start_server(database_url=url)
    await asyncio.to_thread(save_many, url, KeyVault([OLD]))
    database = await asyncio.to_thread(open_database, settings(url, OLD))
    column = table_of(ModelConfig).c.encrypted_api_key
    row = (await database.read(master_keys._batch, column))[0]
    stale = [(row[0], "what was read before", "what must not be written")]
    assert await database.write(master_keys._swap, column, stale) == 0
    assert (await database.read(master_keys._batch, column))[0] == row
    await database.close()


async def test_every_column_that_is_marked_is_encrypted_anew(
    url: str, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later table, too: whatever its key is, and where some rows have no secret."""
    await start_server(database_url=url)
    options: dict[str, Any] = TABLE_OPTIONS | marked(sealed("secret"), no_owner("A test's own"))
    name = Column("name", String(40), primary_key=True)
    later = Table("later", MetaData(), name, Column("secret", Text), **options)
    old, new = KeyVault([OLD]), KeyVault([NEW])
    rows: list[dict[str, Any]] = [
        {"name": f"{n:04d}", "secret": old.seal(n, "u", "sk")} for n in range(MANY)
    ]
    rows += [{"name": "none", "secret": None}]

    def make() -> None:
        save_many(url, old)
        engine = sync_engine(settings(url, OLD))
        later.create(engine)
        with engine.begin() as connection:
            connection.execute(insert(later), rows)
        engine.dispose()

    await asyncio.to_thread(make)
    monkeypatch.setattr(master_keys, "SEALED", [*master_keys.SEALED, *sealed_columns(later)])
    database = await asyncio.to_thread(open_database, settings(url, OLD))
    assert await database.read(count_saved) == 2 * MANY
    done = await rotate(database, KeyVault([NEW, OLD]), lambda _: None)
    assert (done.renewed, done.current, done.unreadable) == (2 * MANY, 2 * MANY, 0)
    found = await database.read(lambda connection: connection.execute(select(later)).all())
    await database.close()
    opened = {int(name): new.open(int(name), "u", secret) for name, secret in found if secret}
    assert opened == dict.fromkeys(range(MANY), "sk") and ("none", None) in found


async def test_a_rotation_that_was_broken_off_goes_on(url: str, start_server: StartServer) -> None:
    await start_server(database_url=url)
    await asyncio.to_thread(save_many, url, KeyVault([OLD]))
    database = await asyncio.to_thread(open_database, settings(url, OLD))

    def break_off(_count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await rotate(database, KeyVault([NEW, OLD]), break_off)
    canary = await database.read(canary_of)
    assert canary is not None and KeyVault([OLD]).recognises(canary)
    done = await rotate(database, KeyVault([NEW, OLD]), lambda _: None)
    await database.close()
    assert (done.renewed, done.current) == (MANY - master_keys.BATCH, MANY)


@pytest.mark.databases("sqlite")
async def test_a_lost_key_is_given_up_only_when_told(
    url: str, start_server: StartServer, tmp_path: Path
) -> None:
    await start_server(database_url=url)
    await asyncio.to_thread(save_many, url, KeyVault([OLD]))
    ended = await asyncio.to_thread(command, tmp_path, url, NEW, "rotate-keys", "--abandon")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{MANY} API keys open with none of the keys")
    await start_server(database_url=url, encryption_key=NEW)


def test_what_a_vault_recognises() -> None:
    old, new, both = KeyVault([OLD]), KeyVault([NEW]), KeyVault([NEW, OLD])
    assert both.recognises(old.canary()) and both.recognises(new.canary())
    assert not new.recognises(old.canary()) and not new.recognises("torn")
    sealed = old.seal(1, "https://a/v1", "sk")
    assert not both.is_newest(sealed) and both.is_newest(both.renewed(sealed))
    assert new.open(1, "https://a/v1", both.renewed(sealed)) == "sk"
    with pytest.raises(KeyUnreadable):
        new.renewed(sealed)
