"""What users have used up of what the operator gives them."""

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId
from app.models.marks import PLAIN, marked, owner


class DefaultModelUse(Base):
    """How many messages a user sent to the operator's model on one day (UTC, days since 1970)."""

    __tablename__ = "default_model_use"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    messages: Mapped[int] = mapped_column(Integer)
