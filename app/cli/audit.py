"""`chat-backend audit`: whether the log of who did what is as it was sealed."""

from typing import Annotated

import typer

from app.cli.backup_failure import plain_failures
from app.cli.configuration import load_settings, require_data_dir, with_secrets
from app.cli.failure import MISCONFIGURED, fail
from app.encryption import HeadSigner, KeyVault
from app.origin import COMMAND_LINE, ActingFor
from app.services.audit.chain import restart_chain
from app.services.audit.verify import Report, Witness, verify
from app.services.backup.transaction import CHANGE, SNAPSHOT, transaction
from app.services.upkeep.master_keys import recognise

WITNESS = typer.Option("--witness", help="SEQ:SEAL of an `audit` line of the server's log.")

cli = typer.Typer()
commands = typer.Typer(no_args_is_help=True)
cli.add_typer(commands, name="audit", help="Check the audit log.")


@commands.command(name="verify")
def verify_log(witness: Annotated[str | None, WITNESS] = None) -> None:
    """Check every row of the audit log; leaves with 1 when one was changed, removed or put in."""
    expected = None if witness is None else _witness(witness)
    settings = load_settings()
    require_data_dir(settings)
    signer = HeadSigner(with_secrets(settings, make=False).encryption_keys)
    with plain_failures(settings), transaction(settings, SNAPSHOT) as connection:
        report = verify(connection, signer, expected)
    typer.echo(_summary(report))
    if report.findings:
        fail("\n".join(report.findings))


@commands.command()
def restart() -> None:
    """Begin a new chain, when the old one is broken; what rows said before is not vouched for."""
    settings = load_settings()
    require_data_dir(settings)
    vault = KeyVault(with_secrets(settings).encryption_keys)
    with (
        plain_failures(settings),
        ActingFor(COMMAND_LINE),
        transaction(settings, CHANGE) as connection,
    ):
        recognise(connection, vault)
        place = restart_chain(connection, vault.signer)
    typer.echo(f"The chain begins anew after place {place}")


def _witness(text: str) -> Witness:
    seq, _, seal = text.partition(":")
    try:
        return Witness(int(seq), bytes.fromhex(seal))
    except ValueError:
        fail("--witness is SEQ:SEAL, a number and a seal in hexadecimal", MISCONFIGURED)


def _summary(report: Report) -> str:
    pruned = f", {report.pruned} pruned" if report.pruned else ""
    last = f"; the last is {report.place}:{report.seal.hex()}" if report.sealed else ""
    return f"{report.sealed} rows sealed, {report.unsealed} not yet{pruned}{last}"
