"""The wheel of this project, and an environment that holds nothing else of it."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from app.routers.web_page import BUILT

ROOT = Path(__file__).parent.parent.parent
SECONDS = 60


def missing() -> str | None:
    """Why no wheel can be built here, with what to do about it."""
    if not (BUILT / "index.html").is_file():
        return "the page is not built; run scripts/build-page (needs Node.js)"
    return None


def build(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build the wheel of a project into the folder `target`; ended with 0 when it is there."""
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", target],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def install(file: Path, folder: Path) -> Path:
    """A new environment with a wheel in it; its folder of programs.

    The packages that the wheel asks for are those that run the tests: their folder is on its path.
    This project is not in that folder itself, only a `.pth` that leads to it, and those are
    followed in an environment's own folder alone (https://docs.python.org/3/library/site.html).
    """
    uv = ROOT / "scripts" / "uv"
    for arguments in (
        ("venv", "--quiet", "--offline", "--python", sys.executable, folder),
        ("pip", "install", "--quiet", "--no-index", "--no-deps", "--python", folder, file),
    ):
        subprocess.run([uv, *arguments], check=True, timeout=SECONDS)
    base = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=base))
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"
