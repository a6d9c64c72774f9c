"""How long a computer takes for a call, told by what it takes for another: the same on a busy one.

Imports nothing that has to be installed.
"""

import json
import re
import time
from collections.abc import Callable

ROUNDS = 1_000


def effort_of(call: Callable[..., object], *arguments: object) -> float:
    """How many times as long this thread computes for a call as for something that is known.

    That takes it some 5 ms, and is tried before and after, for a computer changes its pace.
    """
    before = seconds_of(known)
    took = seconds_of(call, *arguments)
    return took / max(before, seconds_of(known))


def seconds_of(call: Callable[..., object], *arguments: object) -> float:
    began = time.thread_time()
    call(*arguments)
    return time.thread_time() - began


def known() -> None:
    for number in range(ROUNDS):
        json.loads(json.dumps({"number": number}))
        re.sub("[aeiou]+", "", f"a line that is read for the {number}th time")
