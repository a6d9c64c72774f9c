"""kill -9 at any moment of a reply: what was acknowledged is there, and what was shown, nearly."""

import asyncio
import random
import signal
from itertools import count
from typing import Any

import pytest

from tests.faults.figures import Note
from tests.faults.scale import scaled
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.server import Person
from tests.server_process import ServerProcess, server_process
from tests.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KILLS = scaled(2, 200)
REPLIES = 5
SECONDS = 1.0
WORDS = 120
LOST_SECONDS = 0.3
BACK_SECONDS = 20
SETTINGS = {"REAP_AFTER_SECONDS": "1", "MAX_REPLIES_PER_USER": "100"}


@pytest.mark.databases("sqlite", "mysql")
async def test_killed_at_random_moments(
    upstream: ScriptedUpstream, database_url: str, backend: str, note: Note
) -> None:
    chance = random.Random(1)
    losses: list[float] = []
    waits: list[float] = []
    async with server_process(database_url, **SETTINGS) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        shown = await _killed(process, ada, chance)
    for trial in count(1):
        async with server_process(database_url, **SETTINGS) as process:
            ada = process.seen_by(ada)
            waits.append(await _all_ended(ada, shown[0]))
            losses += [await _lost(ada, each, shown[1]) for each in shown[0]]
            await _is_usable(ada, shown[0][0].conversation)
            if trial == KILLS:
                break
            shown = await _killed(process, ada, chance)
    note(
        f"kill -9, {KILLS} times, {REPLIES} replies each: text lost, worst",
        *(backend, f"≤ {LOST_SECONDS * 1000:.0f} ms of stream", f"{max(losses) * 1000:.0f} ms"),
    )
    note("the same: acknowledged messages lost", backend, "0", "0")
    note(
        "the same: replies still `generating` after the start",
        *(backend, "none after 20 s", f"none after {max(waits):.1f} s (lease 1 s)"),
    )
    assert max(losses) <= LOST_SECONDS


async def _killed(
    process: ServerProcess, ada: Person, chance: random.Random
) -> tuple[list[Shown], float]:
    """What readers of several replies saw until the process was killed, and when that was."""
    texts = [" ".join(f"词{i}🍣{n}" for n in range(WORDS)) for i in range(REPLIES)]
    shown = [Shown(await ada.conversation(), text) for text in texts]
    readers = []
    for each in shown:
        readers.append(asyncio.create_task(watch(ada, each)))
        await asyncio.sleep(chance.uniform(0, SECONDS / REPLIES))
    await asyncio.sleep(chance.uniform(0, SECONDS))
    process.kill(signal.SIGKILL)
    killed_at = asyncio.get_running_loop().time()
    await process.exited()
    await asyncio.gather(*readers)
    return shown, killed_at


async def _all_ended(ada: Person, shown: list[Shown]) -> float:
    """Wait until no reply is `generating`; how long that took, in seconds."""

    async def ended() -> bool:
        histories = [await ada.messages(each.conversation) for each in shown]
        return all(m["status"] != "generating" for history in histories for m in history)

    return await eventually(ended, BACK_SECONDS)


async def _lost(ada: Person, shown: Shown, killed_at: float) -> float:
    """How much of the stream was shown and not kept, in seconds."""
    history = await ada.messages(shown.conversation)
    if not history:
        assert not shown.acknowledged
        return 0.0
    message, reply = history
    assert message["content"] == shown.content
    _check_ending(reply)
    whole = REPLY.format(shown.content)
    assert whole.startswith(reply["content"]) and whole.startswith(shown.text)
    return shown.lost_seconds(len(reply["content"]), killed_at)


def _check_ending(reply: dict[str, Any]) -> None:
    assert reply["status"] == ("interrupted" if reply["content"] else "failed")
    assert reply["error"]["code"] == "interrupted"


async def _is_usable(ada: Person, conversation: int) -> None:
    answer = await ada.say(conversation, "still there?")
    assert answer.json()["reply"]["content"] == REPLY.format("still there?")
