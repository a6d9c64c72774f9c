"""Where the work in hand comes from: known to whatever runs on behalf of a request."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The client's address and the request's id; None for work that nobody asked for."""

    address: str | None = None
    request_id: str | None = None


COMMAND_LINE = RequestOrigin("command line")

NOBODY = RequestOrigin()

_origin: ContextVar[RequestOrigin] = ContextVar("origin", default=NOBODY)


def current_origin() -> RequestOrigin:
    """The origin of the work in hand."""
    return _origin.get()


class ActingFor:
    """Everything that begins inside comes from there, tasks and database work included.

    A class, as a generator of `contextlib` would hold half a kilobyte as long as a socket is open.
    """

    __slots__ = ("_origin", "_token")

    def __init__(self, origin: RequestOrigin) -> None:
        self._origin = origin

    def __enter__(self) -> None:
        self._token = _origin.set(self._origin)

    def __exit__(self, *_: object) -> None:
        _origin.reset(self._token)
