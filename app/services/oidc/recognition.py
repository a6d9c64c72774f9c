"""Whose account it is that comes back from a provider, and whether it may be used now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from app.config import Registration
from app.database import table_of
from app.models import User, utc_now
from app.models.user import ACTIVE, PENDING
from app.services.audit.events import AuditAction, record
from app.services.auth.refresh_tokens import revoke_all
from app.services.auth.second_step import forget_steps
from app.services.oidc import rows
from app.services.oidc.accounts import Person, create
from app.services.oidc.groups import claimed_groups, join_and_leave, may_come, set_role
from app.services.oidc.provider import Provider
from app.services.oidc.refusal import OidcRefused, Problem
from app.utils.names import canonical

_user = table_of(User)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who it is. `problem`: why they may not log in now; what was changed for that stays."""

    user_id: int
    identity_id: int
    password_hash: str
    has_factor: bool
    problem: Problem | None = None
    reason: str = ""


def recognise(
    connection: Connection,
    claims: dict[str, Any],
    provider: Provider,
    way: Registration,
    requires_email: bool,
) -> Recognised:
    """The account of these claims, made where there is none and may be one. Its role and groups are
    as the provider says from now on. Raises OidcRefused."""
    rules, subject = provider.rules, str(claims["sub"])
    groups = claimed_groups(claims, rules)
    may = may_come(groups, rules)
    known, person = rows.find(connection, rules.issuer, subject), Person.of(claims)
    if known is None:
        if not may:
            raise OidcRefused("not_allowed", "groups")
        user_id = create(connection, person, way, requires_email, provider.slug)
        identity_id = rows.add(connection, user_id, rules.issuer, subject)
    else:
        user_id, identity_id = known.user_id, known.id
    set_role(connection, user_id, groups, rules, provider.slug)
    user = connection.execute(select(_user).where(_user.c.id == user_id).with_for_update()).first()
    if user is None:
        raise OidcRefused("login_expired", "account_deleted")
    join_and_leave(connection, user_id, identity_id, groups, provider=provider.slug)
    who = Recognised(user_id, identity_id, user.password_hash, bool(user.has_factor))
    if not may:
        revoke_all(connection, user_id)
        forget_steps(connection, user_id)
        return _but(who, "not_allowed", "groups")
    if user.status == PENDING:
        return _but(who, "approval_pending", "pending")
    if user.status != ACTIVE:
        return _but(who, "account_disabled", "disabled")
    if requires_email and not _is_confirmed(connection, user, person, provider.slug):
        return _but(who, "email_unverified", "email_unverified")
    rows.touch(connection, identity_id)
    return who


def _is_confirmed(connection: Connection, user: Any, person: Person, slug: str) -> bool:
    """Whether a user's address is, which the provider may vouch for since."""
    if user.email_verified_at is not None:
        return True
    if not person.email_verified or canonical(person.email or "") != user.email_key:
        return False
    now = {"email_verified_at": utc_now()}
    connection.execute(update(_user).where(_user.c.id == user.id).values(now))
    record(connection, AuditAction.EMAIL_VERIFIED, user.id, provider=slug)
    return True


def _but(who: Recognised, problem: Problem, reason: str) -> Recognised:
    return Recognised(
        who.user_id, who.identity_id, who.password_hash, who.has_factor, problem, reason
    )
