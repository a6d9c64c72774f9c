"""Where the sockets of workers lie."""

from tests.support.buses import folder

__all__ = ["folder"]
