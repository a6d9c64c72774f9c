"""Runs uvicorn where every clock but the one of intervals is `CLOCK_HOURS` ahead."""

import os
import time
from datetime import datetime, timedelta

import uvicorn

from app import models
from app.models import base

OFF = timedelta(hours=int(os.environ["CLOCK_HOURS"]))
_time, _now = time.time, base.utc_now


def wrong_time() -> float:
    return _time() + OFF.total_seconds()


def wrong_now() -> datetime:
    return _now() + OFF


if __name__ == "__main__":
    time.time = wrong_time
    base.utc_now = models.utc_now = wrong_now
    uvicorn.main()
