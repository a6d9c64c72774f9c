"""Texts to be searched, and what is looked for in them."""

import random
from collections.abc import Iterator
from typing import Any

CHARACTERS = 100


class Language:
    """Texts of common and rare words, in Chinese and English, with some code and emoji."""

    def __init__(self, pick: random.Random) -> None:
        self._pick = pick
        han = [chr(number) for number in range(0x4E00, 0x4E00 + 3_000)]
        letters = "etaoinshrdlu"
        words = ["".join(pick.choices(han, k=2)) for _ in range(6_000)]
        words += ["".join(pick.choices(letters, k=pick.randint(2, 9))) + " " for _ in range(3_000)]
        words += [f"get{word.title()}()" for word in words[6_000:6_100]]
        words += list("😀🎉👍🍣") + ["的", "了", "，", "。"]
        pick.shuffle(words)
        self._words = words
        self._weights = [1 / (rank + 5) for rank in range(len(words))]

    def texts(self, count: int, characters: int = CHARACTERS) -> Iterator[str]:
        """About so many of them."""
        for _ in range(count // 10 + 1):
            words = iter(self._pick.choices(self._words, self._weights, k=characters * 5))
            for _ in range(10):
                found = ""
                while len(found) < characters:
                    found += next(words, "x ")
                yield found

    def queries(self, texts: list[str]) -> dict[str, list[str]]:
        """Some of each class."""
        common, rare = self._words[:40], self._words[-2_000:]

        def part(length: int) -> str:
            found = self._pick.choice(texts)
            at = self._pick.randrange(len(found) - length)
            return found[at : at + length].strip() or "x"

        pick = self._pick.choice
        made: dict[str, Any] = {
            **{f"{length} characters": lambda n=length: part(n) for length in (1, 2, 4, 12)},
            "a common word": lambda: pick(common),
            "a rare word": lambda: pick(rare),
            "what is nowhere": lambda: chr(self._pick.randrange(0x8000, 0x9000)) * 3,
            "a beginning": lambda: pick([word for word in rare if word[0].isascii()])[:3],
            "an emoji": lambda: pick("😀🎉👍🍣"),
            "code": lambda: pick([word for word in self._words if word.startswith("get")]),
            "two words": lambda: f"{pick(common)} {pick(rare)}",
            "two common words": lambda: f"{pick(common)} {pick(common)}",
        }
        return {name: [make() for _ in range(50)] for name, make in made.items()}
