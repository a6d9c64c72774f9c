"""Files that people attach to messages, and which message holds which.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def key(length: int) -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


def reference(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def upgrade() -> None:
    columns = sa.inspect(op.get_bind()).get_columns("message")
    if "attachments" not in {column["name"] for column in columns}:
        op.add_column("message", sa.Column("attachments", sa.SmallInteger))
    file = op.create_table(
        "file",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, reference("user"), nullable=False),
        sa.Column("hash", key(32), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("pages", sa.Integer),
        sa.Column("characters", sa.Integer),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("client_id", key(100)),
        sa.Column("source_hash", key(32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("unused_at", TIME),
        sa.UniqueConstraint("user_id", "client_id", name="uq_file_client"),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    attachment = op.create_table(
        "attachment",
        sa.Column("message_id", ID, reference("message"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("file_id", ID, reference("file"), nullable=False),
        **OPTIONS,
    )
    # MySQL has no CREATE INDEX IF NOT EXISTS.
    for index in (
        sa.Index("idx_file_user_hash", file.c.user_id, file.c.hash),
        sa.Index("idx_attachment_file", attachment.c.file_id),
    ):
        index.create(op.get_bind(), checkfirst=True)
