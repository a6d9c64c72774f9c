"""Refusals for the audit log, held in memory and bounded in number: no transaction carries them.

Of each kind of refusal to one user (or, without a login, to one address) the first is due at once;
those within the next minute become one row with a count. So being refused fills neither the table
nor the memory.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import ObjectKind
from app.models import utc_now
from app.origin import NOBODY, RequestOrigin, current_origin
from app.services.audit.events import AuditAction
from app.utils.client_address import network_of

WINDOW_SECONDS = 60
MAX_WINDOWS = 500
"""Rows that one process adds in a minute at most; all others are counted in one more row."""
MAX_OBJECTS = 100

AuditObject = tuple[ObjectKind, int]
NoteKey = tuple[AuditAction, int | None, str | None]


@dataclass(slots=True)
class Note:
    """Refusals that make one row: the circumstances of the first, and their number.

    `objects` are the ids asked for that may belong to somebody else.
    """

    action: AuditAction
    user_id: int | None
    at: datetime
    origin: RequestOrigin
    detail: dict[str, Any]
    count: int = 1
    objects: set[AuditObject] = field(default_factory=set)


@dataclass(slots=True)
class _Window:
    opened: float
    waiting: Note | None
    written: bool = False


class RefusalNotes:
    """The refusals of this process that are not in the database yet."""

    def __init__(self) -> None:
        self._windows: dict[NoteKey, _Window] = {}

    def add(
        self,
        action: AuditAction,
        user_id: int | None,
        thing: AuditObject | None = None,
        **told: str | None,
    ) -> None:
        """Note a refusal to whoever the work in hand is for; `told`: what is said of it besides,
        such as the host of a model URL."""
        origin = current_origin()
        detail: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        network = None if origin.address is None else network_of(origin.address, 32, 64)
        key = (action, user_id, network)
        if key not in self._windows and len(self._windows) >= MAX_WINDOWS:
            origin, key = NOBODY, (AuditAction.EVENTS_DROPPED, None, None)
            action, user_id, thing, detail = AuditAction.EVENTS_DROPPED, None, None, {}
        note = Note(action, user_id, utc_now(), origin, detail)
        if thing is not None:
            note.objects.add(thing)
        self._put(key, note)

    def _put(self, key: NoteKey, note: Note) -> None:
        window = self._windows.setdefault(key, _Window(time.monotonic(), None))
        if window.waiting is None:
            window.waiting = note
            return
        window.waiting.count += note.count
        if len(window.waiting.objects) < MAX_OBJECTS:
            window.waiting.objects |= note.objects

    def take(self, everything: bool = False) -> dict[NoteKey, Note]:
        """Take out the notes whose row is due, or all; windows that stayed empty are closed."""
        now = time.monotonic()
        due: dict[NoteKey, Note] = {}
        for key, window in list(self._windows.items()):
            over = everything or now - window.opened >= WINDOW_SECONDS
            if window.waiting is not None and (over or not window.written):
                due[key] = window.waiting
                window.opened, window.waiting, window.written = now, None, True
            elif over:
                del self._windows[key]
        return due

    def give_back(self, taken: dict[NoteKey, Note]) -> None:
        """Keep notes that could not be written; they are due again at once."""
        for key, note in taken.items():
            self._put(key, note)
            self._windows[key].written = False
