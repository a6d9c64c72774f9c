"""Links that confirm an address, sent when its owner tries to log in."""

from contextlib import suppress

from app.errors import Language, MailNotConfigured, ServerBusy
from app.ratelimit import RateLimits
from app.services.container import Services


def send_link(
    user_id: int | None, services: Services, limits: RateLimits, language: Language
) -> None:
    """Have a link sent to an address that is to be confirmed, unless three were within an hour.
    Where none can be sent, another login asks again."""
    if user_id is not None and limits.may_mail(f"verify:{user_id}"):
        with suppress(MailNotConfigured, ServerBusy):
            services.emails.send_verification(user_id, language)
