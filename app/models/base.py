"""Column types that mean the same on MySQL and SQLite."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite hands out row ids for INTEGER only."""

Flag = SmallInteger().with_variant(mysql.TINYINT(), "mysql", "mariadb")

LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")

TABLE_OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_unicode_ci",
    # Without it SQLite gives a deleted row's id to the next one; ids are promises here.
    "sqlite_autoincrement": True,
}

GIVEN_KEY_OPTIONS = {**TABLE_OPTIONS, "sqlite_autoincrement": False}
"""For a table whose primary key is not handed out by the database."""


def key_bytes(length: int) -> TypeEngine[bytes]:
    """Bytes compared as bytes: under utf8mb4_unicode_ci all emoji are equal, and `ß` is `ss`."""
    return LargeBinary().with_variant(mysql.VARBINARY(length), "mysql", "mariadb")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as naive UTC with microseconds."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """The present, as every row's times are written."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The registry of all tables."""
