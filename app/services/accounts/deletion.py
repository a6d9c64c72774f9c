"""Removes an account and all that belongs to it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from app.database import Database, table_of
from app.models import (
    Conversation,
    LoginSession,
    Model,
    ModelConnection,
    PromptText,
    UsageAttempt,
    UsageTarget,
    User,
    utc_now,
)
from app.models.user import DELETED
from app.services.accounts.lockout import lock_out
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account
from app.services.auth.admins import require_other_admin
from app.services.auth.passwords import PasswordService
from app.services.auth.refresh_tokens import revoke_all
from app.services.conversations.shares import end_shares
from app.services.files.service import FileService
from app.services.jobs.rows import wish
from app.services.jobs.service import HeldJob
from app.services.keys.rows import revoke_all as revoke_keys
from app.services.search.segments import forget_some
from app.services.sharing.sweep import remove_some_of
from app.services.transfer.imports import ImportService
from app.services.upkeep.removal import remove_of_conversations, remove_of_sessions, remove_some
from app.services.usage.fold import Fold
from app.services.usage.gone import give_up_days

_user = table_of(User)
_conversation = table_of(Conversation)
_session = table_of(LoginSession)
_connection = table_of(ModelConnection)
_model = table_of(Model)
_text = table_of(PromptText)
_attempt = table_of(UsageAttempt)
_target = table_of(UsageTarget)


DELETION = "account_deletion"
UNDO = timedelta(days=7)
"""For how long an account that an administrator deleted can be restored."""
MARGIN = timedelta(hours=1)
"""Allowance for clock skew between nodes."""
AT_ONCE = 20


class AccountRemoval:
    """Ends a user's sessions, links and keys, then removes the user and all that is theirs, some
    hundred rows at a time, so that no transaction takes long.

    Whoever asks for it does it; a job goes on with it where their process died.
    """

    def __init__(
        self,
        database: Database,
        passwords: PasswordService,
        fold: Fold,
        files: FileService,
        imports: ImportService,
        lease_seconds: float,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._fold = fold
        self._files = files
        self._imports = imports
        self._lease = timedelta(seconds=lease_seconds)

    async def begin(self, account: Account, password: str | None) -> None:
        """Delete an account; once it has begun it comes to its end. Raises LastAdmin, and as
        `PasswordService.prove`."""
        await self._passwords.prove(account, password)
        await self._database.write(_begin, account.id, self._lease)
        await self._remove(self._database, account.id)

    async def sweep(self) -> None:
        """Have the accounts removed that administrators deleted, once their time is over. A job
        does it."""
        await self._database.write(_forget_times)
        before = utc_now() - UNDO - MARGIN
        after: int | None = 0
        while after is not None:
            after = await self._database.write(_begin_overdue, before, after)

    async def go_on(self, job: HeldJob) -> None:
        """Delete the account whose job it is."""
        await self._remove(job, job.user_id)

    async def _remove(self, database: Database | HeldJob, user_id: int) -> None:
        """Of what they used of the operator's models, sums without a name stay, of what runs at
        this moment too."""
        await self._imports.remove_all_of(user_id)
        await self._fold.all(user_id, running=True)
        while await database.write(forget_some, user_id):
            pass
        while await database.write(remove_some_of, user_id):
            pass
        while await database.write(remove_of_conversations, _conversation.c.user_id == user_id):
            pass
        await self._files.remove_all_of(user_id)
        while await database.write(remove_of_sessions, _session.c.user_id == user_id):
            pass
        while await database.write(remove_some, _text.c.id, _text.c.user_id == user_id):
            pass
        its_connections = select(_connection.c.id).where(_connection.c.user_id == user_id)
        its_models = _model.c.connection_id.in_(its_connections)
        while await database.write(remove_some, _model.c.id, its_models):
            pass
        while await database.write(give_up_days, user_id):
            pass
        while await database.write(remove_some, _attempt.c.id, _attempt.c.user_id == user_id):
            pass
        while await database.write(remove_some, _target.c.id, _target.c.user_id == user_id):
            pass
        await database.write(_delete_user, user_id)


def _begin(connection: Connection, user_id: int, lease: timedelta) -> None:
    require_other_admin(connection, user_id)
    # While it is being removed it counts as an administrator's no longer.
    connection.execute(update(_user).where(_user.c.id == user_id).values(role="user"))
    revoke_all(connection, user_id)
    end_shares(connection, user_id)
    revoke_keys(connection, user_id)
    wish(connection, DELETION, user_id, later=lease)


def _forget_times(connection: Connection) -> None:
    """A release that knows nothing of deleted accounts has let them in again: if it disables them
    some day, that is not when they were deleted."""
    let_in = (_user.c.deleted_at.is_not(None), _user.c.yn == 1)
    connection.execute(update(_user).where(*let_in).values(deleted_at=None, deleted_yn=None))


def _begin_overdue(connection: Connection, before: datetime, after: int) -> int | None:
    """Have some of the accounts removed that were deleted before a time; behind which id there may
    be more. They stay deleted, and too long ago to be restored."""
    over = (_user.c.status == DELETED, _user.c.deleted_at < before, _user.c.id > after)
    some = select(_user.c.id).where(*over).order_by(_user.c.id).limit(AT_ONCE)
    ids = connection.execute(some.with_for_update()).scalars().all()
    for user_id in ids:
        lock_out(connection, user_id)
        wish(connection, DELETION, user_id)
    return ids[-1] if len(ids) == AT_ONCE else None


def _delete_user(connection: Connection, user_id: int) -> None:
    while give_up_days(connection, user_id):  # of what was added up meanwhile
        pass
    if connection.execute(delete(_user).where(_user.c.id == user_id)).rowcount == 1:
        record(connection, AuditAction.ACCOUNT_DELETED, user_id)
