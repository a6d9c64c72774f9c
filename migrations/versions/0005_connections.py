"""Connections, their models, presets, and which model a conversation and a reply have.

What is in `model_config` is carried over when its user comes (services/endpoints/carried.py): as
rows that the version before writes later have to be.
MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}


def key_bytes(length: int) -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


def row_id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True, autoincrement=True)


def reference(table: str, nullable: bool = False, key: bool = False) -> sa.Column[int]:
    leads = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(
        f"{table}_id", ID, leads, nullable=nullable, primary_key=key, autoincrement=False
    )


def table(name: str, *parts: sa.schema.SchemaItem, own_id: bool = True) -> None:
    indexes = [part for part in parts if isinstance(part, sa.Index)]
    columns = [part for part in parts if not isinstance(part, sa.Index)]
    options = {"sqlite_autoincrement": own_id, "if_not_exists": True}
    made = op.create_table(name, *columns, **OPTIONS, **options)
    for index in indexes:  # MySQL has no CREATE INDEX IF NOT EXISTS
        made.append_constraint(index)
        index.create(op.get_bind(), checkfirst=True)


def columns(name: str, *new: sa.Column[object]) -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)}
    for column in new:
        if column.name not in there:
            op.add_column(name, column)


def upgrade() -> None:
    table(
        "connection",
        row_id(),
        reference("user", nullable=True),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("slug_key", key_bytes(64), nullable=False, unique=True),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("base_url", sa.String(500), nullable=False),
        sa.Column("encrypted_api_key", sa.Text),
        sa.Column("key_tail", sa.String(4)),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("enabled", FLAG, nullable=False, server_default="1"),
        sa.Column("deleted_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Index("idx_connection_user", "user_id"),
    )
    table(
        "model",
        row_id(),
        reference("connection"),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", key_bytes(400), nullable=False),
        sa.Column("label", sa.String(100)),
        sa.Column("context_tokens", sa.Integer),
        sa.Column("vision", FLAG),
        sa.Column("listed_at", TIME),
        sa.Column("gone_at", TIME),
        sa.UniqueConstraint("connection_id", "name_key", name="uq_model_name"),
    )
    table(
        "model_use",
        reference("user", key=True),
        reference("model", key=True),
        sa.Column("favourite", FLAG, nullable=False, server_default="0"),
        sa.Column("quirks", sa.Text),
        own_id=False,
    )
    table(
        "preset",
        row_id(),
        reference("user"),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("model_id", ID),
        sa.Column("system_prompt", sa.Text),
        sa.Column("params", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Index("idx_preset_user", "user_id"),
    )
    columns(
        "user",
        sa.Column("default_model_id", ID),
        sa.Column("title_model_id", ID),
        sa.Column("custom_instructions", sa.Text),
        sa.Column("config_seen", TIME),
    )
    columns(
        "conversation",
        sa.Column("model_id", ID),
        sa.Column("preset_id", ID),
        sa.Column("params", sa.Text),
    )
    columns(
        "message",
        sa.Column("model_id", ID),
        sa.Column("connection_label", sa.String(100)),
        sa.Column("left_out", sa.Text),
        sa.Column("client_hash", key_bytes(32)),
        sa.Column("continued_hash", key_bytes(32)),
    )
