"""What is shipped to deploy with: where it lies, how it is read."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from app.config import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OF_OTHERS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"}
"""What docs/operations.md says is read by others in the app's process."""


def read_yaml(path: Path) -> Any:
    """The one document of a file."""
    return yaml.safe_load(path.read_text())


def settings() -> set[str]:
    """The variables that the app reads."""
    return {name.upper() for name in Settings.model_fields} | OF_OTHERS


def run_module(*words: str) -> subprocess.CompletedProcess[str]:
    """A program of the tests' own environment."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)
