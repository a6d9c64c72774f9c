"""Logins that pass through a provider: sent there, taken back, linked, and ended from there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.database import Database
from app.errors import IdentityNotFound, InvalidCredentials, ProviderNotFound, ProviderUnavailable
from app.metrics import oidc_logins
from app.models import utc_now
from app.schemas.identity import IdentityList, IdentityRead, ProviderRead
from app.schemas.session import Token
from app.services.audit.events import AuditAction
from app.services.audit.notes import RefusalNotes
from app.services.auth.account import Account
from app.services.auth.factor_state import kinds_of
from app.services.auth.identities import identities_of
from app.services.auth.provider_login import ProviderLogin, keep_for_session, keep_for_step
from app.services.auth.recent import confirm_session
from app.services.auth.refresh_tokens import Device
from app.services.auth.second_step import open_step
from app.services.auth.sessions import SessionService
from app.services.oidc import rows, sent
from app.services.oidc.fetch import ProviderClient
from app.services.oidc.provider import Provider, Sent
from app.services.oidc.recognition import Recognised, recognise
from app.services.oidc.refusal import OidcRefused, invalid
from app.services.oidc.sent import Errand, ErrandKind
from app.services.oidc.tokens import (
    SKEW_SECONDS,
    authenticated_at,
    check_id_token,
    check_logout_token,
    identity_key,
    sid_hash,
    subject_of,
)
from app.services.settings.live import LiveSettings
from app.utils.tokens import opaque_token, token_hash

LONG_AGO = datetime.fromtimestamp(0, UTC)
"""When somebody showed a provider who they are that does not say so."""


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who comes back: with what, and in which browser. `issuer`, `error`: as the provider
    says in the address."""

    state: str | None
    code: str | None
    issuer: str | None
    error: str | None
    browser: str | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of it: a login, or the ticket of its second step, or neither where an identity
    was linked or a login confirmed."""

    return_to: str
    token: Token | None = None
    ticket: str | None = None
    kinds: tuple[str, ...] = ()
    """What the second step takes."""


class Failed(Exception):
    """Somebody came back and is not let through. `return_to`: where they came from; None for a
    login."""

    def __init__(self, refused: OidcRefused, return_to: str | None) -> None:
        super().__init__(refused.problem)
        self.refused = refused
        self.return_to = return_to


def providers_of(settings: Settings) -> dict[str, Provider]:
    """The providers that the operator names, by their slugs; none is asked yet."""
    if not settings.oidc_providers:
        return {}
    client = ProviderClient(settings.allowed_private_oidc_hosts)
    callback = settings.public_url.rstrip("/") + "/auth/oidc/{}/callback"
    return {
        slug: Provider(slug, rules, client, callback.format(slug))
        for slug, rules in settings.oidc_providers.items()
    }


class OidcService:
    """The providers of this server, and those who log in by them."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: SessionService,
        live: LiveSettings,
        notes: RefusalNotes,
    ) -> None:
        self._database = database
        self._notes = notes
        self._sessions = sessions
        self._live = live
        self._max_age = settings.refresh_token_expire_days * 86_400
        base = settings.public_url.rstrip("/")
        self.path = urlsplit(base).path
        """Of the page, in front of its addresses."""
        self.is_secure = base.startswith("https:")
        self._providers = providers_of(settings)

    @property
    def providers(self) -> list[ProviderRead]:
        """Those that the page shows."""
        return [
            ProviderRead(slug=provider.slug, label=provider.label)
            for provider in self._providers.values()
        ]

    async def begin(self, slug: str, browser: str, errand: Errand) -> str:
        """Where to send somebody, in the browser that has this secret. Raises ProviderNotFound,
        OidcRefused."""
        provider = self._provider(slug)
        secrets = Sent.new()
        max_age = 0 if errand.purpose == "reauthenticate" else self._max_age
        address = await provider.address(secrets, max_age)
        await self._database.write(sent.keep, slug, secrets, browser, errand)
        return address

    async def begin_for(
        self, account: Account, slug: str, browser: str, purpose: ErrandKind, return_to: str
    ) -> str:
        """The same for somebody who is logged in. Raises ProviderNotFound, ProviderUnavailable,
        LoginTooOld, ListFull; IdentityNotFound where they have none there to show again."""
        provider = self._provider(slug)
        if purpose == "link":
            await self._database.read(rows.require_room, account)
        elif not await self._database.read(_has_one, account.id, provider.rules.issuer):
            raise IdentityNotFound
        try:
            errand = Errand(purpose, return_to, account.id, account.session_id)
            return await self.begin(slug, browser, errand)
        except OidcRefused as error:
            raise ProviderUnavailable from error

    async def arrive(self, slug: str, back: Return, device: Device) -> Arrived:
        """Take somebody back. Raises ProviderNotFound, Failed."""
        provider = self._provider(slug)
        return_to = None
        try:
            row = await self._taken(provider, back)
            return_to = None if row.purpose == "login" else row.return_to
            arrived = await self._arrived(provider, row, back, device)
        except OidcRefused as error:
            oidc_logins.add(error.problem)
            self._note(slug, error)
            raise Failed(error, return_to) from error
        oidc_logins.add("ok")
        return arrived

    def _note(self, slug: str, refused: OidcRefused) -> None:
        reason = refused.reason
        self._notes.add(AuditAction.LOGIN, refused.user_id, provider=slug, reason=reason)

    async def _taken(self, provider: Provider, back: Return) -> Any:
        """The row of somebody who comes back, in the right browser and from the right provider."""
        row = await self._database.write(sent.take, back.state or "", back.browser)
        if row is None:
            raise OidcRefused("login_expired", "state")
        if row.provider != provider.slug:
            raise invalid("mix_up")
        return row

    async def _arrived(self, provider: Provider, row: Any, back: Return, device: Device) -> Arrived:
        await provider.check_source(back.issuer)
        if back.error is not None or back.code is None:
            raise OidcRefused("provider_refused", "error" if back.error else "code_missing")
        claims, access = await provider.redeem(back.code, row.verifier)
        rules = provider.rules
        ours = {"issuer": rules.issuer, "client_id": rules.client_id, "nonce": row.nonce}
        check_id_token(claims, **ours, now=utc_now())
        if row.purpose == "link":
            who = (rules.issuer, subject_of(claims), provider.slug)
            await self._linked(row, who)
        elif row.purpose == "reauthenticate":
            await self._database.write(_confirm, row, claims, rules.issuer)
        else:
            return await self._logged_in(provider, row, claims, access, device)
        return Arrived(row.return_to)

    async def _linked(self, row: Any, who: tuple[str, str, str]) -> None:
        try:
            await self._database.write(rows.link, row.user_id, row.session_id, *who)
        except IntegrityError:  # somebody linked it at this moment
            await self._database.write(rows.link, row.user_id, row.session_id, *who)

    async def _logged_in(
        self,
        provider: Provider,
        row: Any,
        claims: dict[str, Any],
        access: str | None,
        device: Device,
    ) -> Arrived:
        claims = await provider.completed(claims, access)
        who = await self._recognised(provider, claims)
        if who.problem is not None:
            raise OidcRefused(who.problem, who.reason, who.user_id)
        login = ProviderLogin(
            who.identity_id,
            sid_hash(provider.rules.issuer, claims),
            min(authenticated_at(claims) or LONG_AGO, utc_now()),
        )
        try:
            if who.has_factor:
                ticket = opaque_token()
                hash = token_hash(ticket)
                kinds = await self._database.write(_open_step, who, login, hash)
                return Arrived(row.return_to, ticket=ticket, kinds=tuple(kinds))
            token = await self._sessions.begin_proven(
                lambda _: (who.user_id, who.password_hash),
                device,
                partial(keep_for_session, login=login),
            )
        except (InvalidCredentials, IntegrityError) as error:  # changed or unlinked at this moment
            raise OidcRefused("login_expired", "account_changed", who.user_id) from error
        return Arrived(row.return_to, token=token)

    async def _recognised(self, provider: Provider, claims: dict[str, Any]) -> Recognised:
        current = await self._live.fresh()
        asked = (claims, provider, current.registration, current.require_verified_email)
        try:
            return await self._database.write(recognise, *asked)
        except IntegrityError:  # another login, or a name, was quicker
            return await self._database.write(recognise, *asked)

    async def identities(self, account: Account) -> IdentityList:
        """By which accounts at providers a user logs in."""
        found = await self._database.read(identities_of, account.id)
        return IdentityList(identities=[self._read(row) for row in found])

    def _read(self, row: Any) -> IdentityRead:
        provider = self._of_issuer(row.issuer)
        return IdentityRead(
            id=row.id,
            provider=provider and provider.slug,
            label=provider.label if provider else row.issuer,
            issuer=row.issuer,
            created_at=row.created_at,
            last_login_at=row.last_login_at,
        )

    async def unlink(self, account: Account, identity_id: int) -> None:
        """Have one log in no more. Raises IdentityNotFound, LoginTooOld, LastWay."""
        providers = {each.rules.issuer: each for each in self._providers.values()}
        await self._database.write(rows.unlink, account, identity_id, providers)

    async def log_out(self, slug: str, token: str) -> None:
        """End the sessions that a provider has ended (Back-Channel Logout 1.0). Raises
        ProviderNotFound, OidcRefused."""
        provider = self._provider(slug)
        rules = provider.rules
        claims = await provider.read(token, eager=False)
        ours = {"issuer": rules.issuer, "client_id": rules.client_id}
        check_logout_token(claims, **ours, now=utc_now())
        subject = None if claims.get("sub") is None else subject_of(claims)
        once = identity_key(rules.issuer, claims["jti"])
        about = (rules.issuer, subject, sid_hash(rules.issuer, claims))
        try:
            first = await self._database.write(rows.log_out, once, *about)
        except IntegrityError:  # the same token, at this moment
            first = False
        if not first:
            raise invalid("used_before")

    def _provider(self, slug: str) -> Provider:
        if slug not in self._providers:
            raise ProviderNotFound
        return self._providers[slug]

    def _of_issuer(self, issuer: str) -> Provider | None:
        found = (p for p in self._providers.values() if p.rules.issuer == issuer)
        return next(found, None)


def _has_one(connection: Connection, user_id: int, issuer: str) -> bool:
    return any(row.issuer == issuer for row in identities_of(connection, user_id))


def _open_step(
    connection: Connection, who: Recognised, login: ProviderLogin, ticket_hash: bytes
) -> list[str]:
    open_step(connection, who.user_id, who.password_hash, ticket_hash)
    keep_for_step(connection, ticket_hash, login)
    return kinds_of(connection, who.user_id)


def _confirm(connection: Connection, row: Any, claims: dict[str, Any], issuer: str) -> None:
    """Whoever went to the provider for that has shown there who they are since: the same person as
    before."""
    at = authenticated_at(claims)
    if at is None or at.timestamp() < row.begun_at.timestamp() - SKEW_SECONDS:
        raise invalid("not_asked_again")
    known = rows.find(connection, issuer, subject_of(claims))
    if known is None or known.user_id != row.user_id:
        raise OidcRefused("identity_taken", "identity_of_another_account", row.user_id)
    if not rows.is_live(connection, row.user_id, row.session_id):
        raise OidcRefused("login_expired", "session_ended", row.user_id)
    confirm_session(connection, row.user_id, row.session_id, AuditAction.LOGIN_CONFIRMED)
