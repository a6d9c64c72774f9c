"""Takes note that no older version uses the database any more."""

from sqlalchemy import Connection, func, select, update

from app.contract import CONTRACTED, is_contracted
from app.database import table_of
from app.engines.failures import UnusableDatabase
from app.models import Generation, Process, SchemaInfo

_generation = table_of(Generation)
_info = table_of(SchemaInfo)
_process = table_of(Process)


class OlderVersionRuns(UnusableDatabase):
    """A process of an older version writes replies at this moment."""

    def __init__(self, replies: int) -> None:
        super().__init__(
            f"Replies are written by processes of a version before {CONTRACTED} ({replies}): stop "
            "those, wait until their replies have ended, and run this again"
        )


def contract(connection: Connection) -> bool:
    """Have versions refused that look at the beat of each reply; False where they are already.

    Raises OlderVersionRuns. Those that run and write nothing cannot be seen from here.
    """
    oldest = connection.execute(select(_info.c.min_app_version)).scalar_one()
    if is_contracted(oldest):
        return False
    answered_for = select(_process.c.owner)
    theirs = select(func.count()).where(
        _generation.c.running_conversation_id.is_not(None),
        _generation.c.owner.not_in(answered_for),
    )
    if replies := connection.execute(theirs).scalar_one():
        raise OlderVersionRuns(replies)
    connection.execute(update(_info).values(min_app_version=CONTRACTED))
    return True
