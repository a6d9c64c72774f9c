"""Administrators, groups of users, and connections that are for some groups only.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}
STATUS = (
    "CASE WHEN yn = 1 THEN 0 WHEN deleted_at IS NOT NULL THEN 3"
    " WHEN pending_at IS NOT NULL THEN 2 ELSE 1 END"
)
"""0 active, 1 disabled, 2 waits for approval, 3 deleted."""


def upgrade() -> None:
    columns(
        "user",
        sa.Column("role", sa.String(8), nullable=False, server_default="user"),
        sa.Column("display_name", sa.String(64)),
        sa.Column("pending_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.Column("deleted_yn", FLAG),
        sa.Column("email_verified_at", TIME),
        sa.Column("status", FLAG, sa.Computed(STATUS, persisted=False)),  # MariaDB: no NOT NULL
    )
    index("idx_user_status", "user", "status", "username_key")
    index("idx_user_role", "user", "role", "id")
    index("idx_user_deleted", "user", "deleted_at")
    columns(
        "connection",
        sa.Column("restricted", FLAG, nullable=False, server_default="0"),
    )
    op.create_table(
        "user_group",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", _key(400), nullable=False, unique=True),
        sa.Column("created_at", TIME, nullable=False),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", ID, _reference("user_group"), primary_key=True, autoincrement=False),
        sa.Column("user_id", ID, _reference("user"), primary_key=True, autoincrement=False),
        sa.Column("username_key", _key(255), nullable=False),
        sa.UniqueConstraint("group_id", "username_key", name="uq_group_member_name"),
        **OPTIONS,
    )
    index("idx_group_member_user", "group_member", "user_id")
    op.create_table(
        "connection_grant",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("connection_id", ID, _reference("connection"), nullable=False),
        sa.Column("group_id", ID, _reference("user_group"), nullable=False),
        sa.Column("model_id", ID, _reference("model")),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    index("idx_connection_grant", "connection_grant", "connection_id", "group_id")


def columns(table: str, *wanted: sa.Column) -> None:
    """Add those that are not there yet."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    for column in wanted:
        if column.name not in there:
            op.add_column(table, column)


def index(name: str, table: str, *names: str) -> None:
    """Make an index, if it is not there yet: MySQL has no IF NOT EXISTS for it."""
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in there:
        op.create_index(name, table, [*names])


def _key(length: int) -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


def _reference(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
