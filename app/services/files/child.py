"""The process that reads one file of a stranger's: little memory, little time, none of the server's
environment.

It is started anew for each file by decoder.py, and says what it made of it as JSON. It is bounded,
not locked in: it runs as the server's user, and what took hold of it could read what that user may.
So nothing of what it says or leaves is believed unlooked at.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 20
FILE_BYTES = 64 * 1024 * 1024
UNREADABLE, NOT_SUPPORTED = 65, 66
"""How it ends when it makes nothing of a file; any other ending but 0 counts as the first."""


def limit() -> None:
    """Bound what this process may take, before it has read a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # whoever reads a reply comes first


def made_of(kind: str, source: Path, folder: Path) -> dict[str, Any]:
    """What became of a file, its parts written into the folder."""
    if kind in ("picture", "drawn"):
        from app.services.files.images import redraw  # noqa: PLC0415 - each kind loads its own

        return redraw(source, folder, is_drawn=kind == "drawn")
    if kind == "avatar":
        from app.services.files.avatars import draw  # noqa: PLC0415 - each kind loads its own

        return draw(source, folder)
    sys.modules |= {"PIL": None}  # type: ignore[dict-item]  # pypdf would load it for pictures
    from app.services.files.text import read  # noqa: PLC0415 - each kind loads its own

    return read(source, folder, kind)  # type: ignore[arg-type]


def main() -> None:
    """`child KIND SOURCE FOLDER`"""
    limit()
    kind, source, folder = sys.argv[1:4]
    from app.services.files.refusals import NotSupported  # noqa: PLC0415 - after the limits

    try:
        made = made_of(kind, Path(source), Path(folder))
    except NotSupported:
        os._exit(NOT_SUPPORTED)
    except Exception:  # whatever a stranger's file brings a library to
        os._exit(UNREADABLE)
    sys.stdout.write(json.dumps(made))
    sys.stdout.flush()
    os._exit(0)  # nothing is left to tidy up


if __name__ == "__main__":
    main()
