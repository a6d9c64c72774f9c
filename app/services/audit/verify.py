"""Reads the whole audit log and says whether it is as it was sealed."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from app.database import table_of
from app.encryption import HeadSigner
from app.models import AuditEvent
from app.services.audit.chain import (
    ChainBroken,
    ChainHead,
    SealedElsewhere,
    has_rows,
    head_of,
    is_signed,
    row_seal,
)

ROWS_AT_ONCE = 1000
FINDINGS = 20

_event = table_of(AuditEvent)


@dataclass(frozen=True, slots=True)
class Witness:
    """A place and its seal as recorded elsewhere, such as in a line of the server's log."""

    seq: int
    seal: bytes


@dataclass(slots=True)
class Report:
    """What was found: how many rows are sealed, how many wait, and what is wrong."""

    sealed: int = 0
    unsealed: int = 0
    pruned: int = 0
    place: int = 0
    seal: bytes = b""
    findings: list[str] = field(default_factory=list)

    def find(self, text: str) -> None:
        """Add a finding, as long as there are not too many to read."""
        if len(self.findings) < FINDINGS:
            self.findings.append(text)


def verify(connection: Connection, signer: HeadSigner, witness: Witness | None = None) -> Report:
    """Check every row against its seal, the chain against its head, and the head's signature."""
    report = Report()
    waiting = select(func.count()).select_from(_event).where(_event.c.seq.is_(None))
    report.unsealed = connection.execute(waiting).scalar_one()
    if witness is None and not has_rows(connection) and not is_signed(connection):
        return report  # no server has used the database yet
    try:
        head: ChainHead | None = head_of(connection, signer)
    except (ChainBroken, SealedElsewhere) as error:
        report.find(str(error))
        head = None
    _walk(connection, head, report, witness)
    return report


def _walk(
    connection: Connection, head: ChainHead | None, report: Report, witness: Witness | None
) -> None:
    before = head.pruned_seal if head else None
    place = report.pruned = head.pruned_seq if head else 0
    witnessed = witness is None or witness.seq <= place
    _check_beginning(connection, place, report)
    while rows := _rows_after(connection, place):
        for row in rows:
            if row.seq != place + 1:
                if head is not None or place:
                    report.find(_missing(place + 1, row.seq - 1))
                before = None
            if row.seal is None or (before is not None and row_seal(before, row) != row.seal):
                report.find(f"Row {row.id} (place {row.seq}) is not what was sealed")
            if witness is not None and witness.seq == row.seq:
                witnessed = witness.seal == row.seal
            before, place = row.seal, row.seq
            report.sealed += 1
    report.place, report.seal = place, before or b""
    if head is not None:
        _check_end(head, place, before, report)
    if witness is not None and not witnessed:
        report.find(f"Place {witness.seq} does not have the seal that the witness names")


def _rows_after(connection: Connection, place: int) -> list[Any]:
    some = select(_event).where(_event.c.seq > place).order_by(_event.c.seq).limit(ROWS_AT_ONCE)
    return list(connection.execute(some))


def _check_beginning(connection: Connection, pruned: int, report: Report) -> None:
    """Find rows at pruned places: there can be none, so they were inserted."""
    columns = (_event.c.id, _event.c.seq)
    below = select(*columns).where(_event.c.seq <= pruned).order_by(_event.c.seq).limit(FINDINGS)
    for row in connection.execute(below):
        report.find(f"Row {row.id} (place {row.seq}) was put in: the chain begins after {pruned}")


def _check_end(head: ChainHead, place: int, seal: bytes | None, report: Report) -> None:
    if place < head.seq:
        report.find(_missing(place + 1, head.seq) + ", the newest")
    elif place > head.seq:
        report.find(f"Places {head.seq + 1} to {place} were not sealed by the server")
    elif seal != head.seal:
        report.find(f"Place {place} is not what the head was signed for")


def _missing(first: int, last: int) -> str:
    return f"Place {first} is missing" if first == last else f"Places {first} to {last} are missing"
