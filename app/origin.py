"""The origin of the current work, known to everything that runs on behalf of a request."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The client's address and the request's id; None for background work."""

    address: str | None = None
    request_id: str | None = None


COMMAND_LINE = RequestOrigin("command line")

NOBODY = RequestOrigin()

_origin: ContextVar[RequestOrigin] = ContextVar("origin", default=NOBODY)


def current_origin() -> RequestOrigin:
    """The origin of the current work."""
    return _origin.get()


class ActingFor:
    """Sets the origin for everything that begins inside, tasks and database work included.

    A class, because a generator of `contextlib` would hold half a kilobyte while a socket is open.
    """

    __slots__ = ("_origin", "_token")

    def __init__(self, origin: RequestOrigin) -> None:
        self._origin = origin

    def __enter__(self) -> None:
        self._token = _origin.set(self._origin)

    def __exit__(self, *_: object) -> None:
        _origin.reset(self._token)
