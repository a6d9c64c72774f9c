"""What the schema says of itself."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SchemaInfo(Base):
    """One row: the oldest version of the app that may use this schema."""

    __tablename__ = "schema_info"

    min_app_version: Mapped[str] = mapped_column(String(20), primary_key=True)
