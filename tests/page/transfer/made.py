"""Imports that nobody made, in every state, for what is drawn of them."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert

from app.models import Import, ImportItem
from tests.page.conftest import Site
from tests.support.server import Person

AT = datetime(2026, 11, 30, 6, 42, 10, tzinfo=UTC)
SIZE = 500 * 1024 * 1024
CHATGPT: dict[str, Any] = {"name": "chatgpt-export-2026-11-29.zip", "source": "chatgpt"}
LONG_NAME = "claude-data-2026-11-20-14-03-22-of-all-that-was-ever-said-batch-0000.zip"
ENDED: list[dict[str, Any]] = [
    {"name": "openwebui.json", "source": "openwebui", "done": 3, "created": 3, "undo_at": AT}
    | {"undone_at": AT},
    {"name": LONG_NAME, "source": "claude", "status": "cancelled", "done": 120, "created": 120},
    {"name": "secret.zip", "status": "failed", "why": "encrypted"},
    CHATGPT | {"done": 62, "total": 62, "created": 56, "updated": 2, "skipped": 2, "failed": 2},
]
"""The last of them is the newest, and has items."""
RUNNING = CHATGPT | {"status": "running", "done": 120, "total": 412, "created": 116, "skipped": 4}
NOTES = [{"code": "merged", "count": 1}, {"code": "hidden", "count": 2}]
MISSING = [
    {"code": "missing", "count": 1, "name": "file-GONE123.png", "why": "missing"},
    {"code": "missing", "count": 1, "name": "plan.pdf", "why": "quota"},
]
LONG_TITLE = "A plan for the garden in spring, with the beds in the shade of the wall " * 2


async def make(site: Site, person: Person, *imports: dict[str, Any], items: int = 0) -> None:
    """These imports in place of all others, the newest last, with items of the newest: some of them
    failed or skipped."""
    me = (await person.get("/auth/me")).json()["id"]
    conversation = await person.conversation("Chart of sales")
    await site.server.app.state.services.database.write(_put, me, imports, items, conversation)


def _put(
    connection: Connection, me: int, imports: tuple[dict[str, Any], ...], items: int, shown: int
) -> None:
    id = 0
    connection.execute(delete(Import).where(Import.user_id == me))
    for number, values in enumerate(imports):
        status = values.get("status", "done")
        is_open = status in ("uploading", "waiting", "running")
        made = {
            **{"user_id": me, "status": status, "folder": "away", "file": f"{me:016}{number:016}"},
            **{"created_at": AT, "size": SIZE, "running_user_id": me if is_open else None},
            **{"ended_at": None if is_open else AT},
        }
        [id] = connection.execute(insert(Import).values(made | values)).inserted_primary_key or [0]
    for place in range(items):
        connection.execute(insert(ImportItem).values(import_id=id, **_item(place, shown)))


def _item(place: int, shown: int) -> dict[str, Any]:
    what: dict[str, Any] = {"title": f"Conversation {place}", "result": "created", "notes": NOTES}
    first: list[dict[str, Any]] = [
        {"title": "Chart of sales", "conversation_id": shown},
        {"title": "Picture that is not in the archive", "notes": MISSING},
        {"title": "", "result": "failed", "why": "not_an_object", "notes": []},
        {"title": "", "result": "failed", "why": "no_mapping", "notes": []}
        | {"source_id": "67a1f0b2-9c3e-8001-b2a1-2a9f3b1c77aa"},
        {"title": "蒸米饭 rice", "result": "skipped", "why": "no_messages"},
        {"title": LONG_TITLE.strip(), "result": "skipped", "why": "deleted", "notes": []},
    ]
    what |= first[place] if place < len(first) else {}
    return what | {"position": place, "notes": orjson.dumps(what["notes"]).decode()}
