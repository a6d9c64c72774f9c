"""An export read as the server has it read: by a process of its own, whose lines are looked at."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from app.services.transfer.archive import ArchivedItem, ArchivedMessage
from app.services.transfer.frames import (
    LINE_BYTES,
    ArchiveFrame,
    EndFrame,
    FrameDecoder,
    RefusedFrame,
)
from app.services.transfer.process import COMMAND

EXPORTS = Path(__file__).parent / "exports"


@dataclass
class ReadItem:
    item: ArchivedItem
    messages: list[ArchivedMessage] = field(default_factory=list)

    @property
    def shown(self) -> list[ArchivedMessage]:
        return [message for message in self.messages if message.shown]


@dataclass
class ReadExport:
    archive: ArchiveFrame | None = None
    refused: str | None = None
    items: list[ReadItem] = field(default_factory=list)
    has_ended: bool = False


def started(file: Path, spool: Path, skip: int = 0) -> subprocess.Popen[bytes]:
    """The process, which is told of nothing else."""
    return subprocess.Popen(
        [*COMMAND, str(file), str(spool), str(skip)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=spool,
        env={},
    )


def read(file: Path, spool: Path, skip: int = 0) -> ReadExport:
    """All that the process tells of a file."""
    export, decoder = ReadExport(), FrameDecoder()
    with started(file, spool, skip) as process:
        assert process.stdout is not None
        for line in process.stdout:
            assert len(line) <= LINE_BYTES
            match decoder.decode(line):
                case ArchiveFrame() as archive:
                    export.archive = archive
                case RefusedFrame(why):
                    export.refused = why
                case ArchivedItem() as item:
                    export.items.append(ReadItem(item))
                case EndFrame():
                    export.has_ended = True
                case messages:
                    export.items[-1].messages += messages
        assert process.wait() == 0
    assert export.has_ended != (export.refused is not None)
    return export
