"""The index of what was said, and jobs.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BYTES = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if "search_state" not in {column["name"] for column in inspector.get_columns("message")}:
        op.add_column("message", sa.Column("search_state", sa.Integer))
    unread = "idx_message_unread"
    if unread not in {index["name"] for index in inspector.get_indexes("message")}:
        where = sa.text("search_state IS NULL")
        op.create_index(unread, "message", ["search_state"], sqlite_where=where)
    _index()
    table(
        "job",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", ID, reference("user")),
        sa.Column("owner", sa.String(64)),
        sa.Column("beat", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("wish", sa.Integer, nullable=False, server_default="0"),
        sa.Column("progress", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Index("idx_job_user", "user_id"),
    )


def _index() -> None:
    table(
        "search_pending",
        sa.Column("user_id", ID, reference("user"), primary_key=True, autoincrement=False),
        sa.Column("message_id", ID, reference("message"), primary_key=True, autoincrement=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("tokens", BYTES),
        sa.Index("idx_search_pending_message", "message_id"),
    )
    table(
        "search_segment",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, reference("user"), nullable=False),
        sa.Column("tier", sa.SmallInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("lowest_id", ID, nullable=False),
        sa.Column("highest_id", ID, nullable=False),
        sa.Column("is_whole", FLAG, nullable=False, server_default="0"),
        sa.Column("checked_at", TIME),
        sa.Index("idx_search_segment_user", "user_id"),
        sa.Index("idx_search_segment_checked", "checked_at"),
        own_id=True,
    )
    table(
        "search_block",
        sa.Column("user_id", ID, reference("user"), primary_key=True, autoincrement=False),
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("segment_id", ID, primary_key=True, autoincrement=False),
        sa.Column("data", BYTES, nullable=False),
    )


def reference(name: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{name}.id", ondelete="CASCADE")


def table(name: str, *parts: sa.schema.SchemaItem, own_id: bool = False) -> None:
    indexes = [part for part in parts if isinstance(part, sa.Index)]
    columns = [part for part in parts if not isinstance(part, sa.Index)]
    made = op.create_table(name, *columns, sqlite_autoincrement=own_id, **OPTIONS)
    for index in indexes:  # MySQL has no CREATE INDEX IF NOT EXISTS
        made.append_constraint(index)
        index.create(op.get_bind(), checkfirst=True)
