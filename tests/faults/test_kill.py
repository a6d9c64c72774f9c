"""kill -9 at any moment of a reply: what was acknowledged is there, and what was shown, nearly."""

import asyncio
import random
import signal
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.faults.figures import Note
from tests.faults.scale import on, scaled
from tests.faults.watching import REPLY, Shown, eventually, watch
from tests.support.server import Person
from tests.support.server_process import TWO_WORKERS, ServerProcess, server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

KILLS = {"uvicorn": scaled(2, 500), TWO_WORKERS: scaled(2, 50)}
REPLIES = scaled(5, 10)
SECONDS = 1.0
WORDS = 120
LOST_SECONDS = 0.3
BACK_SECONDS = 20
PAUSES = 20
"""A busy machine has the text come with longer pauses, and saves it that much later."""
SETTINGS = {"REAP_AFTER_SECONDS": "1", "MAX_REPLIES_PER_USER": "100"}


@pytest.mark.databases(*on("sqlite", soak="sqlite mysql"))
async def test_killed_at_random_moments(
    start_server: StartServer,
    upstream: ScriptedUpstream,
    database_url: str,
    backend: str,
    note: Note,
    program: str,
) -> None:
    chance = random.Random(1)
    found, kills = Found(), KILLS[program]
    async with server_process(database_url, None, program, **SETTINGS) as process:
        ada = await process.person_with_model(upstream.url, "slow")
        killed = await _killed(process, ada, chance)
    for _ in range(kills - 1):
        async with server_process(database_url, None, program, **SETTINGS) as process:
            ada = process.seen_by(ada)
            await _examine(ada, *killed, found)
            killed = await _killed(process, ada, chance)
    ada.server = await start_server(reap_after_seconds=1)
    await _examine(ada, *killed, found)
    worst = max(found.lost_seconds)
    note(
        f"kill -9 ({program}), {kills} times, up to {REPLIES} replies each: text lost, worst",
        *(backend, f"≤ {LOST_SECONDS * 1000:.0f} ms of stream", f"{worst * 1000:.0f} ms"),
    )
    acknowledged = f"0 of {found.acknowledged}"
    note(f"the same ({program}): acknowledged messages lost", backend, "0", acknowledged)
    note(
        f"the same ({program}): replies still `generating` after the start",
        *(backend, "0 after 20 s", f"0 after {max(found.ended_after):.1f} s (lease 1 s)"),
    )
    assert worst <= LOST_SECONDS + PAUSES * found.longest_pause


@dataclass
class Found:
    """What all the kills together showed."""

    lost_seconds: list[float] = field(default_factory=list)
    ended_after: list[float] = field(default_factory=list)
    acknowledged: int = 0
    longest_pause: float = 0


async def _examine(ada: Person, shown: list[Shown], killed_at: float, found: Found) -> None:
    """Look at what a kill left behind, and use a conversation it hit."""
    found.ended_after.append(await _all_ended(ada, shown))
    for each in shown:
        found.lost_seconds.append(await _lost(ada, each, killed_at))
        found.acknowledged += each.acknowledged
        found.longest_pause = max(found.longest_pause, each.longest_pause)
    await _is_usable(ada, shown[0].conversation)


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
    reply = (await ada.say(conversation, "still there?")).json()["reply"]
    # A question that got no answer is asked again, together with the new one.
    assert reply["status"] == "complete" and reply["content"].endswith("still there?")
