"""A later version of the app: a copy of this one with a revision more, run as a process."""

import shutil
import subprocess
from pathlib import Path

from app.migration import head_revision
from tests.support.backups import command
from tests.support.forks import ROOT

REVISION = "9998"
BREAKS_OFF = '''
"""A revision that breaks off when half of it is done."""

import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True), if_not_exists=True)
    op.execute("INSERT INTO half (id) SELECT coalesce(max(id), 0) + 1 FROM half")
    op.execute("SELECT nothing FROM nowhere")
'''
GROWS = '''
"""A revision that adds a column and tables, and fills them from what is there."""

import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{head}"
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("conversation", sa.Column("mood", sa.String(20)))
    op.execute("UPDATE conversation SET mood = title_source")
    op.create_table(
        "badge",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO badge (user_id) SELECT id FROM user")
    op.create_table("tally", sa.Column("badges", sa.Integer, primary_key=True, autoincrement=False))
    op.execute("INSERT INTO tally (badges) SELECT count(*) FROM badge")
'''
TITLE_SOURCE = "    title_source: Mapped[str] = mapped_column(String(10))\n"
MOOD = "    mood: Mapped[str | None] = mapped_column(String(20))\n"
BADGE = """
from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import TABLE_OPTIONS, Base, BigId
from app.models.marks import PLAIN, derived, marked, no_owner, owner


class Badge(Base):
    __tablename__ = "badge"
    __table_args__ = TABLE_OPTIONS | marked(PLAIN, owner("user_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id", ondelete="CASCADE"))


class Tally(Base):
    __tablename__ = "tally"
    __table_args__ = marked(derived("badge"), no_owner("How many badges there are"))

    badges: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
"""


class LaterApp:
    """The copy in `folder`, with the revision; `models` are those that go with `GROWS`."""

    def __init__(self, folder: Path, revision: str, models: bool = False) -> None:
        self._folder = folder
        for part in ("app", "migrations"):
            shutil.copytree(ROOT / part, folder / part)  # what Python made of it comes along
        self.revision = folder / "migrations" / "versions" / f"{REVISION}_later.py"
        self.revision.write_text(revision.format(head=head_revision()))
        if models:
            self._grow_models(folder / "app" / "models")

    @staticmethod
    def _grow_models(folder: Path) -> None:
        conversation, badge = folder / "conversation.py", folder / "badge.py"
        text = conversation.read_text()
        assert TITLE_SOURCE in text
        conversation.write_text(text.replace(TITLE_SOURCE, MOOD + TITLE_SOURCE))
        badge.write_text(BADGE)
        with (folder / "__init__.py").open("a") as models:
            models.write("from app.models import badge\n")

    def command(self, url: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """A command of this version."""
        return command(self._folder.parent, url, *words, PYTHONPATH=str(self._folder))
