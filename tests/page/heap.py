"""What the page holds in memory. Compiled code is apart: that is the browser's, not ours."""

import json
from collections import Counter
from dataclasses import dataclass

from playwright.async_api import CDPSession


@dataclass
class Heap:
    """Bytes of JavaScript's objects and of its compiled code; nodes and listeners of the page."""

    objects: int
    code: int
    nodes: int
    listeners: int


async def measured(session: CDPSession) -> Heap:
    """After everything that can be forgotten has been."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    counted = await session.send("Memory.getDOMCounters")
    sizes = sizes_by_type(await _snapshot(session))
    return Heap(
        objects=sum(size for type, size in sizes.items() if type not in ("code", "native")),
        code=sizes["code"],
        nodes=counted["nodes"],
        listeners=counted["jsEventListeners"],
    )


def sizes_by_type(snapshot: str) -> Counter[str]:
    """The bytes of all nodes of a V8 heap snapshot, by their type."""
    heap = json.loads(snapshot)
    fields = heap["snapshot"]["meta"]["node_fields"]
    types = heap["snapshot"]["meta"]["node_types"][0]
    nodes, width = heap["nodes"], len(fields)
    sizes: Counter[str] = Counter()
    kinds = nodes[fields.index("type") :: width]
    for kind, size in zip(kinds, nodes[fields.index("self_size") :: width], strict=True):
        sizes[types[kind]] += size
    return sizes


async def _snapshot(session: CDPSession) -> str:
    chunks: list[str] = []

    def keep(event: dict[str, str]) -> None:
        chunks.append(event["chunk"])

    session.on("HeapProfiler.addHeapSnapshotChunk", keep)
    await session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
    return "".join(chunks)
