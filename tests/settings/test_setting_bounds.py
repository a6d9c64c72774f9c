"""Settings with which a server would start and then fail are refused, by name and in one line."""

import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app import config
from app.config import Settings
from tests.support.cli_process import run

DURATIONS = [name for name, field in Settings.model_fields.items() if field.annotation is float]
DAYS = ["retention_days", "audit_retention_days", "refresh_token_expire_days"]


def refusal(**settings: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **settings)
    return str(refused.value)


def test_the_durations_are_found() -> None:
    assert {"checkpoint_seconds", "drain_seconds", "backup_every"} < set(DURATIONS)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e9, -1])
@pytest.mark.parametrize("name", DURATIONS)
def test_no_duration_is_without_end(name: str, value: float) -> None:
    assert name in refusal(**{name: value})


@pytest.mark.parametrize("name", DAYS)
def test_no_number_of_days_reaches_beyond_the_calendar(name: str) -> None:
    assert name in refusal(**{name: 1_000_000})
    most: dict[str, Any] = {name: 36_500}
    assert getattr(Settings(_env_file=None, **most), name) == 36_500


def test_an_access_token_does_not_last_for_ever() -> None:
    assert "jwt_access_token_expire_minutes" in refusal(jwt_access_token_expire_minutes=10**12)


def test_a_reply_gives_signs_of_life_more_often_than_it_is_reaped() -> None:
    told = "REAP_AFTER_SECONDS must be at least four times CHECKPOINT_SECONDS"
    assert told in refusal(checkpoint_seconds=1, reap_after_seconds=3.9)
    assert told in refusal(checkpoint_seconds=2.6)
    assert Settings(_env_file=None, checkpoint_seconds=2.5).reap_after_seconds == 10


@pytest.mark.parametrize(
    "url",
    [
        "chat.example.com",
        "//chat.example.com",
        "ftp://chat.example.com",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://chat.example.com/?a=b",
        "https://chat.example.com/#top",
    ],
)
def test_links_lead_to_a_web_page(url: str) -> None:
    assert "PUBLIC_URL" in refusal(public_url=url).upper()


@pytest.mark.parametrize("url", ["", "http://localhost:8000", "HTTPS://chat.example.com/chat/"])
def test_a_web_page_may_be_anywhere(url: str) -> None:
    assert Settings(_env_file=None, public_url=url).public_url == url


def test_they_are_told_from_outside_one_a_line(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", DRAIN_SECONDS="inf", RETENTION_DAYS="1000000", PUBLIC_URL="chat")
    assert ended.returncode == 2
    lines = sorted(line.partition(":")[0] for line in ended.stderr.splitlines())
    assert lines == ["DRAIN_SECONDS", "PUBLIC_URL", "RETENTION_DAYS"]
    ended = run(tmp_path, "serve", CHECKPOINT_SECONDS="5", REAP_AFTER_SECONDS="2")
    told = "REAP_AFTER_SECONDS must be at least four times CHECKPOINT_SECONDS\n"
    assert (ended.returncode, ended.stderr) == (2, told)


@pytest.mark.parametrize(
    "url",
    [
        "/srv/files",
        "file://server/files",
        "file:files",
        "file:///srv/files?a=b",
        "http://bucket/prefix",
        "s3://",
        "s3://ab",
        "s3://A_Bucket/prefix",
        "s3://id:key@bucket/prefix",
        "s3://bucket/prefix?region=x",
        "s3://[::1",
    ],
)
def test_files_are_in_a_folder_or_a_bucket(url: str) -> None:
    told = refusal(files_url=url)
    assert "must be empty, or such as file:///srv/files or s3://bucket/prefix" in told


@pytest.mark.parametrize("url", ["file:///srv/files", "s3://a-bucket", "s3://a.bucket/a prefix/"])
def test_places_of_files(url: str) -> None:
    assert Settings(_env_file=None, files_url=url).files_url == url


def test_a_bucket_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "find_spec", lambda name: None)
    assert "names a bucket: install the extra s3" in refusal(files_url="s3://a-bucket")
