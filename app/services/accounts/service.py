"""Accounts: made, disabled and let in again."""

from collections.abc import AsyncIterator

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.database import Database, table_of
from app.errors import EmailTaken, LastAdmin, NotDeleted, UsernameTaken
from app.models import AuditEvent, LoginSession, User, utc_now
from app.models.user import DELETED
from app.schemas.user import USER_STATUSES, AccountRead, UserCreate, UserRead
from app.services.accounts.deletion import UNDO
from app.services.accounts.entry import Entry
from app.services.accounts.lockout import lock_out
from app.services.audit.events import AuditAction, record
from app.services.auth.admins import hold_admins
from app.services.auth.factors import FactorsGone, reset_factors
from app.services.auth.hash_threads import PasswordThreads
from app.services.conversations.shares import end_shares
from app.services.invites.rows import join
from app.services.keys.rows import revoke_all as revoke_keys
from app.services.settings.live import LiveSettings
from app.utils.names import canonical, check_username
from app.utils.tokens import token_hash

_user = table_of(User)
_event = table_of(AuditEvent)
_session = table_of(LoginSession)

LISTED_AT_ONCE = 500


class AccountService:
    """Who exists."""

    def __init__(
        self,
        database: Database,
        settings: LiveSettings,
        threads: PasswordThreads,
    ) -> None:
        self._database = database
        self._settings = settings
        self._threads = threads

    async def register(self, request: UserCreate) -> UserRead:
        """A new account, in the way that this server has. Raises RegistrationClosed, InviteInvalid,
        and as `create_user`."""
        way = (await self._settings.fresh()).registration
        entry = Entry(way, token_hash(request.invite) if request.invite else None)
        await self._database.read(entry.look)
        return await self._create(request, entry)

    async def create_user(self, request: UserCreate) -> UserRead:
        """A new account, whether registration is open or not (the command line's way).

        Raises InvalidUsername, UsernameTaken, EmailTaken or PasswordTooCommon.
        """
        return await self._create(request, Entry(None))

    async def _create(self, request: UserCreate, entry: Entry) -> UserRead:
        check_username(request.username)
        keys = (canonical(request.username), canonical(request.email))
        await self._database.read(_refuse_taken, *keys)
        hashed = await self._threads.hash(request.password)
        try:
            return await self._database.write(_insert, request, keys, hashed, entry)
        except IntegrityError:  # another request was quicker
            await self._database.read(_refuse_taken, *keys)
            raise

    async def set_enabled(self, username: str, enabled: bool) -> bool:
        """Disable an account, ending logins, links and keys, or enable it; False without one.
        Raises LastAdmin, and NotDeleted for one that was deleted too long ago."""
        return await self._database.write(_set_yn, canonical(username), int(enabled))

    async def reset_factors(self, username: str, issuers: frozenset[str]) -> FactorsGone | None:
        """Take the second factor and the passkeys of an account away, ending its logins; None
        without such an account. `issuers`: of the providers that this server has."""
        return await self._database.write(reset_factors, canonical(username), issuers)

    async def all(self) -> AsyncIterator[list[AccountRead]]:
        """Every account, a page at a time, the oldest first."""
        after = 0
        while page := await self._database.read(_page, after):
            yield page
            after = page[-1].id


def _refuse_taken(connection: Connection, username_key: bytes, email_key: bytes) -> None:
    if connection.execute(select(_user.c.id).where(_user.c.username_key == username_key)).first():
        raise UsernameTaken
    if connection.execute(select(_user.c.id).where(_user.c.email_key == email_key)).first():
        raise EmailTaken


def _insert(
    connection: Connection,
    request: UserCreate,
    keys: tuple[bytes, bytes],
    hashed: str,
    entry: Entry,
) -> UserRead:
    now = utc_now()
    entered = entry.take(connection, now)
    result = connection.execute(
        insert(_user).values(
            username=request.username,
            username_key=keys[0],
            email=request.email,
            email_key=keys[1],
            password_hash=hashed,
            created_at=now,
            **entered.columns,
        )
    )
    id = result.inserted_primary_key[0]  # type: ignore[index]
    if entered.group_id is not None:
        join(connection, entered.group_id, id, keys[0])
    record(connection, AuditAction.ACCOUNT_CREATED, id, **entered.told)
    return UserRead(id=id, username=request.username, email=request.email, created_at=now)


def _set_yn(connection: Connection, username_key: bytes, yn: int) -> bool:
    admins = hold_admins(connection)
    same = _user.c.username_key == username_key
    its = select(_user.c.id, _user.c.yn, _user.c.status, _user.c.deleted_at).where(same)
    row = connection.execute(its.with_for_update()).first()
    if row is None:
        return False
    id = row.id
    if yn and row.status == DELETED and row.deleted_at <= utc_now() - UNDO:
        raise NotDeleted  # it is being removed
    if not yn and admins == {id}:
        raise LastAdmin
    # A deleted account stays so where it is disabled, and comes back disabled. In one that may be
    # used the time means nothing: a release has let it in that knows of none.
    is_deleted = not yn and not row.yn
    deleted = {"deleted_yn": 0} if is_deleted else {"deleted_at": None, "deleted_yn": None}
    connection.execute(update(_user).where(same).values(yn=yn, pending_at=None, **deleted))
    if not yn:
        lock_out(connection, id)
    elif not row.yn:  # where a release disabled it that knew of none
        end_shares(connection, id)
        revoke_keys(connection, id)
    record(connection, AuditAction.ACCOUNT_ENABLED if yn else AuditAction.ACCOUNT_DISABLED, id)
    return True


def _page(connection: Connection, after: int) -> list[AccountRead]:
    """The accounts with the next ids, and when somebody last logged in to each.

    That stands in the audit log for as long as it is kept, and with the logins that are not over.
    """
    logins = (
        select(func.max(_event.c.at))
        .where(
            _event.c.user_id == _user.c.id,
            _event.c.action == AuditAction.LOGIN.value,
            _event.c.outcome == "ok",
        )
        .scalar_subquery()
    )
    sessions = (
        select(func.max(_session.c.created_at))
        .where(_session.c.user_id == _user.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            _user.c.id,
            _user.c.username,
            _user.c.email,
            _user.c.created_at,
            _user.c.yn,
            _user.c.role,
            _user.c.status,
            logins.label("logged"),
            sessions.label("begun"),
        )
        .where(_user.c.id > after)
        .order_by(_user.c.id)
        .limit(LISTED_AT_ONCE)
    )
    return [
        AccountRead(
            id=row.id,
            username=row.username,
            email=row.email,
            created_at=row.created_at,
            enabled=row.yn == 1,
            role=row.role,
            status=USER_STATUSES[row.status],
            last_login_at=max(filter(None, (row.logged, row.begun)), default=None),
        )
        for row in rows
    ]
