"""The page's types are this server's own: of requests, of answers and of the socket's events."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.api_document import OPENAPI

ROOT = Path(__file__).parents[2]
SCRIPT = "scripts/generate_types.py"
TYPES = "frontend/src/api/schema.ts"


def generate(root: Path, *arguments: str) -> int:
    """The exit status of the script in a copy of this project."""
    return subprocess.run([sys.executable, root / SCRIPT, *arguments], timeout=60).returncode


def test_the_committed_types_are_up_to_date() -> None:
    assert generate(ROOT, "--check") == 0, f"run `.venv/bin/python {SCRIPT}`"


def test_drift_is_noticed_and_mended(tmp_path: Path) -> None:
    for name in (SCRIPT, TYPES):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    types = tmp_path / TYPES
    committed = types.read_bytes()
    types.write_bytes(committed.replace(b"reply_seconds", b"seconds"))
    assert generate(tmp_path, "--check") == 1
    assert generate(tmp_path) == 0
    assert types.read_bytes() == committed


def test_the_document_has_the_sockets_events() -> None:
    schemas = OPENAPI["components"]["schemas"]
    text = (ROOT / TYPES).read_text("utf-8")
    for union in ("ServerEvent", "ClientEvent"):
        for event in schemas[union]["oneOf"]:
            name = event["$ref"].rpartition("/")[2]
            assert "type" in schemas[name]["required"]
            assert f"export interface {name} {{\n" in text


def test_the_calls_are_those_that_answer_json_or_nothing() -> None:
    calls = re.findall(r'^  "([A-Z]+ /\S*)": \{', (ROOT / TYPES).read_text("utf-8"), re.MULTILINE)
    served = {
        f"{method.upper()} {path}"
        for path, methods in OPENAPI["paths"].items()
        for method in methods
    }
    assert served - set(calls) == {
        "GET /conversations/{id}/stream",
        "GET /conversations/{id}/export",
        "GET /export",
        "GET /metrics",
        "GET /usage.csv",
        "GET /attachments/{id}",
        "GET /attachments/{id}/thumbnail",
        "GET /attachments/{id}/text",
        "GET /auth/me/avatar",
        "GET /admin/users/{id}/avatar",
        "GET /s/{token}",
        "GET /s/{token}/attachments/{number}",
    }
    assert len(calls) == len(set(calls) & served)
