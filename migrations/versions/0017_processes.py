"""Processes, and the sign of life that each gives for all its replies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"

TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "process",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
        if_not_exists=True,
    )
