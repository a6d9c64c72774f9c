"""The origin of the current work, known to everything that runs on behalf of a request."""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The client's address and the request's id; None for background work. `revoked`: whose
    logins or keys a request has ended."""

    address: str | None = None
    request_id: str | None = None
    revoked: set[int] | None = field(default=None, compare=False)


COMMAND_LINE = RequestOrigin("command line")

NOBODY = RequestOrigin()

_origin: ContextVar[RequestOrigin] = ContextVar("origin", default=NOBODY)


def current_origin() -> RequestOrigin:
    """The origin of the current work."""
    return _origin.get()


def note_revoked(user_id: int) -> None:
    """The current work ends logins or keys of a user: whoever has something open with them is to be
    told, once that is committed."""
    if (revoked := _origin.get().revoked) is not None:
        revoked.add(user_id)


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
