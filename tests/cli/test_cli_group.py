"""Groups, and what is granted to them, by the command line: servers that run see it at once."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.endpoints.connecting import models
from tests.support.audit_log import events
from tests.support.backups import KEYS, done, refused
from tests.support.cli_process import run
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import caps_of

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def test_groups_grants_and_caps(
    start_server: StartServer, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    server = await start_server(database_url=url, default_model_daily_messages=0)
    ada, bob = await server.register("ada"), await server.register("bob")
    hosts = {"ALLOWED_PRIVATE_MODEL_HOSTS": upstream.host}

    async def command(*words: str, typed: str = "") -> Any:
        settings = {**KEYS, **hosts, "DATABASE_URL": url}
        return await asyncio.to_thread(run, tmp_path, *words, typed=typed, **settings)

    async def lines(*words: str) -> list[dict[str, Any]]:
        text = done(await command(*words, "--json"))
        return [json.loads(line) for line in text.splitlines()]

    async def seen(person: Any) -> list[str]:
        return [model["name"] for model in await models(person)]

    assert done(await command("group", "create", " Red ")) == "Group Red was made\n"
    assert done(await command("group", "add", "RED", "Ada")) == "Ada is in group RED\n"
    (listed,) = await lines("group", "list")
    assert (listed["name"], listed["members"]) == ("Red", 1)
    assert await lines("group", "list", "red") == [{"username": "ada"}]
    for words, why in (
        (("create", "rEd"), "a group of this name"),
        (("create", " "), "name"),
        (("drop", "red", "nobody"), "no account named nobody"),
        (("remove", "blue"), "no such group"),
    ):
        refused(await command("group", *words), why)

    add = ("connection", "add", upstream.url, "--label", "Ours", "--key-stdin")
    done(await command(*add, "--model", "echo", "--model", "other", typed="sk-of-the-operator\n"))
    done(await command("connection", "share", "ours"))
    assert await seen(bob) == ["echo", "other"]
    done(await command("connection", "grant", "ours", "red", "--model", "echo"))
    assert (await seen(ada), await seen(bob)) == (["echo"], [])
    assert "shared (for Red: echo)" in done(await command("connection", "list"))
    done(await command("connection", "grant", "ours", "red"))
    assert await seen(ada) == ["echo", "other"]
    refused(await command("connection", "grant", "ours"), "name of a group, or --everybody")
    refused(await command("connection", "grant", "ours", "red", "--model", "x"), "no such model")
    everybody = ("connection", "grant", "ours", "--everybody")

    cap = ("cap", "add", "--group", "red", "--per", "day", "--messages", "5")
    assert done(await command(*cap)) == "Cap 1 was set\n"
    (its,) = await lines("cap", "list")
    assert (its["scope"], its["group"], its["user"], its["used"]) == ("group", "Red", None, 0)
    assert done(await command("cap", "list")).startswith("1  group Red  all shared  5 messages")
    assert [len(await caps_of(person)) for person in (ada, bob)] == [1, 0]

    done(await command("connection", "grant", "ours", "red", "--stop"))
    assert (await seen(ada), await seen(bob)) == ([], [])
    (told,) = await lines("connection", "list")
    assert (told["shared"], told["restricted"], told["groups"]) == (True, True, {})
    done(await command(*everybody))
    assert await seen(bob) == ["echo", "other"]
    done(await command("group", "rename", "red", "Blue"))
    assert done(await command("group", "drop", "blue", "ada")) == "ada is not in group blue\n"
    done(await command("group", "remove", "blue"))
    assert await lines("cap", "list") == []
    assert [each["action"] for each in await events(server, user_id=ada.id)][-2:] == [
        "groups_changed"
    ] * 2
