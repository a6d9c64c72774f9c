"""How the child process says that it cannot make anything of a file."""


class Unreadable(Exception):
    """It is damaged, locked, or more than is read."""


class NotSupported(Exception):
    """It is of a kind that is not read."""
