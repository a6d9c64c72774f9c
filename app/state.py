"""What the application holds while it is served: `app.state`, with types."""

from pathlib import Path

from starlette.datastructures import State
from starlette.types import Scope

from app.config import Settings
from app.connections.open import OpenConnections
from app.ratelimit import RateLimits
from app.services.container import Services


class AppState(State):
    """The parts of one application. `settings` have their local secrets, and `services` are there,
    once it has started; `page` is the folder of the built web page, where it is not the usual one.
    """

    settings: Settings
    page: Path | None
    rate_limits: RateLimits
    connections: OpenConnections
    services: Services

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
