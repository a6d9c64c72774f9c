"""The operator's connections: added and shared by the command line, used by everybody, and nobody
is shown where they are."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.endpoints.connecting import models, patch
from tests.endpoints.test_choice import say
from tests.support.backups import KEYS, command, done, refused
from tests.support.cli_process import run
from tests.support.refusals import assert_refused
from tests.support.upstream import MODELS, ScriptedUpstream

pytestmark = pytest.mark.anyio

KEY = "sk-of-the-operator-0123456789-last"


@pytest.mark.databases("sqlite")
async def test_a_shared_connection(
    start_server: StartServer, upstream: ScriptedUpstream, tmp_path: Path, database_url: str
) -> None:
    server = await start_server(default_model_daily_messages=2)
    ada = await server.person_with_model(upstream.url)
    hosts = {"ALLOWED_PRIVATE_MODEL_HOSTS": upstream.host}
    label = f"Ours {upstream.port}"

    async def connection(*words: str, typed: str = "") -> str:
        settings = {**KEYS, **hosts, "DATABASE_URL": database_url}
        ended = await asyncio.to_thread(
            run, tmp_path, "connection", *words, typed=typed, **settings
        )
        return done(ended)

    made = await connection(
        *("add", f"{upstream.url}/models", "--label", label, "--model", "by hand", "--key-stdin"),
        typed=f"{KEY}\n",
    )
    slug = f"ours-{upstream.port}"
    assert slug in made and KEY not in made

    async def shared() -> list[str]:
        return [m["name"] for m in await models(ada) if m["connection"]["label"] == label]

    assert await shared() == []
    assert await connection("refresh", slug) == f"Connection {slug} has 4 models\n"
    assert await shared() == []
    await connection("share", slug)
    assert await shared() == ["by hand", *MODELS]
    listed = [json.loads(line) for line in (await connection("list", "--json")).splitlines()]
    mine = next(row for row in listed if row["slug"] == slug)
    assert (mine["model_url"], mine["key_tail"], mine["shared"], mine["models"]) == (
        *(upstream.url, "last"),
        *(True, 4),
    )
    assert KEY not in await connection("list")
    (model, *_) = [m for m in await models(ada) if m["connection"]["label"] == label]
    assert model["connection"] == {
        "id": None,
        "slug": f"@{slug}",
        "label": label,
        "shared": True,
    }
    for path in ("/models", "/connections", "/auth/me", "/auth/config/options", "/auth/audit"):
        text = (await ada.get(path)).text
        assert "last" not in text or path == "/auth/config/options"
        assert KEY not in text
    own = (await ada.get("/connections")).json()["connections"]
    for id in range(1, max(one["id"] for one in own) + 5):
        if id not in [one["id"] for one in own]:
            for method, more in (("GET", ""), ("DELETE", ""), ("POST", "/refresh")):
                answer = await ada.request(method, f"/connections/{id}{more}")
                assert_refused(answer, 404, "connection_not_found")
    price = {"prompt": "0.5", "completion": "2"}
    for change in ({"label": "x"}, {"price": price}, {"price": None}):
        answer = await ada.request("PATCH", f"/models/{model['id']}", json=change)
        assert_refused(answer, 403, "shared_model")
    assert model["price"] is None
    await connection("price", slug, "by hand", "--prompt", "0.50", "--completion", "2")
    priced = [m["price"] for m in await models(ada) if m["connection"]["label"] == label]
    assert priced == [price, *(None for _ in MODELS)]
    await connection("price", slug, "by hand")
    assert [m["price"] for m in await models(ada)] == [None for m in await models(ada)]
    conversation = await ada.conversation()
    await patch(ada, f"/conversations/{conversation}", model_id=model["id"])
    replies = [await say(ada, conversation) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[0].json()["reply"]["connection_label"] == label
    assert upstream.replies[-1].headers["authorization"] == f"Bearer {KEY}"
    await connection("share", slug, "--stop")
    assert await shared() == []
    assert_refused(await say(ada, conversation), 409, "model_gone")
    await connection("share", slug)
    await connection("remove", slug)
    assert_refused(await say(ada, conversation), 409, "model_gone")
    assert await shared() == []
    assert slug not in await connection("list")


@pytest.mark.databases("sqlite")
def test_what_cannot_be_done(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    done(command(tmp_path, url, "migrate"))
    for words in (("refresh", "x"), ("share", "x"), ("remove", "x")):
        refused(command(tmp_path, url, "connection", *words), "There is no such connection")
    price = ("connection", "price", "x", "m", "--prompt")
    refused(command(tmp_path, url, *price, "1"), "completion")
    refused(command(tmp_path, url, *price, "-1", "--completion", "1"), "prompt")
    refused(command(tmp_path, url, *price, "1", "--completion", "1"), "no such connection")
    add = ("connection", "add", "--label", "Ours", "--key-stdin")
    refused(command(tmp_path, url, *add, "http://127.0.0.1:1/v1"), "ALLOWED_PRIVATE_MODEL_HOSTS")
    refused(command(tmp_path, url, *add[:3], "a\nb", "--key-stdin", "http://8.8.8.8"), "label")
    assert done(command(tmp_path, url, "connection", "list")) == ""


@pytest.mark.databases("sqlite")
async def test_that_of_the_settings_is_changed_there(
    tmp_path: Path, start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    default = {"default_model_url": upstream.url, "default_api_key": "sk-settings"}
    await start_server(database_url=url, **default)
    for words in (("remove",), ("share", "--stop"), ("refresh",)):
        ended = await asyncio.to_thread(command, tmp_path, url, "connection", *words, "environment")
        refused(ended, "settings DEFAULT_MODEL_*")
    price = ("connection", "price", "environment")
    named = (*price, "gone", "--prompt", "1", "--completion", "2")
    refused(await asyncio.to_thread(command, tmp_path, url, *named), "no such model")
    listed = await asyncio.to_thread(command, tmp_path, url, "connection", "list")
    assert "of the settings" in done(listed) and "sk-settings" not in listed.stdout
