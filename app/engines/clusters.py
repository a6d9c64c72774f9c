"""Servers that hold the same and may each take writes, and what they ask of this app."""

from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text

UPDATES_EVERYWHERE = "group_replication_enforce_update_everywhere_checks"
VARIABLES = text(
    f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', '{UPDATES_EVERYWHERE}')"
)
SIZE = text("SHOW GLOBAL STATUS WHERE Variable_name = 'wsrep_cluster_size'")


@dataclass(frozen=True, slots=True)
class DatabaseCluster:
    """A kind of cluster, and what to do about it; one that is not `usable` refuses our tables."""

    name: str
    usable: bool
    advice: str


def cluster_of(connection: Connection) -> DatabaseCluster | None:
    """The cluster that a server is set up for; None where it has no say in how it is used.

    Group Replication with one primary refuses writes elsewhere by itself.
    """
    if connection.dialect.name == "sqlite":
        return None
    found = _named(connection, VARIABLES)
    nodes = _named(connection, SIZE).get("wsrep_cluster_size", "0")
    if found.get("wsrep_on") == "ON" and nodes != "0":
        return DatabaseCluster(f"Galera, {nodes} nodes", True, "let one of them take the writes")
    if found.get(UPDATES_EVERYWHERE) == "ON":
        # Error 3098, once a row is written to a table that rows of another are deleted with:
        # https://dev.mysql.com/doc/refman/8.4/en/group-replication-limitations.html
        advice = "run it with a single primary (with more it refuses ON DELETE CASCADE)"
        return DatabaseCluster("Group Replication with several primaries", False, advice)
    return None


def _named(connection: Connection, show: TextClause) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(show)}
