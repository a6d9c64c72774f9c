"""The audit log and the head of its chain.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}
NOTHING = "X'" + 64 * "0" + "'"


def key_bytes(length: int) -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


def has_index(table: str, name: str) -> bool:
    """MySQL has no CREATE INDEX IF NOT EXISTS."""
    return any(index["name"] == name for index in sa.inspect(op.get_bind()).get_indexes(table))


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("address", sa.String(64)),
        sa.Column("request_id", sa.String(32)),
        sa.Column("detail", sa.Text),
        sa.Column("seq", sa.BigInteger, unique=True),
        sa.Column("seal", key_bytes(32)),
        **OPTIONS,
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    if not has_index("audit_event", "idx_audit_user"):
        op.create_index("idx_audit_user", "audit_event", ["user_id", "id"])
    op.create_table(
        "audit_head",
        sa.Column("id", ID, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("seal", key_bytes(32), nullable=False),
        sa.Column("pruned_seq", sa.BigInteger, nullable=False),
        sa.Column("pruned_seal", key_bytes(32), nullable=False),
        sa.Column("key_id", key_bytes(8)),
        sa.Column("mac", key_bytes(32)),
        **OPTIONS,
        if_not_exists=True,
    )
    op.execute("DELETE FROM audit_head WHERE mac IS NULL")
    op.execute(
        "INSERT INTO audit_head (id, seq, seal, pruned_seq, pruned_seal) "
        f"VALUES (1, 0, {NOTHING}, 0, {NOTHING})"
    )
