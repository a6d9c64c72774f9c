"""An API key goes to the URL that it was saved with and nowhere else, and lies in the database in
no form that anybody else can use."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, make_url, select, text, update

from app.database import table_of
from app.models import ModelConfig, ModelConnection
from tests.attacks.target import KEY_PREFIX, OPERATORS_KEY, Target, Visitor
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite", "mysql")]

KEY = f"{KEY_PREFIX}to-one-url"
_config = table_of(ModelConfig)


async def _sent_with(model: ScriptedUpstream, person: Visitor) -> tuple[str, str]:
    """Where a message went, and with which credentials."""
    before = len(model.replies)
    await person.say(await person.conversation("T"), "hello")
    (asked,) = model.replies[before:]
    return asked.path, asked.headers.get("authorization", "")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "suffix", ["/other", "/%2e%2e/other", "/../other", "//other", "/V1", "/..", "/x/..", "/.%2e"]
)
async def test_a_changed_url_needs_the_key_again(
    target: Target, model: ScriptedUpstream, suffix: str
) -> None:
    ada = await target.visitor()
    await ada.set_model(model.url, "echo", KEY)
    body = {"model_url": model.url + suffix, "model_name": "echo"}
    answer = await ada.request("PUT", "/auth/config", json=body)
    if answer.status_code == 200:  # the same URL in another spelling
        assert (await ada.get("/auth/config")).json()["model_url"] == model.url
    else:
        assert answer.json()["code"] == "api_key_required"
    assert await _sent_with(model, ada) == ("/v1/chat/completions", f"Bearer {KEY}")


@pytest.mark.databases("sqlite")
async def test_an_empty_key_sends_none_to_the_new_url(
    target: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor()
    await ada.set_model(model.url, "echo", KEY)
    body = {"model_url": f"{model.url}/other", "model_name": "echo", "api_key": ""}
    assert (await ada.request("PUT", "/auth/config", json=body)).status_code == 200
    path, credentials = await _sent_with(model, ada)
    assert path == "/v1/other/chat/completions"
    assert KEY_PREFIX not in credentials


@pytest.mark.databases("sqlite")
async def test_the_operators_key_goes_to_the_operators_model_only(
    target: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor()
    path, credentials = await _sent_with(model, ada)
    assert credentials == f"Bearer {OPERATORS_KEY}"
    for api_key in ("", " ", "none"):
        body = {"model_url": f"{model.url}/mine", "model_name": "echo", "api_key": api_key}
        assert (await ada.request("PUT", "/auth/config", json=body)).status_code == 200
        path, credentials = await _sent_with(model, ada)
        assert path == "/v1/mine/chat/completions"
        assert KEY_PREFIX not in credentials


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("key", ["sk\r\nX-Injected: 1", "sk\nHost: evil", "sk\x00", "sk\u2028é"])
async def test_a_key_that_would_be_a_header_is_refused(
    target: Target, model: ScriptedUpstream, key: str
) -> None:
    ada = await target.visitor()
    body = {"model_url": model.url, "model_name": "echo", "api_key": key}
    assert (await ada.request("PUT", "/auth/config", json=body)).status_code == 422


async def test_the_database_holds_no_secret(
    target: Target, model: ScriptedUpstream, database_url: str
) -> None:
    ada = await target.visitor()
    await ada.set_model(model.url, "echo", KEY)
    await ada.say(await ada.conversation("T"), "hello")
    kept = await asyncio.to_thread(_everything, database_url)
    assert ada.name.encode() in kept
    for secret in (KEY, KEY_PREFIX, PASSWORD, ada.token, ada.refresh_token):
        assert secret.encode() not in kept


@pytest.mark.parametrize("with_url", [False, True])
async def test_a_ciphertext_moved_to_another_row_opens_nothing(
    target: Target, model: ScriptedUpstream, database_url: str, with_url: bool
) -> None:
    ada, eve = await target.visitor(), await target.visitor()
    await ada.set_model(f"{model.url}/ada", "echo", KEY)
    await eve.set_model(f"{model.url}/eve", "echo")
    await asyncio.to_thread(_move, database_url, ada.id, eve.id, with_url)
    before = len(model.replies)
    answer = await eve.say(await eve.conversation("T"), "hello")
    assert answer.json()["reply"]["error"]["code"] == "api_key_unreadable"
    assert len(model.replies) == before


def _everything(database_url: str) -> bytes:
    """All rows of all tables, and of SQLite the bytes of its files."""
    engine = create_engine(database_url)
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows: list[Any] = [connection.execute(select(t)).all() for t in metadata.sorted_tables]
        if engine.dialect.name == "sqlite":
            connection.execute(text("SELECT 1"))
    engine.dispose()
    kept = repr(rows).encode()
    database = make_url(database_url).database or ""
    files = Path(database).parent.glob(f"{Path(database).name}*") if "/" in database else ()
    return kept + b"".join(file.read_bytes() for file in files)


def _move(database_url: str, source: int, destination: int, with_url: bool) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        row = connection.execute(select(_config).where(_config.c.user_id == source)).one()
        values = {"encrypted_api_key": row.encrypted_api_key}
        if with_url:
            values["base_url"] = row.base_url
        for table in (_config, table_of(ModelConnection)):
            mine = table.c.user_id == destination
            connection.execute(update(table).where(mine).values(**values))
    engine.dispose()
