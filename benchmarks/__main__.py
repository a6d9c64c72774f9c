"""`python -m benchmarks`: run the scenarios, print the table, write it down with its chart."""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from sqlalchemy.engine import URL

from benchmarks import (
    beside,
    cached,
    capacity,
    footprint,
    history,
    imports,
    lab,
    latency,
    look,
    nodes,
    programs,
    reads,
    search,
    tokens,
    turns,
    usage,
)
from benchmarks.chart import cost_chart
from benchmarks.figures import Row
from benchmarks.lab import Lab, Sizes
from benchmarks.process import Neighbours, pin_this_process
from benchmarks.report import markdown, plain
from benchmarks.upstream import Upstream

SCENARIOS: dict[str, Callable[[Lab], Awaitable[None]]] = {
    "start": footprint.start,
    "tokens": tokens.cost,
    "turns": turns.turns,
    "reads": reads.reads,
    "idle": reads.idle,
    "look": look.look,
    "reaper": look.reaper,
    "nodes": nodes.nodes,
    "cached": cached.cached,
    "first": latency.first_tokens,
    "logins": latency.login_storm,
    "once": capacity.at_once,
    "sockets": footprint.sockets,
    "histories": history.histories,
    "usage": usage.usage,
    "beside": beside.beside,
    "imports": imports.imports,
    "search": search.search,
    "api": programs.programs,
    "capacity": capacity.capacity,
}
RESULTS = Path(__file__).parent / "results"

cli = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@cli.command()
def main(
    only: Annotated[str, typer.Option(help=f"Of {', '.join(SCENARIOS)}.")] = ",".join(SCENARIOS),
    quick: Annotated[bool, typer.Option("--quick", help="Shorter, less exact.")] = False,
    tiny: Annotated[bool, typer.Option("--tiny", help="Only to see that everything runs.")] = False,
    sqlite: Annotated[bool, typer.Option("--sqlite", help="Without MySQL.")] = False,
    against: Annotated[str, typer.Option(help="A revision to measure by turns with this.")] = "",
    output: Annotated[Path, typer.Option(help="Where table.md and tokens.svg go.")] = RESULTS,
) -> None:
    """Measure this server beside a bare relay in the same run. Linux, two cores, loopback only."""
    if unknown := set(only.split(",")) - SCENARIOS.keys():
        raise typer.BadParameter(f"no such scenario: {', '.join(unknown)}")
    neighbours = Neighbours()
    pin_this_process()
    sizes = lab.TINY if tiny else lab.QUICK if quick else lab.FULL
    with lab.running_databases(with_mysql=not sqlite) as databases, code_of(against) as other:
        rows = uvloop.run(measured(sizes, only.split(","), databases, other))
    others = neighbours.cores()
    output.mkdir(parents=True, exist_ok=True)
    (output / "table.md").write_text(markdown(rows, others))
    (output / "tokens.svg").write_text(cost_chart(rows))
    typer.echo(plain(rows, others))


@contextmanager
def code_of(revision: str) -> Iterator[tuple[str, Path] | None]:
    """A revision's name and a folder with its code, as long as the block lasts."""
    if not revision:
        yield None
        return
    packed = subprocess.run(["git", "archive", revision], check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        yield revision, Path(folder)


async def measured(
    sizes: Sizes,
    names: list[str],
    databases: dict[str, URL],
    against: tuple[str, Path] | None = None,
) -> list[Row]:
    """The rows of the scenarios so named, in their order."""
    upstream = Upstream()
    await upstream.start()
    with tempfile.TemporaryDirectory() as folder:
        with closing(Lab(sizes, upstream, Path(folder), databases, against)) as run:
            for name, scenario in SCENARIOS.items():
                if name in names:
                    sys.stderr.write(f"{name}\n")
                    await scenario(run)
    await upstream.close()
    return run.rows


if __name__ == "__main__":
    cli()
