#!/usr/bin/env python3
"""Tells HAProxy which database server takes the writes: a port for each answers 200 or 503.

    PASSWORD_FILE=FILE takes-writes.py 9201=mysql-1:3306 9202=mysql-2:3306 9203=mysql-3:3306

Runs beside HAProxy, with the app's Python (it needs pymysql). The account `role` needs
`SELECT ON performance_schema.replication_group_members` in a group of MySQL, and nothing in Galera.
"""

import os
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pymysql

SECONDS = 1
# The one that leads a group of which most are there: without them it would take writes and never
# commit them.
LEADS = """SELECT COALESCE(
    SUM(member_id = @@server_uuid AND member_state = 'ONLINE' AND member_role = 'PRIMARY') = 1
    AND SUM(member_state <> 'UNREACHABLE') * 2 > COUNT(*), 0) AND NOT @@GLOBAL.super_read_only
FROM performance_schema.replication_group_members"""
SYNCED = """SHOW GLOBAL STATUS WHERE (Variable_name = 'wsrep_cluster_status' AND Value = 'Primary')
OR (Variable_name = 'wsrep_local_state_comment' AND Value = 'Synced')"""


def takes_writes(host: str, port: int, password: str) -> bool:
    """Whether this server is the one, or one of those, that take writes now. It answers within
    seconds; one that does not takes none."""
    with suppress(pymysql.err.MySQLError, OSError):
        connection = pymysql.connect(
            host=host,
            port=port,
            user="role",
            password=password,
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            write_timeout=SECONDS,
        )
        with connection, connection.cursor() as cursor:
            if "MariaDB" in connection.get_server_info():
                return cursor.execute(SYNCED) == 2
            cursor.execute(LEADS)
            return cursor.fetchone() == (1,)
    return False


def answering(port: int, host: str, server_port: int, password: str) -> ThreadingHTTPServer:
    """What answers for one server on this port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if takes_writes(host, server_port, password) else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:
            """HAProxy tells what changes."""

    return ThreadingHTTPServer((os.environ.get("ADDRESS", "127.0.0.1"), port), Answer)


def main() -> None:
    password = Path(os.environ["PASSWORD_FILE"]).read_text().strip()
    threads = []
    for word in sys.argv[1:]:
        port, _, server = word.partition("=")
        host, _, server_port = server.rpartition(":")
        server_here = answering(int(port), host, int(server_port), password)
        threads.append(threading.Thread(target=server_here.serve_forever))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
