"""What a conversation shows besides its replies, and the events that tell of a change in it."""

from dataclasses import dataclass

from app.schemas.events import SwitchedEvent, TitleEvent

ConversationNews = TitleEvent | SwitchedEvent


@dataclass(frozen=True, slots=True)
class ConversationState:
    """Its title, and which of its versions are shown. None: not known, or not spoken of.

    `leaf_id` is the last message of the path that is shown. It names the path: two paths that part
    at some message end in different ones. 0: no message is shown.
    """

    title: str | None = None
    leaf_id: int | None = None

    def over(self, other: "ConversationState") -> "ConversationState":
        """This state; what it does not speak of is as in the other."""
        return ConversationState(
            other.title if self.title is None else self.title,
            other.leaf_id if self.leaf_id is None else self.leaf_id,
        )

    def unless_changed(
        self, before: "ConversationState", now: "ConversationState"
    ) -> "ConversationState":
        """This state, silent on whatever has changed between the other two."""
        return ConversationState(
            self.title if before.title == now.title else None,
            self.leaf_id if before.leaf_id == now.leaf_id else None,
        )


def changes(before: ConversationState, after: ConversationState) -> list[ConversationNews]:
    """What a reader who knows of the one is told of the other."""
    events: list[ConversationNews] = []
    if after.title is not None and after.title != before.title:
        events.append({"type": "title", "title": after.title})
    if after.leaf_id is not None and after.leaf_id != before.leaf_id:
        events.append({"type": "switched", "message_id": after.leaf_id or None})
    return events
