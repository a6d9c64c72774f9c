"""Embeddings on their way to a program. Without I/O."""

from typing import Any

from app.services.gateway.completions import AnswerReader
from app.services.gateway.whitelist import counts_in
from app.services.upstream.counts import counts_of


class WholeEmbeddings(AnswerReader):
    """A list of embeddings, made anew in `answer`."""

    def __init__(self, name: str, line_max_bytes: int) -> None:
        super().__init__(line_max_bytes)
        self._name = name
        self.answer: dict[str, Any] = {}

    def _take(self, payload: dict[str, Any]) -> None:
        rows = payload.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return
        self._is_completion = self.is_finishing = True
        usage = counts_in(payload.get("usage"))
        if usage is not None:
            self.counts = counts_of({"completion_tokens": 0} | usage)
        self.answer = {
            "object": "list",
            "data": [
                {
                    "object": "embedding",
                    "index": row.get("index", number),
                    "embedding": row.get("embedding"),
                }
                for number, row in enumerate(rows)
            ],
            "model": self._name,
        }
        if usage is not None:
            self.answer["usage"] = usage
