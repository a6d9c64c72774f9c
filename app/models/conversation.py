"""Conversations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, Flag, UtcDateTime
from app.models.marks import PLAIN, derived, marked, owner


class Conversation(Base):
    """A conversation. `title_source`: `default`, `words` (the first ones), `model` or `user`.

    `message_count` counts the messages on the path shown. A deleted one keeps its rows and
    `deleted_at`, so that a mistake can be undone. `model_id` is the model that was chosen for it,
    also when that is gone; `preset_id` the preset that it was filled from, a name tag; `params`
    JSON, as validated. One that is `archived` is out of the list, and keeps its pin and its
    folder. `continued_from`: the day (since 1970) of the shared chat that it goes on with.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        Index("idx_user_recent", "user_id", "deleted_at", "updated_at", "id"),
        Index("idx_deleted", "deleted_at"),
        Index("idx_conversation_listed", "user_id", "deleted_at", "archived", "updated_at", "id"),
        Index(
            "idx_conversation_pinned",
            "user_id",
            "pinned",
            "deleted_at",
            "archived",
            "updated_at",
            "id",
            sqlite_where=text("pinned = 1"),
        ),
        Index(
            "idx_conversation_folder",
            "folder_id",
            "deleted_at",
            "archived",
            "updated_at",
            "id",
            sqlite_where=text("folder_id IS NOT NULL"),
        ),
        TABLE_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    title_source: Mapped[str] = mapped_column(String(10))
    system_prompt: Mapped[str | None] = mapped_column(Text)
    model_id: Mapped[int | None] = mapped_column(BigId)
    preset_id: Mapped[int | None] = mapped_column(BigId)
    params: Mapped[str | None] = mapped_column(Text)
    message_count: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    archived: Mapped[int] = mapped_column(Flag, server_default="0")
    pinned: Mapped[int] = mapped_column(Flag, server_default="0")
    folder_id: Mapped[int | None] = mapped_column(BigId)
    continued_from: Mapped[int | None] = mapped_column(Integer)


Index("idx_user_created", Conversation.user_id, Conversation.created_at.desc())


class ConversationTally(Base):
    """How many conversations a user has of each kind, kept beside `user.conversation_count`.

    Right as long as the last three are as they are found: what the release before does shows in
    them. `seen`: the user's `conversation_count`; the others: when the oldest and the newest of
    those that can be restored were deleted; where there are none, NULL and when that was found.
    """

    __tablename__ = "conversation_tally"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(derived("conversation"), owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    archived: Mapped[int] = mapped_column(Integer)
    pinned: Mapped[int] = mapped_column(Integer)
    deleted: Mapped[int] = mapped_column(Integer)
    seen: Mapped[int] = mapped_column(Integer)
    oldest_deleted: Mapped[datetime | None] = mapped_column(UtcDateTime())
    newest_deleted: Mapped[datetime | None] = mapped_column(UtcDateTime())
