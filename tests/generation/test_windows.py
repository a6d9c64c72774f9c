"""A prompt that is too long for its model is tried with less, whatever the words of the refusal;
what fits is learned for each user's model and kept, and forgotten when it may be wrong."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.database import table_of
from app.errors import ContextTooLong
from app.models import ModelWindow, utc_now
from app.services.generation.runner import MOST_PER_ESTIMATED, shorter
from tests.conftest import StartServer
from tests.support.server import Person, RunningServer
from tests.support.upstream import ScriptedUpstream
from tests.support.upstream_exchange import Exchange, scenario
from tests.support.upstream_replies import echo

pytestmark = pytest.mark.anyio

WINDOW = 4_096
LONG = "x" * 20_000
"""About 5,000 tokens: one fits into no window of 4,096, nor do three into the usual budget."""
PIECE = "lorem ipsum " * 1_200
_window = table_of(ModelWindow)

Refuse = Callable[[Exchange, int], Awaitable[None]]
TOKENS_PER_CHARACTER = {"wordy": 2.0}
REFUSALS: dict[str, Refuse] = {}


def tokens_of(exchange: Exchange) -> int:
    ratio = TOKENS_PER_CHARACTER.get(exchange.request.model, 0.25)
    return int(ratio * sum(len(m["content"]) for m in exchange.request.body["messages"]))


async def within_window(exchange: Exchange) -> None:
    if exchange.request.is_title or (sent := tokens_of(exchange)) <= WINDOW:
        await echo(exchange)
    else:
        await REFUSALS[exchange.request.model](exchange, sent)


def refuses(name: str, status: int, body: str) -> None:
    """A model of this name refuses like this; `%d` stands for what was sent."""

    async def refuse(exchange: Exchange, sent: int) -> None:
        await exchange.head(status, "application/json")
        await exchange.chunk(body.replace("%d", str(sent)).replace("%w", str(WINDOW)).encode())
        await exchange.end()

    REFUSALS[name] = refuse
    scenario(name)(within_window)


def error(message: str, **more: object) -> str:
    return json.dumps({"error": {"message": message, **more}}, ensure_ascii=False)


NUMBERED = {
    "counts": error("Your request exceeded model token limit: %w (requested: %d)"),
    "longest": error("maximum prompt length is %w but the request contains %d tokens."),
    "wordy": error("您的输入共 %d 个 token，超过模型上限 %w"),
    "commas": error("prompt is too long: %d tokens > 4,096 maximum"),
}
UNNUMBERED = {
    "bare": (413, ""),
    "coded": (400, error("Prompt exceeds max length", code="1261")),
    "chinese": (400, error("输入内容过长，请缩短后重试")),
    "mute_about_it": (400, error("Invalid request")),
    "invalid": (422, '{"detail":"Unprocessable"}'),
    "fails": (500, error("Input is too long for requested model.")),
}
for name, body in NUMBERED.items():
    refuses(name, 400, body)
for name, (code, body) in UNNUMBERED.items():
    refuses(name, code, body)


async def refuse_in_stream(exchange: Exchange, sent: int) -> None:
    await exchange.head()
    text = error(exchange.request.model)
    await exchange.chunk(f"event: error\ndata: {text}\n\n".encode())
    await exchange.end()


IN_STREAM = ("Input does not fit in context length", "Something went wrong")
for name in IN_STREAM:
    REFUSALS[name] = refuse_in_stream
    scenario(name)(within_window)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("model", [*NUMBERED, *UNNUMBERED, *IN_STREAM])
async def test_whatever_the_words_less_is_tried_and_learned(
    server: RunningServer, upstream: ScriptedUpstream, model: str
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for _ in range(3):
        await ada.say(conversation, PIECE)
    await ada.set_model(upstream.url, model)
    before = len(upstream.replies)
    assert await status(ada, conversation, "one") == "complete"
    tries = len(upstream.replies) - before
    assert 2 <= tries <= (2 if model in NUMBERED else 8)
    assert await status(ada, conversation, "two") == "complete"
    assert len(upstream.replies) - before == tries + 1, "the next message paid again"
    contents = [m["content"] for m in upstream.replies[-1].body["messages"]]
    assert len(contents) >= (1 if model == "wordy" else 3) and contents[-1].endswith("two")


async def status(person: Person, conversation: int, text: str) -> str:
    return str((await person.say(conversation, text)).json()["reply"]["status"])


@pytest.mark.databases("sqlite")
async def test_a_message_alone_too_long_is_said_and_over_with_the_next(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "counts")
    conversation = await ada.conversation()
    assert await status(ada, conversation, "remember: blue") == "complete"
    for _ in range(2):
        reply = (await ada.say(conversation, LONG)).json()["reply"]
        assert (reply["status"], reply["error"]["code"]) == ("failed", "context_too_long")
        assert "shorten" in reply["error"]["message"]
    before = len(upstream.replies)
    assert await status(ada, conversation, "what colour?") == "complete"
    (asked,) = upstream.replies[before:]
    assert [m["content"] for m in asked.body["messages"]] == [
        *("remember: blue", "You said: remember: blue", "what colour?")
    ]


@pytest.mark.databases("sqlite")
async def test_the_system_prompt_is_always_kept(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    await ada.request("PATCH", f"/conversations/{conversation}", json={"system_prompt": "Brief."})
    for _ in range(3):
        await ada.say(conversation, PIECE)
    await ada.set_model(upstream.url, "bare")
    for _ in range(2):
        assert await status(ada, conversation, "on") == "complete"
        assert upstream.replies[-1].body["messages"][0]["content"] == "Brief."


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (401, "Incorrect API key provided"),
        (404, "The model does not exist"),
        (429, "Too many requests"),
        (402, "Insufficient balance"),
        (500, "Out of order"),
    ],
)
async def test_what_is_no_question_of_length_is_not_tried_again(
    server: RunningServer, upstream: ScriptedUpstream, code: int, words: str
) -> None:
    name = f"says {code}"
    refuses(name, code, error(words))
    ada = await server.person_with_model(upstream.url, name)
    assert await status(ada, await ada.conversation(), LONG) == "failed"
    assert len(upstream.replies) == 1


@pytest.mark.databases("sqlite")
async def test_vague_words_about_a_short_prompt_do_not_cost_the_history(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    async def refuse_once(exchange: Exchange) -> None:
        if exchange.request.last_user_text.endswith("odd"):
            await exchange.error(400, "Your message is too long for this service")
        else:
            await echo(exchange)

    scenario("vague")(refuse_once)
    ada = await server.person_with_model(upstream.url, "vague")
    conversation = await ada.conversation()
    assert await status(ada, conversation, "remember " * 100) == "complete"
    assert await status(ada, conversation, "odd") == "failed"
    assert await status(ada, conversation, "even") == "complete"
    assert len(upstream.replies[-1].body["messages"]) == 3


@pytest.mark.parametrize(
    ("sent", "tokens"), [(None, 3_072), (20_000, 1_536), (MOST_PER_ESTIMATED * 10_001, 3_072)]
)
def test_an_incredible_number_of_tokens_is_not_reckoned_with(sent: int | None, tokens: int) -> None:
    prompt = [{"role": "user", "content": "x" * 39_984}]
    assert shorter(prompt, ContextTooLong(4_096, sent)) == tokens


@pytest.mark.databases("sqlite")
async def test_a_short_prompt_is_refused_once(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "no_such_thing")
    refuses("no_such_thing", 404, "{}")
    scenario("refuses_all")(lambda exchange: exchange.error(422, "No"))
    await ada.set_model(upstream.url, "refuses_all")
    conversation = await ada.conversation()
    for _ in range(2):
        assert await status(ada, conversation, "hello") == "failed"
    assert len(upstream.replies) == 4, "each with stream_options and without"


async def crowded(
    server: RunningServer, upstream: ScriptedUpstream, model: str
) -> tuple[Person, int]:
    """Somebody with more behind them than the model takes, who has met its refusal."""
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for _ in range(3):
        await ada.say(conversation, PIECE)
    await ada.set_model(upstream.url, model)
    assert await status(ada, conversation, "one") == "complete"
    return ada, conversation


async def tries(upstream: ScriptedUpstream, person: Person, conversation: int) -> int:
    before = len(upstream.replies)
    assert await status(person, conversation, "again") == "complete"
    return len(upstream.replies) - before


async def test_it_is_kept_for_one_model_of_one_user(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada, conversation = await crowded(server, upstream, "counts")
    bob, theirs = await crowded(server, upstream, "counts")
    assert len(await windows(server, ada)) == len(await windows(server, bob)) == 1
    ada.server = bob.server = await start_server()  # a new process
    assert await tries(upstream, ada, conversation) == 1
    await ada.set_model(upstream.url, "longest")
    assert await tries(upstream, ada, conversation) == 2, "it is another model"
    await ada.set_model(upstream.url, "longest")
    assert await tries(upstream, ada, conversation) == 2, "saved again, it may have grown"
    await ada.server.app.state.services.database.write(expire, ada.id)
    assert await tries(upstream, ada, conversation) == 2, "that was long ago"
    assert await tries(upstream, bob, theirs) == 1


async def windows(server: RunningServer, person: Person) -> list[int]:
    def read(connection: Connection) -> list[int]:
        mine = select(_window.c.tokens).where(_window.c.user_id == person.id)
        return list(connection.execute(mine).scalars())

    found: list[int] = await server.app.state.services.database.read(read)
    return found


def expire(connection: Connection, user_id: int) -> None:
    over: Any = {"expires_at": utc_now() - timedelta(seconds=1)}
    connection.execute(update(_window).where(_window.c.user_id == user_id).values(over))
