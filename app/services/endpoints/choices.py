"""What a user has chosen for all conversations: models, and instructions."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from app.database import Database, table_of
from app.engines.prepared import Prepared
from app.errors import InvalidToken
from app.models import User, utc_now
from app.schemas.user import Choices, ChoicesUpdate
from app.services.audit.events import AuditAction, record
from app.services.endpoints import choice
from app.services.endpoints.carried import hold_up_to_date, read_carried
from app.services.endpoints.saved import SavedEndpoint
from app.services.endpoints.service import ConfigService
from app.services.profile.columns import PROFILE, Profile, profile_of

_user = table_of(User)
_CHOICES = Prepared(
    select(
        _user.c.default_model_id, _user.c.title_model_id, _user.c.custom_instructions, *PROFILE
    ).where(_user.c.id == bindparam("of_user"))
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices, whether a message in a new conversation would be answered, and whether it would
    be counted, as the operator pays for it; and what their owner is called and looks like."""

    choices: Choices
    profile: Profile
    can_chat: bool
    is_counted: bool


class ChoiceService:
    """A user's choices for all conversations."""

    def __init__(self, database: Database, configs: ConfigService) -> None:
        self._database = database
        self._configs = configs

    async def get(self, user_id: int) -> Chosen:
        """What the user has chosen."""
        environment = self._configs.default_endpoint(user_id)
        return await read_carried(self._database, _get, user_id, environment)

    async def change(self, user_id: int, change: ChoicesUpdate) -> Chosen:
        """Change what is given; ModelNotFound or ModelGone for a model that the user may not use,
        InvalidToken when the account has been deleted meanwhile."""
        environment = self._configs.default_endpoint(user_id)
        return await self._database.write(_change, user_id, change, environment)


def _get(connection: Connection, user_id: int, environment: SavedEndpoint | None) -> Chosen:
    row = _CHOICES.first(connection, {"of_user": user_id, "now": utc_now()})
    if row is None:  # the account was deleted after its token was checked
        raise InvalidToken
    default = choice.find_default(connection, user_id, environment)
    is_counted = default is not None and default.is_counted
    choices = Choices.model_validate(row, from_attributes=True)
    return Chosen(choices, profile_of(row), default is not None, is_counted)


def _change(
    connection: Connection,
    user_id: int,
    change: ChoicesUpdate,
    environment: SavedEndpoint | None,
) -> Chosen:
    hold_up_to_date(connection, user_id)
    given = change.model_dump(exclude_unset=True)
    for model_id in (change.default_model_id, change.title_model_id):
        if model_id is not None:
            choice.require_usable(connection, user_id, model_id, environment)
    if "custom_instructions" in given:
        given["custom_instructions"] = given["custom_instructions"] or None
    if "display_name" in given:
        record(connection, AuditAction.PROFILE_CHANGED, user_id)
    if given:
        connection.execute(update(_user).where(_user.c.id == user_id).values(**given))
    return _get(connection, user_id, environment)
