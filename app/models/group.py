"""Groups of users, and which of the operator's connections are for them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, TABLE_OPTIONS, Base, BigId, UtcDateTime, key_bytes
from app.models.marks import PLAIN, marked, no_owner, owner


class UserGroup(Base):
    """Users whom administrators treat alike. `name_key`: the one spelling of the name that is
    unique."""

    __tablename__ = "user_group"
    __table_args__ = TABLE_OPTIONS | marked(PLAIN, no_owner("Of the administrators"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[bytes] = mapped_column(key_bytes(400), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class GroupMember(Base):
    """That somebody is in a group. `username_key` is the user's: members are listed along it."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("group_id", "username_key", name="uq_group_member_name"),
        Index("idx_group_member_user", "user_id"),
        GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id")),
    )

    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("user_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    username_key: Mapped[bytes] = mapped_column(key_bytes(255))


class ConnectionGrant(Base):
    """That a group may use a connection that is restricted: one of its models, or, where
    `model_id` is NULL, all of them."""

    __tablename__ = "connection_grant"
    __table_args__ = (
        Index("idx_connection_grant", "connection_id", "group_id"),
        TABLE_OPTIONS | marked(PLAIN, no_owner("Of the operator's connections")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    connection_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("connection.id", ondelete="CASCADE")
    )
    group_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_group.id", ondelete="CASCADE"))
    model_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("model.id", ondelete="CASCADE"))
