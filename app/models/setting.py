"""Settings that administrators change while servers run."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, UtcDateTime
from app.models.marks import PLAIN, marked, no_owner


class Setting(Base):
    """The value of a setting, as JSON. A variable in the environment goes before it."""

    __tablename__ = "setting"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, no_owner("The operator's"))

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
