"""Logs: one line per event, on the console or as JSON; never a secret, never content."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from app.config import Settings
from app.origin import current_origin

SERVER_LOGS = ("uvicorn", "uvicorn.error", "uvicorn.access")

OWN_LOG = "app"
ACCESS_EVENTS = frozenset({"request", "socket_opened", "socket_closed"})
AUDIT_EVENTS = frozenset({"audit"})

_QUERY = re.compile(r"\?[^\s\"']*")


class EventLog:
    """Writes events. The name is fixed; whatever varies goes into the fields."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def set_level(self, level: int) -> None:
        """Drop events below this level."""
        self._logger.setLevel(level)

    def debug(self, event: str, **fields: object) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, failure: BaseException | None = None, /, **fields: object) -> None:
        """With the traceback of `failure`, where there is one."""
        self._write(logging.ERROR, event, fields, failure)

    def exception(self, event: str, **fields: object) -> None:
        """An error with the traceback of the exception that is being handled."""
        self._write(logging.ERROR, event, fields, sys.exception())

    def _write(
        self,
        level: int,
        event: str,
        fields: dict[str, object],
        failure: BaseException | None = None,
    ) -> None:
        self._logger.log(level, event, exc_info=failure, extra={"fields": fields})


log = EventLog(OWN_LOG)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = _fields(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class ConsoleLines(logging.Formatter):
    """Time, level, event, then `name=value`; a traceback follows on its own lines.

    A plain traceback: those that show local variables show tokens and keys, too.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = _fields(record)
        start = f"{line.pop('timestamp')} [{line.pop('level'):<7}] {line.pop('event')}"
        text = " ".join([start, *(f"{name}={_in_one_word(line[name])}" for name in line)])
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class WithoutQuery(logging.Filter):
    """Cuts query strings: uvicorn logs a socket's URL, and its `token` with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _QUERY.sub("", record.getMessage())
        record.args = ()
        return True


class WithoutClientFaults(logging.Filter):
    """Drops uvicorn's traceback for a text frame that is not UTF-8. That is the client's fault, and
    close code 1007 says so."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Invalid UTF-8 sequence")


class WithoutEvents(logging.Filter):
    """Drops our own events of these names."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != OWN_LOG or record.msg not in self._names


def left_out(settings: Settings, on_terminal: bool) -> frozenset[str]:
    """The events that are not written: on a terminal somebody wants to see what needs them, and
    elsewhere a collector, or a chain of audit events, wants them all."""
    somebody_reads = on_terminal and settings.log_format == "console" and not settings.debug
    if settings.access_log == "on":
        return frozenset()
    if somebody_reads:
        return ACCESS_EVENTS | AUDIT_EVENTS
    return ACCESS_EVENTS if settings.access_log == "off" else frozenset()


def configure_logs(settings: Settings) -> None:
    """Send this process's logs, and warnings of libraries, to standard error in one format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else ConsoleLines())
    handler.addFilter(WithoutQuery())
    handler.addFilter(WithoutEvents(left_out(settings, sys.stderr.isatty())))
    root = logging.getLogger()
    for other in root.handlers[:]:
        if isinstance(
            other.formatter, JsonLines | ConsoleLines
        ):  # left by an earlier server, in tests
            root.removeHandler(other)
    root.addHandler(handler)
    log.set_level(logging.DEBUG if settings.debug else logging.INFO)
    for name in SERVER_LOGS:
        logger = logging.getLogger(name)
        logger.filters = [WithoutClientFaults(), WithoutQuery()]
        for server_handler in logger.handlers:
            server_handler.setFormatter(handler.formatter)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    line: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        "level": record.levelname.lower(),
        "event": record.getMessage(),
    }
    if request_id := current_origin().request_id:
        line["request_id"] = request_id
    return line | getattr(record, "fields", {})


def _in_one_word(value: object) -> str:
    """A value quoted where it could pass for another field or line."""
    text = str(value)
    plain = text.isprintable() and not {" ", "="} & set(text)
    return text if plain and text else repr(text)
