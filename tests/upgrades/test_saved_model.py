"""A model that was saved before there were connections serves on: the calls of `/auth/config`
answer as they did, and it is the default model."""

import asyncio

import pytest
from sqlalchemy import Engine

from app.encryption import KeyVault
from app.migration import migrate
from tests.endpoints.connecting import models
from tests.support.backups import settings
from tests.support.refusals import assert_refused
from tests.support.schema_sql import made
from tests.support.server import ENCRYPTION_KEY, PASSWORD, running_server
from tests.support.upstream import ScriptedUpstream
from tests.upgrades import releases
from tests.upgrades.kept import make_of
from tests.upgrades.schemas import name_of, put, reflected

pytestmark = pytest.mark.anyio

BEFORE_CONNECTIONS = ("1.0.0", "1.1.0")
FIRST = 1000
KEY = "sk-saved-long-ago-0123456789"


def upgraded(url: str, engine: Engine, version: str, model_url: str) -> None:
    """A database of a release with a person's saved model, brought up to date."""
    made(engine, (releases.SCHEMAS / f"{version}.{make_of(engine)}.sql").read_text())
    tables = reflected(engine)
    put(engine, tables, FIRST)
    sealed = KeyVault([ENCRYPTION_KEY]).seal(FIRST, model_url, KEY)
    saved = {"base_url": model_url, "model_name": "echo", "encrypted_api_key": sealed}
    with engine.begin() as connection:
        connection.execute(tables.tables["model_config"].update().values(saved))
    migrate(settings(url))


@pytest.mark.parametrize("version", BEFORE_CONNECTIONS)
async def test_it_serves_on(
    url: str, engine: Engine, version: str, upstream: ScriptedUpstream
) -> None:
    await asyncio.to_thread(upgraded, url, engine, version, upstream.url)
    async with running_server(database_url=url) as server:
        ada = await server.log_in(name_of(FIRST), PASSWORD)
        config = (await ada.get("/auth/config")).json()
        assert (config["model_url"], config["model_name"]) == (upstream.url, "echo")
        assert config["configured_at"].startswith("2026-11-24T08:30:00")
        assert [(model["name"], model["default"]) for model in await models(ada)] == [
            ("echo", True)
        ]
        (connection,) = (await ada.get("/connections")).json()["connections"]
        assert (connection["slug"], connection["model_url"]) == ("default", upstream.url)
        conversation = await ada.conversation()
        reply = (await ada.say(conversation, "hello")).json()["reply"]
        assert (reply["status"], reply["model_name"]) == ("complete", "echo")
        assert upstream.replies[-1].headers["authorization"] == f"Bearer {KEY}"
        change = {"model_url": upstream.url, "model_name": "other"}
        assert (await ada.request("PUT", "/auth/config", json=change)).status_code == 200
        reply = (await ada.say(conversation, "hello")).json()["reply"]
        assert (reply["status"], reply["model_name"]) == ("complete", "other")
        assert upstream.replies[-1].headers["authorization"] == f"Bearer {KEY}"
        elsewhere = {"model_url": f"http://{upstream.host}/other/v1", "model_name": "other"}
        answer = await ada.request("PUT", "/auth/config", json=elsewhere)
        assert_refused(answer, 422, "api_key_required")
        assert (await ada.request("DELETE", "/auth/config")).status_code == 204
        assert_refused(await ada.get("/auth/config"), 404, "config_not_found")
        assert_refused(await ada.say(conversation, "hello"), 409, "model_not_configured")
