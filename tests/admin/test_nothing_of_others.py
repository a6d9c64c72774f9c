"""No answer of /admin, and no line of the log, holds what somebody wrote, named or uploaded."""

import re
from typing import Any

import pytest

from tests.admin.acts import act, change, delete
from tests.conftest import StartServer
from tests.endpoints.connecting import patch
from tests.files.made import send, uploaded
from tests.support.api_document import OPENAPI
from tests.support.server import Person
from tests.support.upstream import ScriptedUpstream
from tests.transfer.imported import brought_in, chatgpt
from tests.transfer.imported import conversation as said_before

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

CANARY = "zanzibar"
READ = [
    path for path, item in OPENAPI["paths"].items() if path.startswith("/admin") and "get" in item
]


async def leaves_words(ada: Person, upstream_url: str) -> list[str]:
    """Have somebody leave the canary wherever words can be left; and what secrets they have."""
    await ada.set_model(upstream_url, "echo", f"sk-{CANARY}")
    await patch(ada, "/auth/me", custom_instructions=CANARY)
    chat = await ada.conversation(CANARY)
    await ada.say(chat, f"hello {CANARY}")
    await send(ada, chat, CANARY, (await uploaded(ada, CANARY.encode(), f"{CANARY}.txt"))["id"])
    link = (await ada.post(f"/conversations/{chat}/shares")).json()["url"]
    key = (await ada.post("/auth/keys", json={"name": CANARY})).json()["key"]
    prompt = {"name": CANARY, "system_prompt": CANARY}
    assert (await ada.post("/presets", json=prompt)).status_code == 201
    assert (await ada.post("/folders", json={"name": CANARY})).status_code == 201
    body = {"model_url": upstream_url, "api_key": f"sk-{CANARY}", "label": CANARY}
    made = (await ada.post("/connections", json=body)).json()["id"]
    named = await ada.post(f"/connections/{made}/models", json={"name": CANARY})
    assert named.status_code == 201
    await brought_in(ada, chatgpt(said_before(CANARY, [CANARY])), f"{CANARY}.json")
    return [link.rpartition("/")[2], key, ada.token, ada.refresh_token]


async def test_no_words_and_no_secrets(
    start_server: StartServer, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server()
    admin, ada = await server.admin(), await server.register()
    secrets = await leaves_words(ada, upstream.url)
    paths = [re.sub(r"\{\w+\}", str(ada.id), path) for path in READ]
    queries = ("", f"?user_id={ada.id}", f"?q={ada.name}")
    answers: list[Any] = [await admin.get(path + query) for path in paths for query in queries]
    answers.append(await change(admin, ada, role="admin"))
    answers.append(await change(admin, ada, role="user", enabled=False))
    answers.append(await change(admin, ada, enabled=True))
    answers.append(await act(admin, ada, "end-sessions"))
    answers.append(await delete(admin, ada))
    answers.append(await act(admin, ada, "restore"))
    assert {answer.status_code for answer in answers} <= {200, 204, 404}
    await server.app.state.services.audit.close()
    log = "".join(capsys.readouterr())
    assert f"path=/admin/users/{ada.id} status=200" in log
    for word in (CANARY, *secrets):
        assert not [a.request.url for a in answers if word.encode() in a.content]
        assert word not in log
