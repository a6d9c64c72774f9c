"""Asks the servers of the operator's connections, in the name of an administrator."""

from app.errors import KeyUnreadable
from app.schemas.config import ModelNames, TrialErrorRead, TryResult
from app.schemas.message import ErrorRead
from app.services.audit.events import AuditAction
from app.services.auth.account import Account
from app.services.endpoints.service import ConfigService
from app.services.endpoints.trials import EndpointTrials
from app.services.shared_connections.service import ANY_MODEL, SharedConnections


class SharedTrials:
    """As users' own connections are tried. Raises ConnectionNotFound, OfSettings, LoginTooOld,
    AdminOnly."""

    def __init__(
        self, shared: SharedConnections, trials: EndpointTrials, configs: ConfigService
    ) -> None:
        self._shared = shared
        self._trials = trials
        self._configs = configs

    async def refresh(self, admin: Account, id: int) -> ModelNames:
        """The models that a connection offers now, which are kept; ModelUrlNotAllowed."""
        action = AuditAction.CONNECTION_REFRESHED
        saved = await self._shared.begin_asking(admin, id, ANY_MODEL, action)

        async def keep(base_url: str, names: list[str]) -> None:
            await self._shared.save_list(id, base_url, names)

        try:
            return await self._trials.list_models(self._configs.open(saved), keep)
        except KeyUnreadable as error:
            return ModelNames(models=[], error=ErrorRead.of(error))

    async def test(self, admin: Account, id: int, model_name: str) -> TryResult:
        """Whether a model of a connection answers."""
        action, name = AuditAction.CONNECTION_TRIED, model_name.strip()
        saved = await self._shared.begin_asking(admin, id, name, action)
        try:
            return await self._trials.ask(self._configs.open(saved), saved.target)
        except KeyUnreadable as error:
            read = TrialErrorRead.of(error)
            return TryResult(ok=False, error=read, reply_seconds=None, suggested_url=None)
