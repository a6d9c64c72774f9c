"""The parameters of one reply, as they are sent to its model."""

from app.schemas.params import Params


class Tuning:
    """One reply's parameters. The same one goes into every request that is made for it.

    `sent` is what the accepted request had of them, however the reply ended.
    """

    def __init__(self, params: Params) -> None:
        """`params`: merged, without nulls."""
        self._params = params
        self.sent: Params = {}

    def fields(self) -> Params:
        """What the next request has of them, as fields of its body."""
        named = {name: value for name, value in self._params.items() if name != "extra"}
        return {**self._params.get("extra", {}), **named}

    def accept(self) -> None:
        """Take note that the server took the request as it is now."""
        self.sent = dict(self._params)
