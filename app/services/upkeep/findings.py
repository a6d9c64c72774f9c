"""What is to be mended, as far as a running process can see it."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from app.database import table_of
from app.encryption import KeyVault
from app.errors import Language
from app.models import Job
from app.schemas.overview import Finding, FindingLevel
from app.services.upkeep.health import durability
from app.services.upkeep.master_keys import canary_of
from app.utils.interpreter import is_optimised

FULL_BYTES = 100_000_000
NEARLY_FULL_BYTES = 1_000_000_000
CLOCK_SKEW_SECONDS = 5
PACKET_BYTES = 4 << 20

_job = table_of(Job)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a finding."""

    level: FindingLevel
    zh: str
    en: str


FINDINGS = {
    "database_may_lose_messages": Told(
        "warning",
        "断电时数据库可能丢失最后的消息；请运行 chat-backend doctor",
        "A power cut may lose the last messages; chat-backend doctor says more",
    ),
    "clock_is_off": Told(
        "error",
        "服务器与数据库的时钟不一致；请校准（NTP）",
        "The clocks of the server and of the database differ; set them (NTP)",
    ),
    "statements_too_short": Told(
        "warning",
        "数据库的 max_allowed_packet 太小，最长的回复无法保存；请设为 4M 以上",
        "max_allowed_packet of the database is too small for the longest replies; set it to 4M",
    ),
    "keys_to_be_rotated": Told(
        "warning",
        "部分 API 密钥仍用旧的 ENCRYPTION_KEY 加密；请运行 chat-backend rotate-keys",
        "API keys are still encrypted with an older ENCRYPTION_KEY; run chat-backend rotate-keys",
    ),
    "jobs_failing": Told(
        "warning",
        "有后台任务失败；请查看日志中的 job_failed",
        "Work in the background fails; see the log for job_failed",
    ),
    "audit_chain_broken": Told(
        "error",
        "审计日志与封存时不符；请运行 chat-backend audit verify",
        "The audit log is not as it was sealed; run chat-backend audit verify",
    ),
    "mail_missing": Told(
        "error",
        "登录要求已确认的邮箱地址，但没有设置邮件服务器（SMTP_HOST）",
        "Logging in wants a confirmed address, but no mail server is set (SMTP_HOST)",
    ),
    "disk_full": Told("error", "磁盘已满；请腾出空间", "The disk is full; make room"),
    "disk_nearly_full": Told(
        "warning", "磁盘剩余空间不足 1 GB", "There is less than 1 GB left on the disk"
    ),
    "python_is_slow": Told(
        "warning",
        "这个 Python 未经优化编译，速度可能减半",
        "This Python was built without optimisation, and may take up to twice the time",
    ),
}


def finding(code: str, language: Language) -> Finding:
    """A finding, in words."""
    told = FINDINGS[code]
    return Finding(level=told.level, code=code, text=told.zh if language == "zh" else told.en)


def of_database(connection: Connection, vault: KeyVault) -> list[str]:
    """What the database shows, by code."""
    found = []
    if durability(connection)[1]:
        found.append("database_may_lose_messages")
    if connection.dialect.name != "sqlite":
        now = connection.execute(text("SELECT UNIX_TIMESTAMP(NOW(6))")).scalar_one()
        if abs(float(now) - time.time()) > CLOCK_SKEW_SECONDS:
            found.append("clock_is_off")
        packet = connection.execute(text("SELECT @@max_allowed_packet")).scalar_one()
        if int(packet) < PACKET_BYTES:
            found.append("statements_too_short")
    canary = canary_of(connection)
    if canary is not None and not vault.is_newest(canary):
        found.append("keys_to_be_rotated")
    failing = select(func.count()).where(_job.c.failures > 0)
    if connection.execute(failing).scalar_one():
        found.append("jobs_failing")
    return found


def of_machine(folder: Path) -> list[str]:
    """What this machine shows, by code; `folder`: where data lies. May block."""
    found = [] if is_optimised() else ["python_is_slow"]
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return found
    if free < NEARLY_FULL_BYTES:
        found.append("disk_full" if free < FULL_BYTES else "disk_nearly_full")
    return found
