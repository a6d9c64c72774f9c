"""The event loop of a test session."""

from uvloop import Loop

_opened: list[Loop] = []


class SessionLoop(Loop):
    """The loop that servers run on. It ends with its process and is not closed before: closing
    waits until nothing is under way in libuv, and a session whose tests had all passed stood still
    there."""

    def __init__(self) -> None:
        super().__init__()
        _opened.append(self)

    def close(self) -> None:
        """Nothing: see above."""
