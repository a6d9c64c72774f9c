"""The parameters of one reply, from what a person set to what the model's server took."""

from typing import TypedDict

from app.errors import ContextTooLong, ParameterNotSupported, ReplyError, UpstreamRejected
from app.schemas.params import SAMPLING, TOKEN_NAMES, Params
from app.services.upstream.complaints import Complaint, complaint_in

ADAPTATIONS_MAX = 3
"""So many parameters of one reply are sent otherwise, or given up, for what its server says."""
OWN_NAME, OTHER_NAME = TOKEN_NAMES


class LeftOut(TypedDict):
    """A parameter that was set and not sent, and why: `not_supported` (at all),
    `value_not_supported`, `not_together` (with another that was sent), or `refused`: it is what the
    reply failed for."""

    name: str
    reason: str


class Tuning:
    """One reply's parameters. The same one goes into every request that is made for it.

    However the reply ends, it says afterwards what was `left_out`, and what the accepted request
    had (`sent`).
    """

    def __init__(self, params: Params) -> None:
        """`params`: merged, without nulls."""
        self._params = params
        self._left: dict[str, str] = {}
        self._tokens_name = OWN_NAME
        self._is_renamed = False
        self._adaptations = 0
        self.sent: Params = {}

    @property
    def left_out(self) -> list[LeftOut]:
        """What was set and not sent, in the order in which it was given up."""
        return [LeftOut(name=name, reason=reason) for name, reason in self._left.items()]

    def fields(self) -> Params:
        """What the next request has of them, as fields of its body."""
        named = {self._sent_as(name): value for name, value in self._kept().items()}
        extra = named.pop("extra", {})
        return {**extra, **named}

    def complaint_in(self, body: str) -> Complaint | None:
        """What the body of a refusal says of what was sent."""
        return complaint_in(body, self.fields())

    def accept(self) -> None:
        """Take note that the server took the request as it is now."""
        self.sent = self._kept()

    def adapt(self, complaint: Complaint | None, failure: ReplyError) -> bool:
        """Change what is sent by what a refusal says; False where it is about no parameter. Raises
        ParameterNotSupported where it is about one that is not given up unasked."""
        if complaint is None:
            return False
        if isinstance(failure, ContextTooLong):
            if self._is_longer_than_window(complaint, failure.limit):
                raise self._given_up(OWN_NAME)
            return False
        if type(failure) is not UpstreamRejected:
            return False
        names = [name for name in SAMPLING if name in complaint.names]
        name = (names or complaint.names)[0]
        is_new_name = name == self._tokens_name and complaint.by_name and not self._is_renamed
        if self._adaptations == ADAPTATIONS_MAX or not (names or is_new_name):
            raise self._given_up(OWN_NAME if name == self._tokens_name else name)
        self._adaptations += 1
        if names:
            self._leave_out(names, complaint)
        else:
            self._is_renamed = True
            self._tokens_name = OTHER_NAME if name == OWN_NAME else OWN_NAME
        return True

    def _kept(self) -> Params:
        return {name: value for name, value in self._params.items() if name not in self._left}

    def _sent_as(self, name: str) -> str:
        return self._tokens_name if name == OWN_NAME else name

    def _is_longer_than_window(self, complaint: Complaint, limit: int | None) -> bool:
        """Whether the reply that is asked for is too long, so that no shorter prompt will help."""
        if self._tokens_name not in complaint.names:
            return False
        return complaint.is_pointed_at if limit is None else self._params[OWN_NAME] >= limit

    def _leave_out(self, names: list[str], complaint: Complaint) -> None:
        if complaint.together and len(names) > 1:
            self._left[names[-1]] = "not_together"
            return
        reason = "not_supported" if complaint.at_all else "value_not_supported"
        self._left |= dict.fromkeys(names, reason)

    def _given_up(self, name: str) -> ParameterNotSupported:
        self._left[name] = "refused"
        return ParameterNotSupported(name)
