"""What is in no byte of what a link shows, and what comes of looking for links."""

import asyncio
import secrets

import pytest
from sqlalchemy import update

from app.database import table_of
from app.models import Message
from tests.conftest import StartServer
from tests.files.made import picture, send, uploaded
from tests.sharing.linked import link, looked
from tests.support.patience import PATIENCE_SECONDS
from tests.support.raw_http import answer_to
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_message = table_of(Message)


@pytest.mark.databases("sqlite")
async def test_nothing_behind_it(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.register(f"marker-user-{secrets.token_hex(4)}")
    await ada.set_model(upstream.url, "reasoning")  # which repeats nothing
    chat = await ada.conversation("A title")
    prompt = {"system_prompt": "marker-prompt"}
    await ada.request("PATCH", f"/conversations/{chat}", json=prompt)
    cat = await uploaded(ada, picture((12, 34)), "marker-file.png")
    note = await uploaded(ada, b"shown words", "marker-note.txt")
    left_out = await uploaded(ada, b"marker-content", "marker-out.txt")
    first = (await send(ada, chat, "marker-version", cat["id"])).json()
    files = {"content": "shown", "attachment_ids": [cat["id"], note["id"], left_out["id"]]}
    edited = await ada.post(f"/messages/{first['message']['id']}/edit", json=files)
    reply = edited.json()["reply"]["id"]
    thought = update(_message).where(_message.c.id == reply).values(reasoning="marker-thought")
    await server.app.state.services.database.write(lambda connection: connection.execute(thought))
    made = await link(ada, chat, without=[left_out["id"]])
    await ada.say(chat, "marker-later")

    seen: list[bytes] = []
    paths = ["", ".json", *[f"/attachments/{number}" for number in range(5)]]
    for path in paths:
        for language in ("en", "zh-CN"):
            answer = await server.http.get(
                f"{made['url']}{path}", headers={"Accept-Language": language}
            )
            seen += [answer.content, repr(answer.headers.raw).encode()]
    eve = await server.register()
    continued = (await eve.post(f"{made['url']}/continue")).json()
    for path in ("", "/messages", "/export?format=json", "/export"):
        seen.append((await eve.get(f"/conversations/{continued['id']}{path}")).content)
    for message in await eve.messages(continued["id"]):
        for file in message.get("attachments", ()):
            answer = await eve.get(f"/attachments/{file['id']}")
            seen += [answer.content, repr(answer.headers.raw).encode()]
    everything = b"\n".join(seen)
    assert b"marker-" not in everything
    assert b"shown words" in everything and b"A title" in everything

    shown = await ada.request("PATCH", f"/shares/{made['id']}", json={"reasoning": True})
    assert shown.json()["reasoning"]
    assert "marker-thought" in (await looked(server, made["token"])).text
    assert "marker-thought" in (await server.http.get(made["url"])).text


@pytest.mark.databases("sqlite")
async def test_markup_is_text(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&</main><!--\r\n\ttab"
    chat = await ada.conversation(evil[:60])
    await ada.say(chat, evil)
    made = await link(ada, chat)
    page = (await server.http.get(made["url"])).text
    assert "<script" not in page and "<img" not in page and "<!--" not in page
    assert page.count("</main>") == 1
    assert "&lt;/main&gt;&lt;!--<br>\ttab" in page


async def guesses(port: int, count: int) -> bytes:
    """What an address is answered that asks for so many links, one after the other."""
    head = "GET /s/{}.json HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n{}\r\n"
    heads = [head.format(secrets.token_urlsafe(16), "") for _ in range(count - 1)]
    heads.append(head.format(secrets.token_urlsafe(16), "Connection: close\r\n"))
    return await answer_to(port, "".join(heads).encode())


@pytest.mark.databases("sqlite")
async def test_a_thousand_guesses(
    start_server: StartServer, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where many come at once."""
    monkeypatch.setattr("app.ratelimit.MINUTE", 1e9)  # that it turns is another promise
    server = await start_server(trusted_proxies=["127.0.0.1"])
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Guessed at")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    guesser = {"X-Forwarded-For": "192.0.2.7"}
    said = b"".join(await asyncio.gather(*(guesses(server.port, 50) for _ in range(20))))
    assert [said.count(b"HTTP/1.1 %d " % code) for code in (404, 429)] == [30, 970]
    # Not even one that is right is told then, by whichever way.
    assert_refused(await looked(server, made["token"], **guesser), 429, "rate_limited")
    for path in (made["url"], f"{made['url']}/attachments/1"):
        assert (await server.http.get(path, headers=guesser)).status_code == 429
    refused = await ada.request("POST", f"{made['url']}/continue", headers=guesser)
    assert_refused(refused, 429, "rate_limited")
    assert (await looked(server, made["token"])).status_code == 200


@pytest.mark.databases("sqlite")
async def test_a_token_of_ten_megabytes(server: RunningServer) -> None:
    head = b"GET /s/" + b"a" * 10_000_000 + b".json HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = await answer_to(server.port, head)
    assert answer[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 431")
    assert (await looked(server, "a")).status_code == 404


@pytest.mark.databases("sqlite")
async def test_numbers_that_no_file_has(server: RunningServer, upstream: ScriptedUpstream) -> None:
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Without files")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    for number in ("0", "1", "-1", "1.0", "٣", "²", "x", "9" * 9, "9" * 10, "9" * 5_000):
        answer = await server.http.get(f"{made['url']}/attachments/{number}")
        assert_refused(answer, 404, "share_not_found")


@pytest.mark.databases("sqlite")
async def test_no_log_holds_a_token(
    start_server: StartServer, upstream: ScriptedUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url)
    chat = await ada.conversation("Logged")
    await ada.say(chat, "hello")
    made = await link(ada, chat)
    for path in ("", ".json", "/attachments/1"):
        await server.http.get(f"{made['url']}{path}")
    # As nobody is answered, but perhaps written down.
    for path in ("//s/", "/chat/s/", "/s//", "/%73/"):
        head = f"GET {path}{made['token']} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        await answer_to(server.port, head.encode())
    logged = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while logged.count("/s/...") < 7:
            await asyncio.sleep(0.005)
            logged += capsys.readouterr().err
    assert made["token"] not in logged
