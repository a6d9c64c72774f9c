"""What the schema says of itself."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import GIVEN_KEY_OPTIONS, Base
from app.models.marks import marked, no_owner, sealed


class SchemaInfo(Base):
    """One row: the oldest version of the app that may use this schema, and the key's canary.

    `key_canary` opens with the master key that the saved API keys are encrypted with; NULL until
    the first server starts.
    """

    __tablename__ = "schema_info"
    __table_args__ = GIVEN_KEY_OPTIONS | marked(
        sealed("key_canary"), no_owner("About the database itself")
    )

    min_app_version: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_canary: Mapped[str | None] = mapped_column(Text)
