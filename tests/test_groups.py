"""Tests that share a server run in one process."""

import pytest

from tests.support.groups import group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/test_a.py::test_it", "tests/test_a.py"),
        ("tests/test_a.py::test_it[mysql]", "tests/test_a.pymysql"),
        ("tests/test_a.py::test_it[GET /][mariadb]", "tests/test_a.pymariadb"),
        ("tests/test_a.py::test_it[sqlite-9]", "tests/test_a.pysqlite"),
        ("tests/test_a.py::test_it[a sqlite of ours]", "tests/test_a.py"),
    ],
)
def test_a_group_is_a_file_on_one_database(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
