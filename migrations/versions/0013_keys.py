"""Keys by which programs use their owners' models, and when a login was confirmed.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "sqlite_autoincrement": True,
    "if_not_exists": True,
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if "confirmed_at" not in {column["name"] for column in inspector.get_columns("session")}:
        op.add_column("session", sa.Column("confirmed_at", TIME))
    made = op.create_table(
        "api_key",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("hash", KEY, nullable=False, unique=True),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("model_ids", sa.Text),
        sa.Column("cap_period", sa.String(5)),
        sa.Column("cap_unit", sa.String(8)),
        sa.Column("cap_amount", sa.BigInteger),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("last_used_at", TIME),
        **OPTIONS,
    )
    index = sa.Index("idx_api_key_user", made.c.user_id)  # MySQL has no IF NOT EXISTS for it
    index.create(op.get_bind(), checkfirst=True)
