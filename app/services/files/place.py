"""Which storage an operator has chosen."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.services.files.storage import FolderStorage, Storage


def files_folder(url: str, data_dir: Path) -> Path:
    """The folder that `FILES_URL` names, by default `files` in `DATA_DIR`; where the files are in a
    bucket, that is for what is on its way."""
    is_folder = url and not url.startswith("s3:")
    return Path(unquote(urlsplit(url).path)) if is_folder else data_dir / "files"


def open_storage(url: str, data_dir: Path) -> Storage:
    """The storage that `FILES_URL` names."""
    folder = FolderStorage(files_folder(url, data_dir))
    if url.startswith("s3:"):
        from app.services.files.object_store import BucketStorage  # noqa: PLC0415 - few have one

        return BucketStorage(url, folder)
    return folder
