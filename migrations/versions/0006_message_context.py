"""What models were sent: for each run of a reply, with the texts of instructions kept once.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
HASH = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def reference(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "prompt_text",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, reference("user"), nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.UniqueConstraint("user_id", "hash", name="uq_prompt_text"),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    context = op.create_table(
        "message_context",
        sa.Column("message_id", ID, reference("message"), primary_key=True, autoincrement=False),
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("connection_label", sa.String(100)),
        sa.Column("first_message_id", ID),
        sa.Column("last_message_id", ID, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("left_out", sa.Text),
        sa.Column("prompt_id", ID),
        sa.Column("params", sa.Text),
        sa.Column("estimated_tokens", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("total_tokens", sa.Integer),
        sqlite_with_rowid=False,
        **OPTIONS,
    )
    # MySQL has no CREATE INDEX IF NOT EXISTS.
    where = sa.text("prompt_id IS NOT NULL")
    index = sa.Index("idx_message_context_prompt", context.c.prompt_id, sqlite_where=where)
    index.create(op.get_bind(), checkfirst=True)
