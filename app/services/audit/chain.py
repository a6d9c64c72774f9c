"""Seals the audit log: every row is hashed with the seal before it, and the head is signed.

A row that is changed, removed or put in afterwards no longer fits its neighbours. Whoever can
write to the database can seal a chain of their own, but cannot sign its head: that key is made
from `ENCRYPTION_KEY`, which the database does not hold.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from app.database import table_of
from app.encryption import HeadSigner
from app.models import AuditEvent, AuditHead
from app.services.audit.events import AuditAction, record

BATCH = 200

_event = table_of(AuditEvent)
_head = table_of(AuditHead)


class ChainBroken(RuntimeError):
    """The log was tampered with; the text says what shows it."""


class SealedElsewhere(RuntimeError):
    """The head was signed with a key that is not here."""

    def __init__(self) -> None:
        super().__init__("The head is signed with an ENCRYPTION_KEY that is not here")


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How far the chain goes: its last place and seal, and the last that was pruned."""

    seq: int
    seal: bytes
    pruned_seq: int
    pruned_seal: bytes

    @property
    def content(self) -> bytes:
        """What the signature covers."""
        return orjson.dumps([self.seq, self.seal.hex(), self.pruned_seq, self.pruned_seal.hex()])

    def columns(self, signer: HeadSigner) -> dict[str, Any]:
        """The row of a signed head."""
        signature = {"key_id": signer.key_id, "mac": signer.sign(self.content)}
        return asdict(self) | signature


def row_seal(before: bytes, row: Any) -> bytes:
    """The seal of a row behind the seal before it: SHA-256 over both, the row as JSON."""
    at: datetime = row.at
    content = [
        row.seq,
        row.id,
        at.isoformat(timespec="microseconds"),
        row.user_id,
        row.action,
        row.outcome,
        row.address,
        row.request_id,
        row.detail,
    ]
    return hashlib.sha256(before + orjson.dumps(content)).digest()


def head_of(connection: Connection, signer: HeadSigner, lock: bool = False) -> ChainHead:
    """The head, if its signature is good.

    Raises ChainBroken when it is not, SealedElsewhere when it was made with an unknown key.
    """
    found = select(_head).where(_head.c.id == 1)
    row = connection.execute(found.with_for_update() if lock else found).first()
    if row is None:
        raise ChainBroken("The head is missing")
    head = ChainHead(row.seq, row.seal, row.pruned_seq, row.pruned_seal)
    if row.mac is None:
        raise ChainBroken("The head is not signed")
    if not signer.knows(row.key_id or b""):
        raise SealedElsewhere
    if not signer.verifies(row.key_id, head.content, row.mac):
        raise ChainBroken("The head was changed: its signature is not the server's")
    return head


def begin_chain(connection: Connection, signer: HeadSigner) -> None:
    """Sign the head of a log without rows; called before anything can be recorded.

    An unsigned head over existing rows may be an attempt to have them sealed anew: it stays
    unsigned.
    """
    row = connection.execute(select(_head).where(_head.c.id == 1).with_for_update()).first()
    if row is not None and row.mac is None and not has_rows(connection):
        head = ChainHead(row.seq, row.seal, row.pruned_seq, row.pruned_seal)
        move_head(connection, signer, head, head)


def has_rows(connection: Connection) -> bool:
    """Whether anything is written down."""
    return connection.execute(select(_event.c.id).limit(1)).first() is not None


def is_signed(connection: Connection) -> bool:
    """Whether the head is signed, by whomever."""
    signed = select(_head.c.id).where(_head.c.mac.is_not(None))
    return connection.execute(signed).first() is not None


def record_if_begun(connection: Connection, action: AuditAction, **detail: Any) -> None:
    """Record what is done to a whole database, unless no server has ever used it."""
    if is_signed(connection):
        record(connection, action, **detail)


def move_head(connection: Connection, signer: HeadSigner, old: ChainHead, new: ChainHead) -> None:
    """Replace the head that was read by a new, signed one; ChainBroken if it has changed."""
    unchanged = (_head.c.id == 1, _head.c.seq == old.seq, _head.c.pruned_seq == old.pruned_seq)
    changed = connection.execute(update(_head).where(*unchanged).values(new.columns(signer)))
    if changed.rowcount != 1:
        raise ChainBroken("The head moved while it was locked")


def has_unsealed(connection: Connection) -> bool:
    """Whether rows wait for their seal."""
    waiting = select(_event.c.id).where(_event.c.seq.is_(None)).limit(1)
    return connection.execute(waiting).first() is not None


