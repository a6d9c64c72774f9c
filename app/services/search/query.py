"""What is looked for: read once, then held against texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from app.services.search.fold import fold
from app.services.search.words import begins, ends, wanted

LEAD = 40
SNIPPET = 240
"""Characters of a snippet, and how many of them stand before what is found; a term of 200, the
longest, fits behind them."""
_PHRASE = re.compile(r'"([^"]*[^"\s][^"]*)"')

type Range = tuple[int, int]


class Snippet(NamedTuple):
    """A part of a text, where it begins there, and what is marked in it; all in code points."""

    text: str
    start: int
    ranges: list[Range]


class Term(NamedTuple):
    """Folded text that must be there; `is_exact`: its last word does not go on."""

    text: str
    is_exact: bool

    def places(self, text: str, folded: str, start: int = 0) -> Iterator[int]:
        """Where it stands, from a place on."""
        at = folded.find(self.text, start)
        while at >= 0:
            end = at + len(self.text)
            if begins(text, folded, at) and (not self.is_exact or ends(text, folded, end)):
                yield at
                at = folded.find(self.text, end)
            else:
                at = folded.find(self.text, at + 1)


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, all of which must be there."""

    terms: tuple[Term, ...]

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What somebody has written: words, and phrases in quotes; None where nothing of it can be
        looked for. A quote that nothing follows in another one is a character like any."""
        folded, terms, at = fold(text), list[Term](), 0
        for phrase in _PHRASE.finditer(folded):
            terms += [Term(word, False) for word in folded[at : phrase.start()].split()]
            terms.append(Term(phrase[1].strip(), True))
            at = phrase.end()
        terms += [Term(word, False) for word in folded[at:].split()]
        seen = dict.fromkeys(term for term in terms if wanted(term.text))
        return cls(tuple(seen)) if seen else None

    @property
    def prefixes(self) -> list[str]:
        """What tokens of a text that has all terms begin with; what is likely to be the rarest
        first."""
        found = dict.fromkeys(prefix for term in self.terms for prefix in wanted(term.text))
        return sorted(found, key=_weight, reverse=True)

    def snippet(self, text: str) -> Snippet | None:
        """What is found of a text, None where a term is missing."""
        folded = fold(text)
        firsts = [next(term.places(text, folded), None) for term in self.terms]
        places = [first for first in firsts if first is not None]
        if len(places) < len(firsts):
            return None
        start = max(0, min(places) - LEAD)
        end = min(len(text), start + SNIPPET)
        marked = [(at - start, stop - start) for at, stop in self._within(text, folded, start, end)]
        return Snippet(text[start:end], start, marked)

    def ranges(self, text: str) -> list[Range] | None:
        """What is marked of a short text; None where a term is missing."""
        folded = fold(text)
        for term in self.terms:
            if term.text not in folded or next(term.places(text, folded), None) is None:
                return None
        return self._within(text, folded, 0, len(text))

    def _within(self, text: str, folded: str, start: int, end: int) -> list[Range]:
        """The places of all terms there that lie in none of another one."""
        found: list[Range] = []
        for term in self.terms:
            for at in term.places(text, folded, start):
                if at + len(term.text) > end:
                    break
                found.append((at, at + len(term.text)))
        marked: list[Range] = []
        for at, stop in sorted(found, key=lambda range: (range[0], -range[1])):
            if not marked or at >= marked[-1][1]:
                marked.append((at, stop))
        return marked


def _weight(prefix: str) -> int:
    """How much a prefix tells: two characters of Chinese about as much as four letters."""
    return len(prefix.encode())
