"""Conversations in order: archived, pinned, in folders, and counted by kind; messages deleted.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
HASH = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}
PLACE = ("deleted_at", "archived", "updated_at", "id")


def upgrade() -> None:
    op.create_table(
        "folder",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, _reference("user"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_hash", HASH, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("conversation_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.UniqueConstraint("user_id", "name_hash", name="uq_folder_name"),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    op.create_table(
        "conversation_tally",
        sa.Column("user_id", ID, _reference("user"), primary_key=True, autoincrement=False),
        sa.Column("archived", sa.Integer, nullable=False),
        sa.Column("pinned", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("oldest_deleted", TIME),
        sa.Column("newest_deleted", TIME),
        **OPTIONS,
    )
    columns(
        "conversation",
        sa.Column("archived", FLAG, nullable=False, server_default="0"),
        sa.Column("pinned", FLAG, nullable=False, server_default="0"),
        sa.Column("folder_id", ID),
    )
    index("idx_conversation_listed", "user_id", *PLACE)
    index("idx_conversation_pinned", "user_id", "pinned", *PLACE, where="pinned = 1")
    index("idx_conversation_folder", "folder_id", *PLACE, where="folder_id IS NOT NULL")

    made = op.create_table(
        "message_deletion",
        sa.Column("message_id", ID, _reference("message"), primary_key=True, autoincrement=False),
        sa.Column("conversation_id", ID, _reference("conversation"), nullable=False),
        sa.Column("deleted_at", TIME, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("leaf_id", ID),
        **OPTIONS,
    )
    for name, of in (("conversation", "conversation_id"), ("deleted", "deleted_at")):
        new = sa.Index(f"idx_message_deletion_{name}", made.columns[of])
        new.create(op.get_bind(), checkfirst=True)


def _reference(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def columns(name: str, *new: sa.Column[object]) -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)}
    for column in new:
        if column.name not in there:
            op.add_column(name, column)


def index(name: str, *of: str, where: str | None = None) -> None:
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_indexes("conversation")}
    if name not in there:
        partial = {} if where is None else {"sqlite_where": sa.text(where)}
        op.create_index(name, "conversation", list(of), **partial)
