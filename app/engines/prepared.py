"""Statements that SQLAlchemy compiles once and the driver runs.

To look a statement up and to wrap its result takes SQLAlchemy longer than SQLite to run it: those
of a turn took 19 to 38 µs by `Connection.execute`, 3 to 16 prepared. What runs with every message
is run like this; all else by `Connection.execute`.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Dialect,
    Insert,
    SelectBase,
    Update,
    bindparam,
)
from sqlalchemy.types import TypeEngine

type Statement = SelectBase | Insert | Update | Delete
type Processor = Callable[[Any], Any] | None
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement in the words of one dialect: how its values go in and its rows come out."""

    sql: str
    fixed: dict[str, Any]
    names: list[str]
    take: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    binds: list[tuple[int, Callable[[Any], Any]]]
    by_name: bool
    row: Callable[[Sequence[Any]], Any]
    results: list[tuple[int, Callable[[Any], Any]]]


class Prepared:
    """One statement. Values are given by the names of its bind parameters.

    The statement may depend on the dialect. `columns`: of an INSERT, the columns that are given.
    Types are converted, and errors raised, as by SQLAlchemy. Rows are named tuples. An `expanding`
    parameter cannot be prepared.
    """

    def __init__(
        self, statement: Statement | Callable[[Dialect], Statement], columns: Sequence[str] = ()
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._plans: WeakKeyDictionary[Dialect, _Plan] = WeakKeyDictionary()

    def all(self, connection: Connection, values: Mapping[str, Any] = NOTHING) -> list[Any]:
        """Every row."""
        plan = self._plan(connection)
        cursor = _run(connection, plan, values)
        try:
            return [_row(plan, row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def tuples(self, connection: Connection, values: Mapping[str, Any] = NOTHING) -> Sequence[Any]:
        """Every row as the driver gives it, without names or types: for hundreds of them."""
        cursor = _run(connection, self._plan(connection), values)
        try:
            return cast(Sequence[Any], cursor.fetchall())
        finally:
            cursor.close()

    def first(self, connection: Connection, values: Mapping[str, Any] = NOTHING) -> Any:
        """The first row; None where there is none."""
        plan = self._plan(connection)
        cursor = _run(connection, plan, values)
        try:
            found = cursor.fetchone()
            return None if found is None else _row(plan, found)
        finally:
            cursor.close()

    def insert(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Insert one row; the id it was given."""
        cursor = _run(connection, self._plan(connection), values)
        try:
            return int(cursor.lastrowid)
        finally:
            cursor.close()

    def run(self, connection: Connection, values: Mapping[str, Any] = NOTHING) -> int:
        """How many rows were changed."""
        cursor = _run(connection, self._plan(connection), values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each of these values."""
        plan = self._plan(connection)
        _execute(
            connection, plan, [_parameters(plan, values) for values in rows], many=True
        ).close()

    def _plan(self, connection: Connection) -> _Plan:
        plan = self._plans.get(connection.dialect)
        if plan is None:
            plan = self._plans[connection.dialect] = self._compiled(connection.dialect)
        return plan

    def _compiled(self, dialect: Dialect) -> _Plan:
        made = self._statement
        statement: Any = made(dialect) if callable(made) else made
        compiled = statement.compile(dialect=dialect, column_keys=self._columns or None)
        binds: dict[str, BindParameter[Any]] = compiled.binds
        fixed = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        order = compiled.positiontup
        names = list(order or binds)
        columns = statement.selected_columns if isinstance(statement, SelectBase) else ()
        results = [_result(column.type, dialect) for column in columns]
        row: Any = namedtuple("Row", [str(column.key) for column in columns], rename=True)  # type: ignore[misc]
        return _Plan(
            str(compiled),
            fixed,
            names,
            _taking(names),
            _needed(_bind(binds[name].type, dialect) for name in names),
            order is None,
            row._make,
            _needed(results),
        )


class PreparedIn:
    """A statement about a list of ids, prepared for lists of 1, 2, 4, 8 … of them.

    `build` makes it from the bind parameters of the ids. A list is filled up with its last id.
    """

    def __init__(
        self, kind: TypeEngine[Any], build: Callable[[list[BindParameter[Any]]], Statement]
    ) -> None:
        self._kind = kind
        self._build = build
        self._prepared: dict[int, Prepared] = {}

    def all(
        self, connection: Connection, ids: Sequence[Any], values: Mapping[str, Any] = NOTHING
    ) -> list[Any]:
        """Every row; none without ids."""
        if not ids:
            return []
        prepared, given = self._for(ids)
        return prepared.all(connection, {**given, **values})

    def first(
        self, connection: Connection, ids: Sequence[Any], values: Mapping[str, Any] = NOTHING
    ) -> Any:
        """The first row; None where there is none."""
        prepared, given = self._for(ids)
        return prepared.first(connection, {**given, **values})

    def run(
        self, connection: Connection, ids: Sequence[Any], values: Mapping[str, Any] = NOTHING
    ) -> int:
        """How many rows were changed."""
        prepared, given = self._for(ids)
        return prepared.run(connection, {**given, **values})

    def _for(self, ids: Sequence[Any]) -> tuple[Prepared, dict[str, Any]]:
        size = 1 << (len(ids) - 1).bit_length()
        prepared = self._prepared.get(size)
        if prepared is None:
            names = [bindparam(f"id_{n}", type_=self._kind) for n in range(size)]
            prepared = self._prepared[size] = Prepared(self._build(names))
        filled = [*ids, *[ids[-1]] * (size - len(ids))]
        return prepared, {f"id_{n}": id for n, id in enumerate(filled)}


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _run(connection: Connection, plan: _Plan, values: Mapping[str, Any]) -> Any:
    return _execute(connection, plan, _parameters(plan, values))


def _needed(processors: Iterable[Processor]) -> list[tuple[int, Callable[[Any], Any]]]:
    return [(place, process) for place, process in enumerate(processors) if process is not None]


def _taking(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes the values of these names, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple([values[name] for name in names])


def _parameters(plan: _Plan, values: Mapping[str, Any]) -> Any:
    """The values as the driver takes them, by place or by name."""
    found: Any = plan.take({**plan.fixed, **values} if plan.fixed else values)
    if plan.binds:
        found = list(found)
        for place, process in plan.binds:
            found[place] = process(found[place])
    return dict(zip(plan.names, found, strict=True)) if plan.by_name else found


def _execute(connection: Connection, plan: _Plan, parameters: Any, many: bool = False) -> Any:
    """The driver's cursor, which has run the statement in the connection's transaction."""
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    try:
        if many:
            cursor.executemany(plan.sql, parameters)
        else:
            cursor.execute(plan.sql, parameters)
    except Exception as error:
        # Says whether the connection is lost, tells the pool, and raises an error of SQLAlchemy's.
        connection._handle_dbapi_exception(error, plan.sql, parameters, cursor, None)
    return cursor


def _row(plan: _Plan, found: Sequence[Any]) -> Any:
    if not plan.results:
        return plan.row(found)
    row = list(found)
    for place, process in plan.results:
        row[place] = process(row[place])
    return plan.row(row)
