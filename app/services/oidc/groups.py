"""What a provider's groups mean here: who may come in, who is an administrator, and in which groups
of the same names they are."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.database import table_of
from app.models import GroupMember, Identity, IdentityGroup, User, UserGroup
from app.oidc_settings import OidcProvider
from app.services.audit.events import AuditAction, record
from app.services.auth.admins import ADMIN, hold_admins
from app.utils.names import canonical

GROUPS_MOST = 1_000
NAME_CHARACTERS = 100

_user = table_of(User)
_group = table_of(UserGroup)
_member = table_of(GroupMember)
_given = table_of(IdentityGroup)
_identity = table_of(Identity)


def claimed_groups(claims: dict[str, Any], rules: OidcProvider) -> list[str] | None:
    """The groups that a provider names, none where it names none; None where nobody looks at them.

    The claim is one of this name, or lies inside others: `realm_access.roles`.
    """
    if not rules.groups_claim:
        return None
    value: Any = claims
    if rules.groups_claim in claims:
        value = claims[rules.groups_claim]
    else:
        for part in rules.groups_claim.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [name for name in named[:GROUPS_MOST] if isinstance(name, str)]


def may_come(groups: list[str] | None, rules: OidcProvider) -> bool:
    """Whether these groups let somebody in."""
    return not rules.allowed_groups or not {*rules.allowed_groups}.isdisjoint(groups or ())


def set_role(
    connection: Connection, user_id: int, groups: list[str] | None, rules: OidcProvider, slug: str
) -> None:
    """Where the operator has named a group for them, its members are administrators, and others are
    not; the last one stays. Holds the administrators, so it comes before the user's row, which may
    be gone."""
    if not rules.admin_group:
        return
    admins = hold_admins(connection)
    mine = _user.c.id == user_id
    role = connection.execute(select(_user.c.role).where(mine).with_for_update()).scalar()
    wanted = ADMIN if rules.admin_group in (groups or ()) else "user"
    if role in (None, wanted) or (wanted != ADMIN and admins == {user_id}):
        return
    connection.execute(update(_user).where(mine).values(role=wanted))
    record(connection, AuditAction.ROLE_CHANGED, user_id, role=wanted, provider=slug)


def join_and_leave(
    connection: Connection,
    user_id: int,
    identity_id: int,
    groups: list[str] | None,
    **told: Any,
) -> None:
    """Have somebody be in the groups that their provider names, as far as there are such here, and
    leave those that it named before. Who was put into one by hand stays there. `told`: what the
    audit log is told besides. The caller holds the user's row."""
    if groups is None:
        return
    keys = {canonical(name) for name in groups if 0 < len(name) <= NAME_CHARACTERS}
    named = select(_group.c.id).where(_group.c.name_key.in_(keys)).order_by(_group.c.id)
    wanted = {*connection.execute(named.with_for_update()).scalars()}
    given = _ids(connection, _given.c.group_id, _given.c.identity_id == identity_id)
    of_others = select(_given.c.group_id).where(
        _given.c.identity_id.in_(_identities_of(user_id)), _given.c.identity_id != identity_id
    )
    kept = {*connection.execute(of_others).scalars()}
    member = _ids(connection, _member.c.group_id, _member.c.user_id == user_id)
    joined, gone = wanted - member, given - wanted
    left = (gone & member) - kept
    if gone:
        its = (_given.c.identity_id == identity_id, _given.c.group_id.in_(gone))
        connection.execute(delete(_given).where(*its))
    if left:
        its = (_member.c.user_id == user_id, _member.c.group_id.in_(left))
        connection.execute(delete(_member).where(*its))
    _join(connection, user_id, joined)
    # What another identity gave is given by this one, too; what was there by hand is not.
    fresh = (joined | (wanted & kept)) - given
    if fresh:
        rows = [{"identity_id": identity_id, "group_id": id} for id in sorted(fresh)]
        connection.execute(insert(_given), rows)
    if joined or left:
        changed: dict[str, Any] = {"joined": sorted(joined), "left": sorted(left)}
        detail = told | {what: ids for what, ids in changed.items() if ids}
        record(connection, AuditAction.GROUPS_CHANGED, user_id, **detail)


def leave_all(connection: Connection, user_id: int, identity_id: int) -> None:
    """Leave the groups that an identity gave, as it goes."""
    join_and_leave(connection, user_id, identity_id, [])


def _join(connection: Connection, user_id: int, group_ids: set[int]) -> None:
    if group_ids:
        named = select(_user.c.username_key).where(_user.c.id == user_id)
        key = connection.execute(named).scalar_one()
        rows = [
            {"group_id": id, "user_id": user_id, "username_key": key} for id in sorted(group_ids)
        ]
        connection.execute(insert(_member), rows)


def _ids(connection: Connection, column: Any, which: Any) -> set[int]:
    return {*connection.execute(select(column).where(which)).scalars()}


def _identities_of(user_id: int) -> Any:
    return select(_identity.c.id).where(_identity.c.user_id == user_id)
