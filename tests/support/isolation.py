"""Commands in a network of their own, where no name server answers (namespaces(7))."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.silent_names import HOSTS, SILENT

ALONE = ["unshare", "--map-root-user", "--mount", "--net"]
MOUNTED = (
    'mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/hosts && shift 2 && exec "$@"'
)
SECONDS = 90


def isolated(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command where no name server answers, and `hosts` in the folder is all that is known."""
    resolver, hosts = folder / "resolv.conf", folder / "hosts"
    resolver.write_text(f"nameserver {SILENT}\n")
    hosts.write_text(HOSTS)
    return subprocess.run(
        [*ALONE, "sh", "-c", MOUNTED, "sh", str(resolver), str(hosts), *command],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def missing() -> str | None:
    """Why there can be no such network here."""
    if shutil.which("unshare"):
        with tempfile.TemporaryDirectory() as folder:
            if isolated(Path(folder), "true").returncode == 0:
                return None
    return "this system allows no network of one's own; allow user namespaces, or run as root"
