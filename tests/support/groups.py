"""Where tests run in several processes, those of a file on one database run in the same one."""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

DATABASE = re.compile(r"[\[-](sqlite|mysql|mariadb)[\]-]")


def group_of(nodeid: str) -> str:
    """The file of a test, and the database that it runs on, if any: they share a server."""
    file, _, test = nodeid.partition("::")
    return file + "".join(DATABASE.findall(test))


class Groups:
    """The pytest plugin. `--dist loadgroup` reads marks, which it does not with every pytest."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Groups are handed out in the tests' order: one database after the other."""
        config.option.loadscopereorder = False
        scheduling = LoadScopeScheduling(config, log)
        scheduling._split_scope = group_of
        return scheduling
