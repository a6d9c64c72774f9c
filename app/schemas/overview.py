"""What administrators see of a server at a glance: numbers, and what is to be mended."""

from typing import Literal

from pydantic import BaseModel

FindingLevel = Literal["warning", "error"]


class UserCounts(BaseModel):
    """How many accounts there are of each status."""

    active: int
    disabled: int
    pending: int
    deleted: int


class OverviewDay(BaseModel):
    """One day (UTC): what was used of all models, the money of the operator's alone; how many
    people used one, and how many accounts were made. `nano_usd` is null where nothing is known."""

    day: str
    messages: int
    tokens: int
    nano_usd: int | None
    active_users: int
    new_users: int


class OverviewHealth(BaseModel):
    """As `GET /health/ready`."""

    status: Literal["ok", "draining"]


class Finding(BaseModel):
    """Something that is to be mended, in the language of whoever reads it."""

    level: FindingLevel
    code: str
    text: str


class Overview(BaseModel):
    """`GET /admin/overview`: of this process, and of what all of them share."""

    version: str
    users: UserCounts
    days: list[OverviewDay]
    health: OverviewHealth
    findings: list[Finding]
