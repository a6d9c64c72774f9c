"""Name servers that do not answer delay nobody but whoever asks for such names."""

import json
import sys
from pathlib import Path

from tests.support.isolation import isolated


def test_names_that_no_name_server_answers_for(tmp_path: Path) -> None:
    ran = isolated(
        tmp_path, sys.executable, "-m", "tests.support.silent_names", str(tmp_path / "hosts")
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    seen = json.loads(ran.stdout.splitlines()[-1])
    assert seen.pop("exit") < 10
    assert seen == {
        "known": ["complete", None],
        "numeric": "422 model_url_not_allowed",
        "unknown": ["failed", "upstream_unavailable"],
        "tried": "upstream_unavailable",
        "saved": ["422 model_url_not_allowed"],
    }
