"""Passkeys, and the challenges that authenticators sign.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    passkeys = op.create_table(
        "passkey",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", *_user(), nullable=False),
        sa.Column("credential_hash", _bytes(32), nullable=False, unique=True),
        sa.Column("credential_id", _bytes(1023), nullable=False),
        sa.Column("public_key", _bytes(1024), nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("handle", _bytes(32), nullable=False),
        sa.Column("transports", sa.String(100), nullable=False),
        sa.Column("synced", FLAG, nullable=False),
        sa.Column("alone", FLAG, nullable=False, server_default="1"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    challenges = op.create_table(
        "passkey_challenge",
        sa.Column("hash", _bytes(32), primary_key=True),
        sa.Column("user_id", *_user()),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("handle", _bytes(32)),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    for index in (  # MySQL has no IF NOT EXISTS for them
        sa.Index("idx_passkey_user", passkeys.c.user_id, passkeys.c.id),
        sa.Index("idx_passkey_challenge_user", challenges.c.user_id, challenges.c.expires_at),
        sa.Index("idx_passkey_challenge_over", challenges.c.expires_at),
    ):
        index.create(op.get_bind(), checkfirst=True)


def _user() -> tuple[sa.types.TypeEngine, sa.ForeignKey]:
    return ID, sa.ForeignKey("user.id", ondelete="CASCADE")


def _bytes(length: int) -> sa.types.TypeEngine:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")
