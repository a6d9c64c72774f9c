"""What a database says that it does for a query."""

from typing import Any

from sqlalchemy import Connection, Select

SORTING = ("filesort", "TEMP B-TREE", "temporary")


def plan_of(connection: Connection, query: Select[Any]) -> str:
    """The plan, in the database's own words."""
    dialect = connection.dialect
    sql = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    plan = connection.exec_driver_sql(f"{explain} {sql}".replace("%", "%%"))
    return "\n".join(str(tuple(row)) for row in plan)  # a row alone is cut when it is long


def walks_along(index: str, plan: str) -> bool:
    """Whether it goes along this index and sorts nothing."""
    return index in plan and not any(sorting in plan for sorting in SORTING)
