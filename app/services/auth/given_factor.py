"""A second factor as somebody gives it: a code of their app, or a recovery code."""

from sqlalchemy import Connection

from app.encryption import KeyVault
from app.errors import WrongCode
from app.schemas.factor import GivenFactor
from app.services.audit.events import AuditAction, record
from app.services.auth.recovery_codes import take_recovery_code
from app.services.auth.totp import take_code


def take(connection: Connection, vault: KeyVault, user_id: int, given: GivenFactor) -> None:
    """Use up what was given; WrongCode when it is not the user's, or was used before."""
    if given.recovery_code is not None:
        if not take_recovery_code(connection, user_id, given.recovery_code):
            raise WrongCode(user_id)
        record(connection, AuditAction.RECOVERY_CODE_USED, user_id)
    elif not take_code(connection, vault, user_id, given.code or ""):
        raise WrongCode(user_id)
