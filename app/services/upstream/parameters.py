"""The parameters of one reply, from what a person set to what the model's server took."""

import time
from typing import TypedDict

from app.errors import ContextTooLong, ParameterNotSupported, ReplyError, UpstreamRejected
from app.schemas.params import SAMPLING, Params
from app.services.upstream.complaints import Complaint, complaint_in
from app.services.upstream.quirks import (
    OTHER_NAME,
    OWN_NAME,
    Quirks,
    Refused,
    known,
    left_out_of,
    mode_of,
    with_name,
    with_refused,
)

ADAPTATIONS_MAX = 3
"""So many parameters of one reply are sent otherwise, or given up, for what its server says."""


class LeftOut(TypedDict):
    """A parameter that was set and not sent, and why: `not_supported` (at all),
    `value_not_supported`, `not_together` (with another that was sent), `shared_model` (`extra` is
    for one's own connections), or `refused`: it is what the reply failed for."""

    name: str
    reason: str


class Tuning:
    """One reply's parameters. The same one goes into every request that is made for it.

    However the reply ends, it says afterwards what was `left_out`, what the accepted request had
    (`sent`), and in `learned` the quirks to keep for the model instead of those it began with; None
    where nothing is new.
    """

    def __init__(
        self,
        params: Params,
        quirks: object = None,
        now: float | None = None,
        is_shared: bool = False,
    ) -> None:
        """`params`: merged, without nulls. `quirks`: JSON that was `learned` before, or anything
        else. `now`: in seconds since 1970. `is_shared`: the key is the operator's, so that `extra`
        is not sent: gateways take other models, and other addresses for the key, from there."""
        self._params = params
        self._now = time.time() if now is None else now
        self._quirks = known(quirks, self._now)
        self._left: dict[str, str] = {**left_out_of(params, self._quirks["refused"])}
        if is_shared and "extra" in params:
            self._left["extra"] = "shared_model"
        self._refused: list[Refused] = []
        self._tokens_name = OTHER_NAME if self._quirks["renamed"] else OWN_NAME
        self._is_renamed = False
        self._adaptations = 0
        self.sent: Params = {}
        self.learned: Quirks | None = None

    @property
    def left_out(self) -> list[LeftOut]:
        """What was set and not sent, in the order in which it was given up."""
        return [LeftOut(name=name, reason=reason) for name, reason in self._left.items()]

    def kept(self) -> Params:
        """What the next request has of them, under the names that they have here."""
        return {name: value for name, value in self._params.items() if name not in self._left}

    def fields(self) -> Params:
        """What the next request has of them, as fields of its body."""
        named = {self._sent_as(name): value for name, value in self.kept().items()}
        extra = named.pop("extra", {})
        return {**extra, **named}

    def complaint_in(self, body: str) -> Complaint | None:
        """What the body of a refusal says of what was sent."""
        return complaint_in(body, self.fields())

    def accept(self) -> None:
        """Take note that the server took the request as it is now."""
        self.sent = self.kept()
        if self._adaptations:
            quirks = with_refused(self._quirks, self._refused)
            if self._is_renamed:
                quirks = with_name(quirks, self._tokens_name, self._now)
            self.learned = quirks

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

    def _sent_as(self, name: str) -> str:
        return self._tokens_name if name == OWN_NAME else name

    def _is_longer_than_window(self, complaint: Complaint, limit: int | None) -> bool:
        """Whether the reply that is asked for is too long, so that no shorter prompt will help."""
        if self._tokens_name not in complaint.names:
            return False
        return complaint.is_pointed_at if limit is None else self._params[OWN_NAME] >= limit

    def _leave_out(self, names: list[str], complaint: Complaint) -> None:
        is_pair = complaint.together and len(names) > 1
        mode, at = mode_of(self._params), int(self._now)
        for name in names[-1:] if is_pair else names:
            refused = Refused(name=name, mode=mode, at=at)
            if is_pair:
                self._left[name] = "not_together"
                refused["beside"] = names[0]
            elif complaint.at_all:
                self._left[name] = "not_supported"
                refused["at_all"] = True
            else:
                self._left[name] = "value_not_supported"
                refused["value"] = self._params[name]
                refused["bound"] = complaint.bound
            self._refused.append(refused)

    def _given_up(self, name: str) -> ParameterNotSupported:
        self._left[name] = "refused"
        return ParameterNotSupported(name)
