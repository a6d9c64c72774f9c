"""Every connection of every driver gets the session settings we rely on, and they are checked.

The server's defaults, and a proxy's, belong to its operator. Any of these settings changed there
would change what our statements mean, down to where a quoted text ends (`sql_mode`).
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from app.engines.failures import UnusableDatabase, is_answer

LOCK_SECONDS = 5
SQL_MODE = (
    "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION"
)
NAMES = "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci"
"""Set explicitly, because a server may ignore the client's wish
(skip-character-set-client-handshake)."""
ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE"
VARIABLES = {
    "sql_mode": SQL_MODE,
    "time_zone": "+00:00",
    "autocommit": 0,
    "completion_type": "NO_CHAIN",
    "sql_safe_updates": 0,
    "sql_auto_is_null": 0,
    "sql_big_selects": 1,
    "foreign_key_checks": 1,
    "unique_checks": 1,
    "sql_select_limit": 2**64 - 1,
    "default_storage_engine": "InnoDB",
    "innodb_lock_wait_timeout": LOCK_SECONDS,
}
EXPECTED = {
    **{name: str(value) for name, value in VARIABLES.items()},
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_results": "utf8mb4",
    "collation_connection": "utf8mb4_unicode_ci",
}
SWITCH = {"ON": "1", "OFF": "0"}
ISOLATIONS = ("transaction_isolation", "tx_isolation")
READ_ONLY = ("transaction_read_only", "tx_read_only")
TAKES_NO_WRITES = "read_only"
SHOW = "SHOW SESSION VARIABLES WHERE Variable_name IN ({})".format(
    ", ".join(f"'{name}'" for name in (*EXPECTED, *ISOLATIONS, *READ_ONLY, TAKES_NO_WRITES))
)


def prepare_sessions(engine: Engine) -> None:
    """Have every connection of an engine's pool set up before any other statement.

    A connection that does not accept our settings is refused with UnusableDatabase. A connection to
    a server that takes no writes is used once and not pooled: its server may have ceased to be the
    primary, and would keep showing old data.
    """

    def configure(connection: Any, record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            _set(cursor.execute)
            cursor.execute(SHOW)
            found = dict(cursor.fetchall())
            _check(found)
            record.info[TAKES_NO_WRITES] = found[TAKES_NO_WRITES] == "ON"
        finally:
            cursor.close()

    # Before SQLAlchemy's listener, which reads a first connection's mode to quote names by it.
    event.listen(engine, "connect", configure, insert=True)
    event.listen(engine, "checkin", _keep_no_reader)


def _keep_no_reader(_connection: object, record: ConnectionPoolEntry) -> None:
    if record.info.get(TAKES_NO_WRITES):
        record.invalidate()


def _set(execute: Callable[[str], object]) -> None:
    wanted = [f"{name} = {value!r}" for name, value in VARIABLES.items()]
    steps = {"the character set": NAMES, "transaction_isolation": ISOLATION}
    try:
        for step in steps.values():
            execute(step)
        execute(f"SET {', '.join(wanted)}")
    except Exception as error:
        if not is_answer(error):
            raise
        steps |= {name: f"SET {text}" for name, text in zip(VARIABLES, wanted, strict=True)}
        _name_refused(execute, steps)
        raise


def _name_refused(execute: Callable[[str], object], steps: dict[str, str]) -> None:
    """Raise UnusableDatabase for the first of these statements that the server refuses."""
    for name, statement in steps.items():
        try:
            execute(statement)
        except Exception as error:
            if not is_answer(error):
                raise
            raise UnusableDatabase(
                f"The database does not let this app set {name} for its session "
                f"(error {error.args[0]}): give its account that right"
            ) from error


def _check(found: dict[str, str]) -> None:
    for name, wanted in EXPECTED.items():
        if _plain(name, found.get(name, wanted)) != _plain(name, wanted):
            raise _NotKept(name)
    if "READ-COMMITTED" not in (found.get(name) for name in ISOLATIONS):
        raise _NotKept("transaction_isolation")
    if "ON" in (found.get(name) for name in READ_ONLY):
        raise _NotKept("transaction_read_only")


def _plain(name: str, value: str) -> object:
    if name == "sql_mode":
        return set(value.split(","))
    return SWITCH.get(value.upper(), value.lower())


class _NotKept(UnusableDatabase):
    """A setting is not what was just set: there may be a proxy in between."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The database does not keep the session setting {name} that this app gives it: "
            "look for a proxy or a server setting that overrides it"
        )
