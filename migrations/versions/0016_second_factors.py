"""Second factors: seeds of codes, recovery codes, and logins that wait for one.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if "has_factor" not in {column["name"] for column in inspector.get_columns("user")}:
        op.add_column("user", sa.Column("has_factor", FLAG, nullable=False, server_default="0"))
    op.create_table(
        "totp",
        sa.Column("user_id", *_user(), primary_key=True, autoincrement=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        **OPTIONS,
    )
    codes = op.create_table(
        "recovery_code",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("user_id", *_user(), nullable=False),
        **OPTIONS,
    )
    steps = op.create_table(
        "second_step",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("user_id", *_user(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    for index in (  # MySQL has no IF NOT EXISTS for them
        sa.Index("idx_recovery_code_user", codes.c.user_id),
        sa.Index("idx_second_step_user", steps.c.user_id, steps.c.expires_at),
    ):
        index.create(op.get_bind(), checkfirst=True)


def _user() -> tuple[sa.types.TypeEngine, sa.ForeignKey]:
    return ID, sa.ForeignKey("user.id", ondelete="CASCADE")
