"""The processes that serve a database."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, UtcDateTime
from app.models.marks import derived, marked, no_owner


class Process(Base):
    """One process of this version or a later one, as long as it lives.

    `owner` is its name in the rows of its replies and jobs; `beat` counts its signs of life, which
    stand for all of those. `version` is that of its code.
    """

    __tablename__ = "process"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(
        derived("generation"), no_owner("About the processes themselves")
    )

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    beat: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
