"""How long a prompt users' models take.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}
EXPIRES = "idx_model_window_expires"


def upgrade() -> None:
    user = sa.ForeignKey("user.id", ondelete="CASCADE")
    op.create_table(
        "model_window",
        sa.Column("user_id", ID, user, primary_key=True, autoincrement=False),
        sa.Column("model_key", KEY, primary_key=True),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
        if_not_exists=True,
    )
    made = sa.inspect(op.get_bind()).get_indexes("model_window")
    if EXPIRES not in {index["name"] for index in made}:  # MySQL has no IF NOT EXISTS for it
        op.create_index(EXPIRES, "model_window", ["expires_at"])
