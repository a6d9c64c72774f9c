"""Invitations, links to e-mail addresses, settings of running servers, and pictures of people.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
HASH = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
PICTURE = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    op.create_table(
        "invite",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("hash", HASH, nullable=False, unique=True),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.Column("group_id", ID),
        sa.Column("note", sa.String(100)),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        **OPTIONS,
    )
    op.create_table(
        "avatar",
        _of_user(),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("bytes", PICTURE, nullable=False),
        **OPTIONS,
    )
    op.create_table(
        "email_verification",
        _of_user(),
        sa.Column("hash", HASH, nullable=False, unique=True),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    op.create_table(
        "email_change",
        _of_user(),
        sa.Column("email", sa.String(100), nullable=False),
        sa.Column("old_hash", HASH, nullable=False, unique=True),
        sa.Column("new_hash", HASH, nullable=False, unique=True),
        sa.Column("old_confirmed_at", TIME),
        sa.Column("new_confirmed_at", TIME),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_indexes("usage_day")}
    if "idx_usage_day_day" not in there:
        op.create_index("idx_usage_day_day", "usage_day", ["zone_id", "day"])


def _of_user() -> sa.Column:
    owner = sa.ForeignKey("user.id", ondelete="CASCADE")
    return sa.Column("user_id", ID, owner, primary_key=True, autoincrement=False)