def seal_some(connection: Connection, signer: HeadSigner) -> list[tuple[Row[Any], bytes]]:
    """Seal rows that wait, in the order of their ids; the rows with their seals.

    The lock on the head lets one process at a time do this. Raises as `head_of`, and ChainBroken
    when the head's own row is not the last of the chain: then nothing is built on it.
    """
    head = head_of(connection, signer, lock=True)
    require_last_row(connection, head)
    unsealed = select(_event.c.id).where(_event.c.seq.is_(None)).order_by(_event.c.id).limit(BATCH)
    places = [
        {"row": id, "place": place}
        for place, id in enumerate(connection.execute(unsealed).scalars(), head.seq + 1)
    ]
    if not places:
        return []
    its = _event.c.id == bindparam("row")
    connection.execute(update(_event).where(its).values(seq=bindparam("place")), places)
    placed = connection.execute(
        select(_event).where(_event.c.seq > head.seq).order_by(_event.c.seq)
    )
    seal, sealed = head.seal, []
    for row in placed:
        seal = row_seal(seal, row)
        sealed.append((row, seal))
    seals = [{"row": row.id, "new_seal": seal} for row, seal in sealed]
    connection.execute(update(_event).where(its).values(seal=bindparam("new_seal")), seals)
    new = ChainHead(head.seq + len(sealed), seal, head.pruned_seq, head.pruned_seal)
    move_head(connection, signer, head, new)
    return sealed


def require_last_row(connection: Connection, head: ChainHead) -> None:
    """ChainBroken when the newest sealed row is not the one that the head names."""
    newest = select(_event.c.seq, _event.c.seal).where(_event.c.seq > head.pruned_seq)
    row = connection.execute(newest.order_by(_event.c.seq.desc()).limit(1)).first()
    found = (row.seq, row.seal) if row else (head.pruned_seq, head.pruned_seal)
    if found != (head.seq, head.seal):
        raise ChainBroken(f"The newest sealed row is {found[0]}, and the head says {head.seq}")


def prune_some(connection: Connection, signer: HeadSigner, before: datetime) -> int:
    """Remove rows older than a time from the beginning of the chain; how many.

    The head keeps the seal of the last removed row, on which the first that stays is built. Raises
    as `head_of`, and ChainBroken for a row that is not what was sealed: one backdated to be
    removed, for example.
    """
    head = head_of(connection, signer, lock=True)
    oldest = select(_event).where(_event.c.seq > head.pruned_seq, _event.c.seq <= head.seq)
    seq, seal = head.pruned_seq, head.pruned_seal
    for row in connection.execute(oldest.order_by(_event.c.seq).limit(BATCH)):
        if row.at >= before:
            break
        if row.seq != seq + 1 or row_seal(seal, row) != row.seal:
            raise ChainBroken(f"Row {row.id} (place {row.seq}) is not what was sealed")
        seq, seal = row.seq, row.seal
    if seq == head.pruned_seq:
        return 0
    # Only these: a row at a lower place was inserted, and stays for `audit verify` to report.
    old = (_event.c.seq > head.pruned_seq, _event.c.seq <= seq)
    gone = connection.execute(delete(_event).where(*old)).rowcount
    move_head(connection, signer, head, ChainHead(head.seq, head.seal, seq, seal))
    return gone


def restart_chain(connection: Connection, signer: HeadSigner) -> int:
    """Begin a new chain after the highest place ever used; returns that place.

    The way on after tampering. All existing rows are sealed anew, as they are now, so that they are
    pruned in turn and none can be inserted among them. The restart is recorded behind them.
    """
    newest = select(func.max(_event.c.seq))
    head = connection.execute(select(_head.c.seq).where(_head.c.id == 1).with_for_update()).scalar()
    place = max(connection.execute(newest).scalar() or 0, head or 0)
    seal = hashlib.sha256(b"restarted").digest()
    new = ChainHead(place, seal, place, seal)
    connection.execute(delete(_head))
    connection.execute(insert(_head).values(id=1, **new.columns(signer)))
    sealed = _event.c.seq.is_not(None)
    connection.execute(update(_event).where(sealed).values(seq=None, seal=None))
    record(connection, AuditAction.AUDIT_RESTARTED, after=place)
    return place


def sign_again(connection: Connection, signer: HeadSigner, abandon: bool = False) -> None:
    """Sign the head with the newest key; with `abandon` also one that a lost key signed.

    Raises as `head_of`; a head that was never signed stays so.
    """
    row = connection.execute(select(_head).where(_head.c.id == 1).with_for_update()).first()
    if row is None or row.mac is None:
        return
    head = ChainHead(row.seq, row.seal, row.pruned_seq, row.pruned_seal)
    if not (abandon and not signer.knows(row.key_id or b"")):
        head = head_of(connection, signer)
    move_head(connection, signer, head, head)
