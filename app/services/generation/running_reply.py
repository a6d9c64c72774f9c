"""A reply that this process writes: its live text, and what of it is saved."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from app.schemas.message import TextKind, UsageRead
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.windows import Learned
from app.services.generation.context import Outgoing
from app.services.generation.live_reply import Ending, LiveReply
from app.services.upstream.parameters import Tuning
from app.services.upstream.requests import Requests
from app.services.usage.caps import NOTHING_HELD, Held
from app.services.usage.settlement import Settlement

CancelReason = Literal["stopped", "interrupted"]


@dataclass(slots=True, eq=False)
class RunningReply:
    """One generation of this process, from its row in the database to its ending there.

    `outgoing`: what its model is sent, where it `is_asked`. `continues`: it goes on with a text
    that had been broken off; `spent`: what that took; `counted`: what this run takes.
    `tuning`: its parameters, where any are set. `title_model_id`: the model that its user has write
    titles, where that is chosen.
    `learned`: how long a prompt its model seems to take, once a longer one was refused.
    `owner`: this process, as its row has it. `spent_nano`: what the runs before it cost, None where
    nobody knows; `held`: what this one holds back of caps; `settled`: the requests of this run but
    the `last` one, which is set at its end. `refused_pictures`: its model's server has refused the
    pictures of the prompt; `gone`: files that were to be sent and are not there any more.
    `ask_is_saved`: its row says that a request has left.
    """

    generation_id: int
    owner: str
    message_id: int
    conversation_id: int
    user_id: int
    endpoint: SavedEndpoint
    live: LiveReply
    outgoing: Outgoing
    continues: bool = False
    spent: UsageRead | None = None
    counted: UsageRead | None = None
    is_asked: bool = False
    title_model_id: int | None = None
    tuning: Tuning | None = None
    task: asyncio.Task[Ending] | None = None
    cancel_reason: CancelReason | None = None
    learned: Learned | None = None
    spent_nano: int | None = 0
    held: Held = NOTHING_HELD
    requests: Requests | None = None
    settled: list[Settlement] = field(default_factory=list)
    last: Settlement | None = None
    refused_pictures: bool = False
    gone: set[int] = field(default_factory=set)
    ask_is_saved: bool = False
    saved_content: int = field(init=False)
    saved_reasoning: int = field(init=False)
    opened_with: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        # What the text has at the start is in the message's row already.
        self.saved_content = self.live.content.length
        self.saved_reasoning = self.live.reasoning.length
        self.opened_with = (self.saved_content, self.saved_reasoning)

    def cancel(self, reason: CancelReason) -> None:
        """Close the upstream call; what was said so far is kept. The first reason stands."""
        if self.cancel_reason is None:
            self.cancel_reason = reason
            if self.task is not None:
                self.task.cancel()

    def rewrite(self, content: str, reasoning: str) -> None:
        """Put the text in order at its end; it is saved whole, with the ending."""
        self.live.rewrite(content, reasoning)
        self.saved_content, self.saved_reasoning = len(content), len(reasoning)

    @property
    def has_asked(self) -> bool:
        """Whether a request to its model has left."""
        return self.requests is not None and self.requests.last is not None

    @property
    def pictures(self) -> int | None:
        """How many pictures a shorter prompt may have; None: none are taken."""
        return None if self.refused_pictures else self.outgoing.pictures

    @property
    def has_grown(self) -> bool:
        """Whether this run brought any text."""
        return (self.live.content.length, self.live.reasoning.length) != self.opened_with

    @property
    def has_answer(self) -> bool:
        """Whether this run brought more than thoughts."""
        return self.live.content.length > self.opened_with[0]

    def unsaved(self) -> list[tuple[TextKind, int, str]]:
        """The pieces that no commit holds yet: (kind, position, text)."""
        pieces: list[tuple[TextKind, int, str]] = []
        if reasoning := self.live.reasoning.since(self.saved_reasoning):
            pieces.append(("reasoning", self.saved_reasoning, reasoning))
        if content := self.live.content.since(self.saved_content):
            pieces.append(("content", self.saved_content, content))
        return pieces
