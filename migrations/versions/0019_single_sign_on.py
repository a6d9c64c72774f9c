"""Single sign-on: accounts at providers, logins that pass through one, and what they are to end.

MySQL commits every statement that changes a table, so each step here may find itself done already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary().with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "if_not_exists": True,
}


def upgrade() -> None:
    identities = op.create_table(
        "identity",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", *_of("user.id"), nullable=False),
        sa.Column("key", KEY, nullable=False, unique=True),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_login_at", TIME),
        sqlite_autoincrement=True,
        **OPTIONS,
    )
    groups = op.create_table(
        "identity_group",
        sa.Column("identity_id", *_of("identity.id"), primary_key=True, autoincrement=False),
        sa.Column("group_id", *_of("user_group.id"), primary_key=True, autoincrement=False),
        **OPTIONS,
    )
    logins = op.create_table(
        "oidc_login",
        sa.Column("state_hash", KEY, primary_key=True),
        sa.Column("browser_hash", KEY, nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("return_to", sa.String(500), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("user_id", *_of("user.id")),
        sa.Column("session_id", ID),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    steps = op.create_table(
        "oidc_step",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("identity_id", *_of("identity.id"), nullable=False),
        sa.Column("sid_hash", KEY),
        sa.Column("authenticated_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    sessions = op.create_table(
        "oidc_session",
        sa.Column("session_id", *_of("session.id"), primary_key=True, autoincrement=False),
        sa.Column("identity_id", *_of("identity.id"), nullable=False),
        sa.Column("sid_hash", KEY),
        **OPTIONS,
    )
    logouts = op.create_table(
        "oidc_logout",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("expires_at", TIME, nullable=False),
        **OPTIONS,
    )
    for index in (  # MySQL has no IF NOT EXISTS for them
        sa.Index("idx_identity_user", identities.c.user_id),
        sa.Index("idx_identity_group", groups.c.group_id),
        sa.Index("idx_oidc_login_user", logins.c.user_id),
        sa.Index("idx_oidc_login_expires", logins.c.expires_at),
        sa.Index("idx_oidc_step_identity", steps.c.identity_id),
        sa.Index("idx_oidc_step_expires", steps.c.expires_at),
        sa.Index("idx_oidc_session_identity", sessions.c.identity_id),
        sa.Index("idx_oidc_session_sid", sessions.c.sid_hash),
        sa.Index("idx_oidc_logout_expires", logouts.c.expires_at),
    ):
        index.create(op.get_bind(), checkfirst=True)


def _of(column: str) -> tuple[sa.types.TypeEngine, sa.ForeignKey]:
    return ID, sa.ForeignKey(column, ondelete="CASCADE")
