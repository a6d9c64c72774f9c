"""Imports that cannot be begun, or gone on with."""

from app.errors.base import AppError


class ImportTooLarge(AppError):
    status, code = 413, "import_too_large"
    zh, en = "文件超过 {limit} MB", "The file is larger than {limit} MB"

    def __init__(self, limit_bytes: int = 0) -> None:
        super().__init__(limit=f"{limit_bytes / 1_048_576:.4g}")


class ImportRunning(AppError):
    status, code = 409, "import_running"
    zh, en = "已有一个导入正在进行", "An import is running already"


class ImportOver(AppError):
    status, code = 409, "import_over"
    zh, en = "这个导入不再接收文件内容", "This import takes no more of its file"


class WrongOffset(AppError):
    """Another part of the file is wanted: `offset` bytes have come."""

    status, code = 409, "wrong_offset"
    zh = "应从第 {offset} 字节继续上传"
    en = "The upload goes on at byte {offset}"

    def __init__(self, offset: int = 0) -> None:
        super().__init__(offset=offset)
        self.offset = offset

    @property
    def headers(self) -> dict[str, str]:
        return {"Upload-Offset": str(self.offset)}
