"""Codes by the time (RFC 6238): six digits, every thirty seconds new, each taken once."""

import hmac
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.database import table_of
from app.encryption import KeyVault
from app.errors import KeyUnreadable
from app.logs import log
from app.models import Totp, utc_now
from app.schemas.factor import QrCode

STEP_SECONDS = 30
WINDOW = 1
"""How many steps a code may be too old or too new: clocks differ, and typing takes its time."""
NO_STEP = 0
SEALED_FOR = "totp"
"""What a seed is encrypted for, in the place of an API key's URL."""

_totp = table_of(Totp)


def load() -> None:
    """Load what codes are made with, which reads files: not in the event loop."""
    import pyotp  # noqa: F401, PLC0415 - wanted rarely


def new_seed() -> str:
    """160 random bits, as authenticator apps take them: base32."""
    import pyotp  # noqa: PLC0415 - wanted rarely

    return pyotp.random_base32()


def uri_of(seed: str, username: str, issuer: str) -> str:
    """The seed as an `otpauth://` URI."""
    import pyotp  # noqa: PLC0415 - wanted rarely

    return pyotp.TOTP(seed).provisioning_uri(name=username, issuer_name=issuer)


def qr_of(uri: str) -> QrCode:
    """A URI as a picture: a path with a rectangle for each row's runs of dark modules."""
    import segno  # noqa: PLC0415 - wanted rarely, and large

    border = 4  # ISO/IEC 18004 wants so many light modules around
    matrix = segno.make_qr(uri, error="m").matrix
    parts: list[str] = []
    for y, row in enumerate(matrix, border):
        x = 0
        while x < len(row):
            width = 1
            while x + width < len(row) and row[x + width] == row[x]:
                width += 1
            if row[x]:
                parts.append(f"M{x + border} {y}h{width}v1h-{width}z")
            x += width
    return QrCode(size=len(matrix) + 2 * border, path="".join(parts))


def steps_of(seed: str, code: str, at: datetime) -> list[int]:
    """The steps around a time whose code this is; one at most, but for a chance in a million."""
    import pyotp  # noqa: PLC0415 - wanted rarely

    given = "".join(code.split()).encode()
    now = step_at(at)
    totp = pyotp.TOTP(seed, interval=STEP_SECONDS)
    codes = {step: totp.generate_otp(step) for step in range(now - WINDOW, now + WINDOW + 1)}
    return [step for step, made in codes.items() if hmac.compare_digest(made.encode(), given)]


def step_at(at: datetime) -> int:
    """The step in which a time lies."""
    return int(at.timestamp()) // STEP_SECONDS


def take_code(connection: Connection, vault: KeyVault, user_id: int, code: str) -> bool:
    """Whether this is a code of the user's factor that was not taken yet; it is now.

    The database compares and writes in one statement, so that of many at once one is taken.
    """
    mine = select(_totp.c.seed).where(_totp.c.user_id == user_id, _totp.c.confirmed_at.is_not(None))
    sealed = connection.execute(mine).scalar()
    if sealed is None:
        return False
    try:
        seed = vault.open(user_id, SEALED_FOR, sealed)
    except KeyUnreadable:  # recovery codes are good all the same
        log.error("second_factor_unreadable", user_id=user_id)
        return False
    return any(_take(connection, user_id, step) for step in steps_of(seed, code, utc_now()))


def _take(connection: Connection, user_id: int, step: int) -> bool:
    later = (_totp.c.user_id == user_id, _totp.c.last_step < step)
    return connection.execute(update(_totp).where(*later).values(last_step=step)).rowcount == 1


def burn_steps(connection: Connection) -> None:
    """No code of this time is taken any more, of anybody's: some may have been, before a backup
    was brought back."""
    step = step_at(utc_now()) + WINDOW
    connection.execute(update(_totp).where(_totp.c.last_step < step).values(last_step=step))
