"""The pieces of a message that is being written, saved one behind the other."""

from sqlalchemy import Connection, select

from app.database import table_of
from app.models import GenerationPiece
from app.schemas.message import TextKind

KINDS: dict[TextKind, int] = {"content": 0, "reasoning": 1}
NAMES: dict[int, TextKind] = {number: kind for kind, number in KINDS.items()}

_piece = table_of(GenerationPiece)


def saved_text(
    connection: Connection, generation_id: int, content: str, reasoning: str
) -> tuple[str, str]:
    """The texts of a message that is being written: what its row has, and the pieces after it."""
    texts = {KINDS["content"]: content, KINDS["reasoning"]: reasoning}
    rows = connection.execute(
        select(_piece.c.kind, _piece.c.position, _piece.c.content)
        .where(_piece.c.generation_id == generation_id)
        .order_by(_piece.c.kind, _piece.c.position)
    )
    for kind, position, text in rows:
        texts[kind] += text[max(0, len(texts[kind]) - position) :]
    return texts[KINDS["content"]], texts[KINDS["reasoning"]]
