"""What people used of the operator's models, made without asking those."""

from datetime import timedelta

from sqlalchemy import Connection

from app.models import utc_now
from app.services.usage.targets import Target
from tests.page.conftest import Site
from tests.support.server import Person
from tests.usage.ledger import put

MODELS = (
    Target(None, 1, "Company", None, "gpt-4o"),
    Target(None, 1, "Company", None, "meta-llama/llama-3.3-70b-instruct-with-a-long-name:free"),
    Target(None, None, None, None, "SmolLM2-135M-Instruct"),
)


async def use_shared(site: Site, *people: Person) -> None:
    """On each of the last days each has used some of them, more and less from day to day."""
    ids = [(await person.get("/auth/me")).json()["id"] for person in people]
    database = site.server.app.state.services.database
    await database.write(_put, ids)
    await site.server.app.state.services.fold.all()


def _put(connection: Connection, ids: list[int]) -> None:
    for place, user_id in enumerate(ids):
        for back in range(14):
            model = MODELS[(back + place) % len(MODELS)]
            tokens = 900 * (1 + (back * 5 + place * 3) % 7) // (place + 1)
            cost = None if model.connection_id is None else tokens * 2_500 * (place + 1)
            at = utc_now() - timedelta(days=back)
            put(
                connection,
                user_id,
                model,
                at,
                prompt_tokens=tokens * 4,
                completion_tokens=tokens,
                cost_nano=cost,
                price_source="none" if cost is None else "table",
                counted_by="estimate" if back == 3 else "provider",
            )
