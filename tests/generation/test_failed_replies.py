"""Whatever a model's server does: the message is kept, the reply says why, the chat goes on."""

import pytest

from tests.conftest import StartServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

FAULTS = {
    "401": ("failed", "upstream_auth_failed"),
    "403": ("failed", "upstream_auth_failed"),
    "404": ("failed", "upstream_model_unknown"),
    "429": ("failed", "upstream_rate_limited"),
    "500": ("failed", "upstream_unavailable"),
    "html": ("failed", "upstream_bad_response"),
    "gzip": ("failed", "upstream_bad_response"),
    "redirect": ("failed", "upstream_rejected"),
    "silent": ("failed", "upstream_timeout"),
    "mute": ("failed", "upstream_timeout"),
    "cut": ("interrupted", "upstream_interrupted"),
    "endless": ("interrupted", "reply_too_long"),
    "stall": ("interrupted", "upstream_timeout"),
}


@pytest.mark.databases("sqlite")
async def test_every_fault_is_named_and_the_conversation_goes_on(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(
        upstream_first_token_timeout_seconds=1.5,
        upstream_silence_timeout_seconds=1.5,
        upstream_reply_max_bytes=20_000,
    )
    await server.app.state.services.ai.prepare()  # loading the SDK is not on the clock
    ada = await server.register()
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        for number, (model, (status, code)) in enumerate(FAULTS.items()):
            await ada.set_model(upstream.url, model)
            end = (await socket.say(f"try {model}"))[-1]
            assert (end["type"], end["code"], end["status"]) == ("error", code, status), model
            history = await ada.messages(conversation)
            message, reply = history[-2:]
            assert len(history) == 2 * number + 2
            assert (message["content"], message["status"]) == (f"try {model}", "complete")
            assert (reply["status"], reply["error"]["code"]) == (status, code), model
            assert bool(reply["content"]) is (status == "interrupted")
            assert reply["error"]["message"] == end["message"]
        await ada.set_model(upstream.url, "echo")
        assert (await socket.say("and now?"))[-1]["type"] == "done"


@pytest.mark.databases("sqlite")
async def test_a_server_that_is_gone_is_unavailable(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model("http://127.0.0.1:9/v1")
    reply = (await ada.say(await ada.conversation(), "hello")).json()["reply"]
    assert (reply["status"], reply["error"]["code"]) == ("failed", "upstream_unavailable")


@pytest.mark.databases("sqlite")
async def test_a_conversation_too_long_is_asked_once_more_with_less(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server(context_token_budget=200)
    ada = await server.person_with_model(upstream.url)
    conversation = await ada.conversation()
    for number in range(4):
        await ada.say(conversation, f"{number} " + "word " * 20)
    await ada.set_model(upstream.url, "context_length")
    reply = (await ada.say(conversation, "short")).json()["reply"]
    assert reply["status"] == "complete"


async def test_reasoning_is_told_and_kept_apart(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "reasoning")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        events = await socket.say("why?")
    thought = "".join(event["content"] for event in events if event["type"] == "reasoning")
    reply = (await ada.messages(conversation))[1]
    assert thought and reply["reasoning"] == thought
    assert events[-1]["usage"] == reply["usage"]


@pytest.mark.databases("sqlite")
async def test_a_failure_is_told_in_the_readers_language_wherever_it_is_read(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    server = await start_server()
    ada = await server.person_with_model(upstream.url, "401")
    conversation = await ada.conversation()
    for language, words in (("zh", "模型服务拒绝了 API 密钥"), ("en", "refused the API key")):
        ada.headers["Accept-Language"] = language
        sent = (await ada.say(conversation, "hello")).json()["reply"]
        streamed = await ada.say(conversation, "hello", Accept="text/event-stream")
        assert words in streamed.text
        async with ada.socket(conversation, headers={"Accept-Language": language}) as socket:
            assert words in (await socket.say("hello"))[-1]["message"]
        listed = await ada.messages(conversation)
        versions = (await ada.get(f"/messages/{sent['id']}/versions")).json()["versions"]
        shown = (await ada.post(f"/messages/{sent['id']}/activate")).json()["messages"]
        for reply in (sent, *listed[1::2], *versions, *shown[1::2]):
            assert words in reply["error"]["message"]
