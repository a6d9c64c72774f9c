"""What workers have counted, kept beyond their lives: no total may ever fall.

Before a total is shown, what it is made of is written into the workers' folder. Of a worker that
has died, or does not answer, the last that was shown counts on.
"""

import fcntl
from pathlib import Path

import orjson

from app.files import open_lock
from app.numbers import Counts, added, later, listed, listed_counts
from app.workers.place import WorkerPlace

KeptLives = dict[str, dict[str, Counts]]
"""By place and life."""
LIVES_KEPT = 2
"""Of a place, apart; what earlier ones counted is one sum. The last but one may still be told of by
somebody who asked before it died."""


def keep(folder: Path, counts: dict[WorkerPlace, Counts]) -> tuple[Counts, int]:
    """Take note of these, and tell what all have counted that ever were, and how many were there
    again after one that ended. Blocks."""
    path = folder / "counts"
    with open_lock(folder / "counts.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        gone, lives = _read(path)
        for place, those in counts.items():
            of_place = lives.setdefault(str(place.index), {})
            if place.life > max(map(int, of_place), default=0) - LIVES_KEPT:
                life = str(place.life)
                of_place[life] = later(of_place.get(life, {}), those)
        gone = added([gone, *_folded(lives)])
        _write(path, gone, lives)
    again = sum(max(map(int, of_place)) - 1 for of_place in lives.values())
    apart = (those for of_place in lives.values() for those in of_place.values())
    return added([gone, *apart]), again


def _folded(lives: KeptLives) -> list[Counts]:
    """Take the earlier lives out."""
    return [
        of_place.pop(life)
        for of_place in lives.values()
        for life in sorted(of_place, key=int)[:-LIVES_KEPT]
    ]


def _read(path: Path) -> tuple[Counts, KeptLives]:
    try:
        gone, lives = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}, {}
    return listed_counts(gone), {
        index: {life: listed_counts(those) for life, those in of_place.items()}
        for index, of_place in lives.items()
    }


def _write(path: Path, gone: Counts, lives: KeptLives) -> None:
    plain = {
        index: {life: listed(those) for life, those in of_place.items()}
        for index, of_place in lives.items()
    }
    draft = path.with_suffix(".new")  # whoever is killed meanwhile leaves the whole one before
    draft.write_bytes(orjson.dumps([listed(gone), plain]))
    draft.replace(path)
