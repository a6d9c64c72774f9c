"""What every failure is: a status, a stable code, plain words in two languages."""

from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class AppError(Exception):
    """A failure with an answer. `details` fill the placeholders of its texts.

    `reason` says for programs which of the causes of one code it was, where that may be told.
    After `retry_after` seconds the same request may well be granted.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    close_code: ClassVar[int | None] = None
    zh: ClassVar[str] = "服务器内部错误"
    en: ClassVar[str] = "Internal server error"
    retry_after: int | None = None
    reason: str | None = None

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details

    def text(self, language: Language) -> str:
        """The failure in plain words of one language."""
        return (self.zh if language == "zh" else self.en).format(**self.details)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the HTTP answer carries besides its body."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
