"""Providers as the operator names them, and addresses that a login leads back to."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli.configuration import setting_problems
from app.config import Settings
from app.routers.http.return_to import own_address

CORP = {"OIDC_MY_CORP_ISSUER": "https://login.example.com", "OIDC_MY_CORP_CLIENT_ID": "chat"}
PUBLIC = {"PUBLIC_URL": "https://chat.example.com"}


def problems(monkeypatch: pytest.MonkeyPatch, folder: Path, **settings: str) -> str:
    monkeypatch.chdir(folder)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = " ".join(setting_problems())
    for name in settings:
        monkeypatch.delenv(name)
    return found


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = {
        "PUBLIC_URL": CORP,
        "OIDC_MY_CORP_ISSUER: must be": CORP | PUBLIC | {"OIDC_MY_CORP_ISSUER": "http://corp"},
        "OIDC_MY_CORP_CLIENT_ID: Field required": {"OIDC_MY_CORP_ISSUER": "https://a.example"},
        "OIDC_MY_CORP: GROUPS_CLAIM": CORP | PUBLIC | {"OIDC_MY_CORP_ADMIN_GROUP": "chiefs"},
        "two OIDC_": CORP | PUBLIC | {name.replace("MY_", ""): v for name, v in CORP.items()},
        "REGISTRATION is oidc": {"REGISTRATION": "oidc"},
    }
    for told, settings in wrong.items():
        assert told in problems(monkeypatch, tmp_path, **settings), told
    assert problems(monkeypatch, tmp_path, **CORP, **PUBLIC) == ""


def test_both_places_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = {**CORP, **PUBLIC, "OIDC_MY_CORP_LABEL": "in the file"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    monkeypatch.setenv("OIDC_MY_CORP_LABEL", "in the environment")
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.oidc_providers["my-corp"].issuer == "https://login.example.com"
    assert settings.oidc_providers["my-corp"].label == "in the environment"


def test_a_plain_address_is_for_this_machine_alone() -> None:
    its = {"issuer": "https://login.example.com", "client_id": "chat"}
    for public_url in ("http://localhost:8000", "https://chat.example.com"):
        Settings(_env_file=None, public_url=public_url, oidc_providers={"a": its})
    for public_url in ("http://chat.example.com", ""):
        with pytest.raises(ValidationError):
            Settings(_env_file=None, public_url=public_url, oidc_providers={"a": its})


def test_a_login_leads_back_to_the_page() -> None:
    for own in ("/", "/c/7", "/settings/account?a=b", "/login"):
        assert own_address(own) == own
    elsewhere = [
        "//elsewhere.example",
        "https://elsewhere.example",
        "/\\elsewhere.example",
        "/docs",
    ]
    for given in (*elsewhere, "/c/7\r\nSet-Cookie: a=b", "/c/" + "7" * 600, "", None):
        assert own_address(given) == "/", given
