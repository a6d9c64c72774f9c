"""Links by which conversations are shown to others.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    columns = {column["name"] for column in inspector.get_columns("conversation")}
    if "continued_from" not in columns:
        op.add_column("conversation", sa.Column("continued_from", sa.Integer))
    table(
        "share",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, reference("user"), nullable=False),
        sa.Column("conversation_id", ID, reference("conversation"), nullable=False),
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reasoning", FLAG, nullable=False, server_default="0"),
        sa.Column("without", sa.Text),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("last_message_id", ID, nullable=False),
        sa.Column("last_run", sa.Integer, nullable=False),
        sa.Column("views", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("ended_at", TIME),
        sa.UniqueConstraint("token_hash", name="uq_share_token"),
        sa.Index("idx_share_user", "user_id", "id"),
        sa.Index("idx_share_conversation", "conversation_id"),
        sa.Index("idx_share_ended", "ended_at"),
        sa.Index("idx_share_expires", "expires_at"),
        own_id=True,
    )
    table(
        "share_message",
        sa.Column("share_id", ID, reference("share"), primary_key=True, autoincrement=False),
        sa.Column("message_id", ID, primary_key=True, autoincrement=False),
        sa.Column("sender", sa.String(4), nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("reasoning", TEXT),
        sa.Column("model_name", sa.String(100)),
    )
    table(
        "share_attachment",
        sa.Column("share_id", ID, reference("share"), primary_key=True, autoincrement=False),
        sa.Column("message_id", ID, primary_key=True, autoincrement=False),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer),
        sa.Column("file_id", ID, reference("file"), nullable=False),
        sa.UniqueConstraint("share_id", "number", name="uq_share_attachment_number"),
        sa.Index("idx_share_attachment_file", "file_id"),
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
