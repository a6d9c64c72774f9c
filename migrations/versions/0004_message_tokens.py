"""How many tokens a message is about, kept with its final text. NULL: to be estimated.

MySQL commits every statement that changes a table, so this may find itself done already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    columns = sa.inspect(op.get_bind()).get_columns("message")
    if "tokens" not in {column["name"] for column in columns}:
        op.add_column("message", sa.Column("tokens", sa.Integer))
