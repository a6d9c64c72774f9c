"""Pictures of people."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base, BigId
from app.models.marks import PLAIN, marked, owner

PictureBytes = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


class Avatar(Base):
    """A user's picture, as it was drawn here: WebP. `version` grows with each one."""

    __tablename__ = "avatar"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(PLAIN, owner("user_id"))

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[bytes] = mapped_column(PictureBytes)
