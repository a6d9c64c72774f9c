"""Replies of which there are rows, and no process that writes them."""

from app.services.chat.actions import ReplyAction
from app.services.chat.begin import SendRequest, begin
from app.services.container import Services
from app.services.usage.daily import ReplyLimits
from tests.support.server import Person, RunningServer


def request_of(
    person: Person,
    conversation: int,
    action: ReplyAction,
    client_id: str,
    owner: str | None = None,
) -> SendRequest:
    """As the person's server has it, or as a process called `owner` would."""
    services: Services = person.server.app.state.services
    return SendRequest(
        user_id=person.id,
        conversation_id=conversation,
        action=action,
        client_id=client_id,
        owner=owner or services.supervisor.owner,
        default_endpoint=None,
    )


async def begun(server: RunningServer, request: SendRequest) -> None:
    """The rows of a reply that no process writes."""
    services: Services = server.app.state.services
    limits, holding = ReplyLimits(5, 0, 8_000), services.reservations.holding()
    await services.database.write(begin, request, limits, holding)
