"""What is used: requests to models, their sums by day, prices and caps.

A running reply's row says what its request uses; what is used up is moved to `usage_attempt`.
MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
HASH = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}


def row_id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True, autoincrement=True)


def given_key(name: str, kind: sa.types.TypeEngine[int] = ID) -> sa.Column[int]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def reference(table: str, nullable: bool = False, key: bool = False) -> sa.Column[int]:
    leads = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(
        f"{table}_id", ID, leads, nullable=nullable, primary_key=key, autoincrement=False
    )


def target() -> list[sa.Column[object]]:
    """What was asked, as it was called then."""
    return [
        sa.Column("connection_id", ID),
        sa.Column("connection_label", sa.String(100)),
        sa.Column("model_id", ID),
    ]


def used() -> list[sa.Column[object]]:
    """What one request used."""
    return [
        sa.Column("error_code", sa.String(40)),
        sa.Column("first_token_ms", sa.Integer),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("cached_tokens", sa.Integer),
        sa.Column("cache_write_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("reasoning_tokens", sa.Integer),
        sa.Column("counted_by", sa.String(8)),
        sa.Column("price", sa.Text),
        sa.Column("price_source", sa.String(8)),
        sa.Column("cost_nano", sa.BigInteger),
        sa.Column("reserved_tokens", sa.BigInteger),
        sa.Column("reserved_nano", sa.BigInteger),
    ]


def sums() -> list[sa.Column[object]]:
    counts = ("attempts", "messages", "estimated", "unpriced")
    kinds = ("prompt", "cached", "cache_write", "completion", "reasoning")
    names = (*counts, *(f"{kind}_tokens" for kind in kinds))
    return [
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in names),
        sa.Column("cost_nano", sa.BigInteger),
    ]


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
    _attempts()
    _sums()
    _caps()
    columns(
        "generation",
        *target(),
        sa.Column("model_name", sa.String(100)),
        sa.Column("is_shared", FLAG),
        sa.Column("settled", sa.Integer, nullable=False, server_default="0"),
        sa.Column("counted", FLAG, nullable=False, server_default="0"),
        sa.Column("asked_at", TIME),
        sa.Column("status", sa.String(12)),
        *used(),
    )
    columns("message", sa.Column("cost_nano", sa.BigInteger))
    columns("model", sa.Column("price", sa.Text))


def _attempts() -> None:
    table(
        "usage_target",
        row_id(),
        reference("user", nullable=True),
        sa.Column("hash", HASH, nullable=False, unique=True),
        *target(),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("is_shared", FLAG, nullable=False),
        sa.Index("idx_usage_target_user", "user_id"),
    )
    table(
        "usage_attempt",
        row_id(),
        reference("user"),
        sa.Column("target_id", ID, nullable=False),
        sa.Column("key_id", ID),
        sa.Column("conversation_id", ID),
        sa.Column("message_id", ID),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("fold", sa.Integer),
        *used(),
        sa.Index("idx_usage_attempt_user", "user_id", "started_at", "id"),
        sa.Index("idx_usage_attempt_fold", "user_id", "fold"),
        sa.Index("idx_usage_attempt_message", "message_id"),
        sa.Index("idx_usage_attempt_due", "due_at", sqlite_where=sa.text("due_at IS NOT NULL")),
    )


def _sums() -> None:
    table(
        "usage_day",
        reference("user", key=True),
        given_key("zone_id"),
        given_key("day", sa.Integer()),
        given_key("target_id"),
        given_key("key_id"),
        *sums(),
        sa.Index("idx_usage_day_target", "target_id", "zone_id", "day"),
        own_id=False,
    )
    table(
        "usage_gone",
        given_key("day", sa.Integer()),
        given_key("target_id"),
        *sums(),
        own_id=False,
    )
    table(
        "usage_zone",
        row_id(),
        reference("user"),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("folds", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("user_id", "name", name="uq_usage_zone"),
    )


def _caps() -> None:
    table(
        "cap",
        row_id(),
        sa.Column("scope", sa.String(8), nullable=False),
        reference("user", nullable=True),
        sa.Column("group_id", ID),
        sa.Column("key_id", ID),
        sa.Column("target", sa.String(10), nullable=False),
        sa.Column("connection_id", ID),
        sa.Column("model_id", ID),
        sa.Column("period", sa.String(5), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("warn_percent", sa.Integer, nullable=False, server_default="80"),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Index("idx_cap_user", "user_id"),
    )
    table(
        "cap_slice",
        reference("cap", key=True),
        given_key("first_day", sa.Integer()),
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("renewed_at", TIME, nullable=False),
        own_id=False,
    )
