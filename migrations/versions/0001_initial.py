"""The first schema.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}


def key_bytes(length: int) -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


def row_id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True, autoincrement=True)


def reference(table: str, **options: bool) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(f"{table}_id", ID, key, nullable=False, autoincrement=False, **options)


def table(name: str, *parts: sa.schema.SchemaItem, own_id: bool = True) -> None:
    indexes = [part for part in parts if isinstance(part, sa.Index)]
    columns = [part for part in parts if not isinstance(part, sa.Index)]
    options = {"sqlite_autoincrement": own_id, "if_not_exists": True}
    made = op.create_table(name, *columns, **OPTIONS, **options)
    for index in indexes:  # MySQL has no CREATE INDEX IF NOT EXISTS
        made.append_constraint(index)
        index.create(op.get_bind(), checkfirst=True)


def upgrade() -> None:
    accounts()
    sessions()
    conversations()
    generations()
    table(
        "schema_info",
        sa.Column("min_app_version", sa.String(20), primary_key=True),
        sa.Column("key_canary", sa.Text),
        own_id=False,
    )
    op.execute("DELETE FROM schema_info")
    op.execute("INSERT INTO schema_info (min_app_version) VALUES ('1.0.0')")


def accounts() -> None:
    table(
        "user",
        row_id(),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("username_key", key_bytes(255), nullable=False, unique=True),
        sa.Column("email", sa.String(100), nullable=False),
        sa.Column("email_key", key_bytes(400), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("yn", FLAG, nullable=False, server_default="1"),
        sa.Column("conversation_count", sa.Integer, nullable=False, server_default="0"),
    )
    table(
        "default_model_use",
        reference("user", primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("messages", sa.Integer, nullable=False),
        own_id=False,
    )
    table(
        "model_config",
        row_id(),
        reference("user", unique=True),
        sa.Column("base_url", sa.String(500), nullable=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("encrypted_api_key", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )


def sessions() -> None:
    table(
        "session",
        row_id(),
        reference("user"),
        sa.Column("device", sa.String(200), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Index("idx_session_user", "user_id"),
    )
    table(
        "refresh_token",
        sa.Column("hash", key_bytes(32), primary_key=True),
        reference("session"),
        sa.Column("salt", key_bytes(32), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("rotated_at", TIME),
        sa.Index("idx_refresh_token_session", "session_id"),
        own_id=False,
    )
    table(
        "ws_ticket",
        sa.Column("jti", key_bytes(32), primary_key=True),
        reference("user"),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Index("idx_ws_ticket_user", "user_id", "expires_at"),
        own_id=False,
    )
    table(
        "password_reset",
        reference("user", primary_key=True),
        sa.Column("hash", key_bytes(32), nullable=False, unique=True),
        sa.Column("expires_at", TIME, nullable=False),
        own_id=False,
    )


def conversations() -> None:
    table(
        "conversation",
        row_id(),
        reference("user"),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_source", sa.String(10), nullable=False),
        sa.Column("system_prompt", sa.Text),
        sa.Column("message_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.Index("idx_user_recent", "user_id", "deleted_at", "updated_at", "id"),
        sa.Index("idx_deleted", "deleted_at"),
        sa.Index("idx_user_created", "user_id", sa.text("created_at DESC")),
    )
    table(
        "message",
        row_id(),
        reference("conversation"),
        sa.Column("sender", sa.Enum("user", "ai", name="sender"), nullable=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        sa.Column("timestamp", TIME, nullable=False),
        sa.Column("parent_id", ID),
        sa.Column("active", FLAG, nullable=False, server_default="1"),
        sa.Column("status", sa.String(12), nullable=False, server_default="complete"),
        sa.Column("finish_reason", sa.String(40)),
        sa.Column("model_name", sa.String(100)),
        sa.Column("reasoning", LONG_TEXT),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("total_tokens", sa.Integer),
        sa.Column("error_code", sa.String(40)),
        sa.Column("client_id", key_bytes(100)),
        sa.Column("continued_by", key_bytes(100)),
        sa.Column("run", sa.Integer, nullable=False, server_default="1"),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_message_client"),
        sa.Index("idx_message_path", "conversation_id", "active", "id"),
        sa.Index("idx_message_parent", "conversation_id", "parent_id"),
        sa.Index("idx_conversation_timestamp", "conversation_id", "timestamp"),
    )


def generations() -> None:
    table(
        "generation",
        row_id(),
        reference("message"),
        reference("conversation"),
        sa.Column("running_conversation_id", ID, unique=True),
        reference("user"),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("beat", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("stop_requested", FLAG, nullable=False, server_default="0"),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Index("idx_generation_user", "user_id", "running_conversation_id"),
        sa.Index("idx_generation_conversation", "conversation_id"),
        sa.Index("idx_generation_finished", "finished_at"),
    )
    table(
        "generation_piece",
        reference("generation", primary_key=True),
        sa.Column("kind", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", LONG_TEXT, nullable=False),
        own_id=False,
    )
