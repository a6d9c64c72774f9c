"""Requests and guesses until a budget is spent."""

from tests.support.server import PASSWORD, Person, RunningServer

LIMIT = 60
TRIES = 12


async def status(person: Person) -> int:
    return (await person.get("/auth/me")).status_code


async def passes(person: Person, at_most: int) -> int:
    """How many requests are answered until one is refused."""
    for passed in range(at_most):
        if await status(person) == 429:
            return passed
    return at_most


async def tries(server: RunningServer, name: str, at_most: int) -> int:
    """How many wrong passwords are looked at until one is refused."""
    body = {"username_or_email": name, "password": f"not {PASSWORD}"}
    for tried in range(at_most):
        if (await server.http.post("/auth/login", json=body)).status_code == 429:
            return tried
    return at_most
