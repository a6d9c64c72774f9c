"""Sessions: one for each login, known by its tokens, ended from anywhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database, table_of
from app.errors import InvalidCredentials, InvalidToken, SessionNotFound
from app.models import LoginSession, User, WsTicket, utc_now
from app.origin import note_revoked
from app.schemas.session import ExportTicket, SessionRead, Ticket, Token
from app.services.audit.events import AuditAction, record
from app.services.auth.account import Account, find_account
from app.services.auth.recent import confirm
from app.services.auth.refresh_tokens import Device, Issued, begin, refresh, revoke, revoke_all
from app.utils.tokens import (
    EXPORT,
    Claims,
    create_access_token,
    create_ticket,
    read_access_token,
    read_socket_token,
    read_ticket,
    token_hash,
)

TICKET_SECONDS = 30
EXPORT_TICKET_SECONDS = 60

_user = table_of(User)
_session = table_of(LoginSession)
_ticket = table_of(WsTicket)


class SessionService:
    """Makes tokens, and says for whom they are good."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._secret = settings.secret_key.get_secret_value()
        self._access_seconds = settings.jwt_access_token_expire_minutes * 60
        self._most = settings.max_sessions_per_user
        self._lifetime = timedelta(days=settings.refresh_token_expire_days)
        self.wants_factor = settings.mfa == "required"

    async def begin(self, user_id: int, password_hash: str, device: Device) -> Token:
        """The tokens of a new session; InvalidCredentials when the hash has changed meanwhile."""
        issued = await self._database.write(
            begin, user_id, password_hash, device, self._lifetime, self._most
        )
        if issued is None:
            raise InvalidCredentials(user_id)
        return self._token(issued)

    async def begin_proven(
        self,
        proof: Callable[[Connection], tuple[int, str]],
        device: Device,
        after: Callable[[Connection, int], None] | None = None,
    ) -> Token:
        """The tokens of a new session for the user, with this hash, whom `proof` finds or refuses
        in the same transaction. `after` takes note of the session's id in it."""

        def work(connection: Connection) -> Issued:
            user_id, known = proof(connection)
            issued = begin(connection, user_id, known, device, self._lifetime, self._most)
            if issued is None:
                raise InvalidCredentials(user_id)
            if after is not None:
                after(connection, issued.session_id)
            return issued

        return self._token(await self._database.write(work))

    async def refresh(self, refresh_token: str, device: Device) -> Token:
        """New tokens for a refresh token; InvalidToken for one that is not valid."""
        issued = await self._database.write(refresh, refresh_token, device, self._lifetime)
        if issued is None:
            raise InvalidToken
        return self._token(issued)

    def _token(self, issued: Issued) -> Token:
        return Token(
            access_token=create_access_token(
                self._secret, issued.user_id, issued.session_id, self._access_seconds
            ),
            expires_in=self._access_seconds,
            refresh_token=issued.refresh_token,
            refresh_expires_in=int(self._lifetime.total_seconds()),
        )

    def read_token(self, token: str) -> Claims:
        """The claims of a valid access token; InvalidToken for any other."""
        return self.guarded(read_access_token(self._secret, token))

    def read_socket_token(self, token: str) -> Claims:
        """The claims of a valid access token or ticket; InvalidToken for any other."""
        return self.guarded(read_socket_token(self._secret, token))

    def guarded(self, claims: Claims) -> Claims:
        """These claims, good only with a second factor where every account must have one."""
        return replace(claims, wants_factor=True) if self.wants_factor else claims

    async def account(self, claims: Claims) -> Account:
        """The account; InvalidToken when it is disabled or the session has ended, or
        SecondFactorNeeded."""
        return await self._database.read(find_account, claims)

    async def confirm(
        self, account: Account, by: AuditAction = AuditAction.PASSWORD_CHECKED
    ) -> None:
        """The owner has shown in this session again who they are."""
        await self._database.write(confirm, account, by)

    async def live(self, session_ids: set[int]) -> set[int]:
        """Those of these sessions that are valid and whose users are enabled."""
        return await self._database.read(_live, session_ids)

    async def list(self, account: Account) -> list[SessionRead]:
        """The user's sessions, most recently used first."""
        return await self._database.read(_list, account)

    async def end(self, user_id: int, session_id: int) -> None:
        """End one session of the user's; SessionNotFound where there is none to end."""
        if not await self._database.write(_end, AuditAction.SESSION_ENDED, user_id, session_id):
            raise SessionNotFound(session_id)

    async def log_out(self, account: Account) -> None:
        """End the session in which the account acts."""
        await self._database.write(_end, AuditAction.LOGOUT, account.id, account.session_id)

    async def end_all(self, user_id: int) -> None:
        """End every session of the user's."""
        await self._database.write(_end_all, user_id)

    def ticket(self, claims: Claims) -> Ticket:
        """A ticket that opens one socket for the owner of this access token."""
        ticket = create_ticket(self._secret, claims, TICKET_SECONDS)
        return Ticket(ticket=ticket, expires_in=TICKET_SECONDS)

    def export_ticket(self, claims: Claims) -> ExportTicket:
        """A ticket that lets the owner of this access token take one export."""
        ticket = create_ticket(self._secret, claims, EXPORT_TICKET_SECONDS, EXPORT)
        return ExportTicket(path=f"/export?ticket={ticket}", expires_in=EXPORT_TICKET_SECONDS)

    def read_export_ticket(self, ticket: str) -> Claims:
        """The claims of a valid ticket for an export; InvalidToken for any other."""
        return self.guarded(read_ticket(self._secret, ticket, EXPORT))

    async def redeem(self, claims: Claims) -> None:
        """Use up the ticket, if these claims are a ticket's; InvalidToken when it was used."""
        if claims.ticket is not None:
            await self._redeemed(_redeem, claims)

    async def redeem_export(self, claims: Claims) -> None:
        """Use up a ticket for an export, and write down that it is taken; InvalidToken when it was
        used."""
        await self._redeemed(_redeem_export, claims)

    async def _redeemed(self, work: Callable[[Connection, Claims], None], claims: Claims) -> None:
        try:
            await self._database.write(work, claims)
        except IntegrityError as error:
            raise InvalidToken(ticket_of=claims.user_id) from error


