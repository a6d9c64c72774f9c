"""${message}

What the version before uses stays usable, and each step may find itself done already: see
docs/operations.md, "Upgrading".
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
