"""Why somebody who went to a provider is not logged in."""

from typing import Literal

Problem = Literal[
    "provider_refused",
    "provider_unavailable",
    "provider_answer_invalid",
    "login_expired",
    "identity_not_linked",
    "identity_taken",
    "registration_closed",
    "not_allowed",
    "account_disabled",
    "approval_pending",
    "email_unverified",
    "rate_limited",
]
"""What the page is told, as a code in its address. The words of a provider are shown nowhere."""


class OidcRefused(Exception):
    """`reason`: what it was of all that a problem may be, for the audit log; nothing that a
    provider wrote. `user_id`: whose login it would have been, where that is known."""

    def __init__(self, problem: Problem, reason: str, user_id: int | None = None) -> None:
        super().__init__(problem)
        self.problem: Problem = problem
        self.reason = reason
        self.user_id = user_id


def invalid(reason: str) -> OidcRefused:
    """What came from a provider, or in its name, is not to be believed."""
    return OidcRefused("provider_answer_invalid", reason)


def unavailable(reason: str) -> OidcRefused:
    """The provider cannot be asked."""
    return OidcRefused("provider_unavailable", reason)
