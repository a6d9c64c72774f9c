"""What is typed: a message, or one of the commands."""

from dataclasses import dataclass

NAMES = {"help", "list", "open", "new", "model", "regenerate", "edit", "quit"}
ALIASES = {"exit": "quit", "?": "help", "q": "quit"}


@dataclass(frozen=True)
class Command:
    """A command and what follows its name; `name` is empty where there is none of that name."""

    name: str
    rest: str = ""
    typed: str = ""


def read_line(line: str) -> Command | str:
    """A line as a command, or as the message to send.

    A slash at the very beginning makes a command, so that none goes to the model by mistake; two
    send one.
    """
    if line.startswith("//"):
        return line[1:]
    if not line.startswith("/"):
        return line
    typed, _, rest = line[1:].partition(" ")
    name = ALIASES.get(typed.lower(), typed.lower())
    return Command(name if name in NAMES else "", rest.strip(), f"/{typed}")
