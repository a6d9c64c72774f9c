"""What the application holds while it is served: `app.state`, with types."""

from pathlib import Path

from starlette.datastructures import State
from starlette.types import Scope

from app.config import Settings
from app.connections.open import OpenConnections
from app.numbers import Numbers
from app.ratelimit import RateLimits
from app.services.container import Services
from app.workers.gathering import Gathering


class AppState(State):
    """The parts of one application. `settings` have their local secrets, and `services` and
    `gathering` are there, once it has started; `page` is the folder of the built web page, where it
    is not the usual one.
    """

    settings: Settings
    page: Path | None
    rate_limits: RateLimits
    connections: OpenConnections
    services: Services
    gathering: Gathering

    def numbers(self) -> Numbers:
        """What this process counts, and what is so in it now."""
        load, supervisor = self.services.database.load, self.services.supervisor
        bus = self.services.bus
        return Numbers.of_this_process(
            {
                "chat_replies_running": supervisor.running_count,
                "chat_sockets_open": len(self.connections.sockets),
                "chat_program_requests_open": len(self.connections.programs),
                "chat_checkpoint_lag_seconds": supervisor.checkpoint_lag,
                "chat_search_unread": self.services.reader.behind,
                "chat_bus_healthy": float(bus.is_healthy),
                "chat_bus_peers": bus.peers(),
                "chat_budgets_shared": float(self.services.peers.are_shared()),
                "chat_jobs_running": self.services.jobs.running,
                "chat_database_running": load.running,
                "chat_database_waiting": load.waiting,
                "chat_database_limit": load.limit,
                "chat_workers": 1,
            }
        )

    def __init__(self, settings: Settings, page: Path | None) -> None:
        super().__init__()
        self.settings = settings
        self.page = page
        self.rate_limits = RateLimits(settings)
        self.connections = OpenConnections(settings)


def app_state(scope: Scope) -> AppState:
    """The state of the application that serves this request or socket."""
    state: AppState = scope["app"].state
    return state