def _live(connection: Connection, session_ids: set[int]) -> set[int]:
    rows = connection.execute(
        select(_session.c.id)
        .join(_user, _user.c.id == _session.c.user_id)
        .where(
            _session.c.id.in_(session_ids),
            _session.c.revoked_at.is_(None),
            _session.c.expires_at > utc_now(),
            _user.c.yn == 1,
        )
    )
    return set(rows.scalars())


def _list(connection: Connection, account: Account) -> list[SessionRead]:
    columns = (_session.c[name] for name in SessionRead.model_fields if name != "current")
    rows = connection.execute(
        select(*columns)
        .where(
            _session.c.user_id == account.id,
            _session.c.revoked_at.is_(None),
            _session.c.expires_at > utc_now(),
        )
        .order_by(_session.c.last_used_at.desc(), _session.c.id.desc())
    )
    return [SessionRead(**row._mapping, current=row.id == account.session_id) for row in rows]


def _end(connection: Connection, action: AuditAction, user_id: int, session_id: int) -> bool:
    mine = (_session.c.id == session_id, _session.c.user_id == user_id)
    ended = revoke(connection, *mine) == 1
    if ended:
        note_revoked(user_id)
        record(connection, action, user_id, session_id=session_id)
    return ended


def _end_all(connection: Connection, user_id: int) -> None:
    revoke_all(connection, user_id)
    record(connection, AuditAction.LOGOUT_ALL, user_id)


def _redeem(connection: Connection, claims: Claims, lifetime_seconds: int = TICKET_SECONDS) -> None:
    assert claims.ticket is not None
    now = utc_now()
    over = _ticket.c.expires_at < now
    connection.execute(delete(_ticket).where(_ticket.c.user_id == claims.user_id, over))
    # Twice the ticket's life, as allowance for clock skew between nodes.
    expires_at = now + timedelta(seconds=2 * lifetime_seconds)
    row = {"jti": token_hash(claims.ticket), "user_id": claims.user_id, "expires_at": expires_at}
    connection.execute(insert(_ticket).values(row))


def _redeem_export(connection: Connection, claims: Claims) -> None:
    _redeem(connection, claims, EXPORT_TICKET_SECONDS)
    record(connection, AuditAction.DATA_EXPORTED, claims.user_id)
