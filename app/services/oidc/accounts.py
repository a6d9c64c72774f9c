"""Accounts that come from a provider, which have no password."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from app.config import Registration
from app.database import table_of
from app.errors import InvalidUsername
from app.models import User, utc_now
from app.schemas.user import EMAIL_CHARACTERS
from app.services.accounts.entry import Entry
from app.services.audit.events import AuditAction, record
from app.services.oidc.refusal import OidcRefused
from app.utils.names import EMAIL_KEY_MAX_BYTES, canonical, check_username, email_address
from app.utils.security import NO_PASSWORD

NAME_MIN, NAME_MAX = 3, 50
GIVEN_MAX = 200
"""What is looked at of a name, which may be as long as an answer of a provider."""
TAIL_CHARACTERS = 8
TRIES = 20
NO_ADDRESS = "oidc.invalid"
"""The domain of an address that stands for none (RFC 2606): the column wants one."""
OPEN_TO_NEW: tuple[Registration, ...] = ("open", "approve", "oidc")
"""Who is invited registers and links: an invitation does not travel through a provider."""

_user = table_of(User)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a provider describes them; only what may be kept."""

    name: str
    email: str | None
    email_verified: bool

    @classmethod
    def of(cls, claims: dict[str, Any]) -> "Person":
        """What the claims say, as far as it makes sense."""
        email = _email(claims.get("email"))
        given = claims.get("preferred_username") or email or claims.get("name")
        name = given[:GIVEN_MAX].partition("@")[0] if isinstance(given, str) else ""
        verified = email is not None and claims.get("email_verified") is True
        return cls(name, email, verified)


def _email(given: object) -> str | None:
    if not isinstance(given, str) or len(given) > EMAIL_CHARACTERS:
        return None
    try:
        email = email_address(given.strip())
    except ValueError:
        return None
    fits = len(email) <= EMAIL_CHARACTERS and len(canonical(email)) <= EMAIL_KEY_MAX_BYTES
    return email if fits else None


def create(
    connection: Connection, person: Person, way: Registration, requires_email: bool, provider: str
) -> int:
    """A new account for somebody who has none; its id. Raises OidcRefused.

    An address that is somebody's already says nothing about who comes: they log in, then link.
    """
    taken = person.email is not None and _has_email(connection, person.email)
    if taken and (way in OPEN_TO_NEW or person.email_verified):
        raise OidcRefused("identity_not_linked", "email_of_another_account")
    if way not in OPEN_TO_NEW:
        raise OidcRefused("registration_closed", f"registration_{way}")
    if requires_email and person.email is None:
        raise OidcRefused("email_unverified", "no_email")
    now = utc_now()
    entered = Entry("approve" if way == "approve" else "open").take(connection, now)
    values = {
        **_named(connection, person.name),
        **_addressed(person, now),
        "password_hash": NO_PASSWORD,
        "created_at": now,
        **entered.columns,
    }
    made = connection.execute(insert(_user).values(**values))
    id = int(made.inserted_primary_key[0])  # type: ignore[index]
    record(connection, AuditAction.ACCOUNT_CREATED, id, provider=provider, **entered.told)
    return id


def _addressed(person: Person, now: datetime) -> dict[str, Any]:
    email = person.email or f"{secrets.token_hex(16)}@{NO_ADDRESS}"
    verified_at = now if person.email_verified else None
    return {"email": email, "email_key": canonical(email), "email_verified_at": verified_at}


def _has_email(connection: Connection, email: str) -> bool:
    same = select(_user.c.id).where(_user.c.email_key == canonical(email))
    return connection.execute(same).first() is not None


def _named(connection: Connection, given: str) -> dict[str, Any]:
    """A user name like the one that was given, which nobody has."""
    plain = _plain(given)
    for attempt in range(TRIES):
        tail = "" if attempt == 0 else f"-{attempt + 1}"
        if attempt == TRIES - 1:
            tail = f"-{secrets.token_hex(TAIL_CHARACTERS // 2)}"
        name = plain[: NAME_MAX - len(tail)].rstrip() + tail
        key = canonical(name)
        same = select(_user.c.id).where(_user.c.username_key == key)
        if connection.execute(same).first() is None:
            break
    return {"username": name, "username_key": key}


def _plain(given: str) -> str:
    """What is left of a name by the rules for those here; one of ours where too little is."""
    words = re.split(r"\s+", unicodedata.normalize("NFKC", given))
    allowed = ("".join(filter(_is_allowed, word)) for word in words)
    name = " ".join(word for word in allowed if word)[:NAME_MAX].strip()
    try:
        check_username(name)
        if len(name) >= NAME_MIN:
            return name
    except InvalidUsername:
        pass
    return f"user-{secrets.token_hex(TAIL_CHARACTERS // 2)}"


def _is_allowed(character: str) -> bool:
    try:
        check_username(character)
    except InvalidUsername:
        return False
    return True
