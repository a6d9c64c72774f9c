"""Conversations brought in from other products.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    counts = ("created", "updated", "unchanged", "skipped", "failed", "messages")
    table(
        "import",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, reference("user"), nullable=False),
        sa.Column("running_user_id", ID),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("why", sa.String(40)),
        sa.Column("source", sa.String(20)),
        sa.Column("folder", sa.String(16), nullable=False),
        sa.Column("file", sa.String(32), nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer),
        *[sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in counts],
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("undo_at", TIME),
        sa.Column("undone_at", TIME),
        sa.UniqueConstraint("running_user_id", name="uq_import_running"),
        sa.Index("idx_import_user", "user_id", "id"),
        sa.Index("idx_import_ended", "ended_at"),
        own_id=True,
    )
    table(
        "import_item",
        sa.Column("import_id", ID, reference("import"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_id", sa.String(200)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("result", sa.String(10), nullable=False),
        sa.Column("why", sa.String(40)),
        sa.Column("conversation_id", ID),
        sa.Column("notes", sa.Text),
        sa.Index("idx_import_item_result", "import_id", "result", "position"),
    )
    table(
        "imported_conversation",
        sa.Column("user_id", ID, reference("user"), primary_key=True, autoincrement=False),
        sa.Column("key", KEY, primary_key=True, autoincrement=False),
        sa.Column("conversation_id", ID, reference("conversation"), nullable=False),
        sa.Column("leaf_id", ID),
        sa.Column("last_id", ID, nullable=False, server_default="0"),
        sa.UniqueConstraint("conversation_id", name="uq_imported_conversation"),
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
