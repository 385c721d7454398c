# SPDX-License-Identifier: Apache-2.0
"""Statements over the MySQL port with three client libraries; every value comes back as text."""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Callable

from client import Client

Rows = list[dict[str, str | None]]
# The rows of the statements that have any.
Asker = Callable[..., list[Rows]]

JDBC = Path(os.environ.get("SLUICE_CACHE", Path.home() / ".cache/sluice")) / "jdbc-1"
SET_CHARSET_NAME = 7  # of enum mysql_option


def with_pymysql(cluster: Client, *statements: str) -> list[Rows]:
    found: list[Rows] = []
    with cluster.connect(charset="utf8mb4") as connection, connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
            if cursor.description is not None:
                names = [item[0] for item in cursor.description]
                found.append([dict(zip(names, map(_text, row))) for row in cursor.fetchall()])
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def with_connector_j(cluster: Client, *statements: str) -> list[Rows]:
    jars = ":".join(str(jar) for jar in sorted(JDBC.glob("*.jar")))
    url = f"jdbc:mysql://{cluster.mysql[0]}:{cluster.mysql[1]}/"
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
        script.write("".join(f"{sql};\n" for sql in statements))
        script.flush()
        done = subprocess.run(
            [
                *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"),
                *("-cp", jars, "sqlline.SqlLine"),
                *("-d", "com.mysql.cj.jdbc.Driver", "-u", url),
                *("-n", cluster.user, "-p", cluster.password),
                *("--outputformat=json", "--silent=true", f"--run={script.name}"),
            ],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
    assert done.returncode == 0 and "Error:" not in done.stderr, done.stderr + done.stdout
    return [_resultset(part) for part in done.stdout.split('{"resultset":')[1:]]


def _resultset(text: str) -> Rows:
    rows = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(text)[0]
    assert isinstance(rows, list)
    return rows


class _Field(ctypes.Structure):
    """The head of MYSQL_FIELD."""

    _fields_ = [("name", ctypes.c_char_p)]


class LibMariaDb:
    """libmariadb through its C interface: the library the engine itself uses."""

    def __init__(self, cluster: Client) -> None:
        self.lib = ctypes.CDLL(ctypes.util.find_library("mariadb") or "libmariadb.so.3")
        for name in ("mysql_init", "mysql_real_connect", "mysql_store_result"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.mysql_fetch_field.restype = ctypes.POINTER(_Field)
        self.lib.mysql_fetch_row.restype = ctypes.POINTER(ctypes.c_void_p)
        self.lib.mysql_fetch_lengths.restype = ctypes.POINTER(ctypes.c_ulong)
        self.lib.mysql_error.restype = self.lib.mysql_get_server_info.restype = ctypes.c_char_p
        self.handle = ctypes.c_void_p(self.lib.mysql_init(None))
        self.lib.mysql_options(self.handle, SET_CHARSET_NAME, b"utf8mb4")
        host, port = cluster.mysql
        user, password = cluster.user.encode(), cluster.password.encode()
        made = self.lib.mysql_real_connect(
            self.handle, host.encode(), user, password, None, port, None, ctypes.c_ulong(0)
        )
        self.check(0 if made else 1)

    def check(self, code: int) -> None:
        assert code == 0, self.lib.mysql_error(self.handle).decode()

    def close(self) -> None:
        self.lib.mysql_close(self.handle)

    def ping(self) -> None:
        self.check(self.lib.mysql_ping(self.handle))

    def use(self, db: str) -> None:
        self.check(self.lib.mysql_select_db(self.handle, db.encode()))

    def autocommit(self) -> None:
        self.check(self.lib.mysql_autocommit(self.handle, ctypes.c_char(1)))

    def query(self, sql: str) -> Rows | None:
        data = sql.encode()
        self.check(self.lib.mysql_real_query(self.handle, data, ctypes.c_ulong(len(data))))
        stored = self.lib.mysql_store_result(self.handle)
        if not stored:
            self.check(self.lib.mysql_errno(self.handle))
            return None
        result = ctypes.c_void_p(stored)
        names = []
        while field := self.lib.mysql_fetch_field(result):
            names.append(field.contents.name.decode())
        rows: Rows = []
        while row := self.lib.mysql_fetch_row(result):
            sizes = self.lib.mysql_fetch_lengths(result)
            values = (row[i] and ctypes.string_at(row[i], sizes[i]) for i in range(len(names)))
            texts = (None if value is None else value.decode() for value in values)
            rows.append(dict(zip(names, texts)))
        self.lib.mysql_free_result(result)
        return rows


def with_libmariadb(cluster: Client, *statements: str) -> list[Rows]:
    connection = LibMariaDb(cluster)
    try:
        found = [connection.query(sql) for sql in statements]
        return [rows for rows in found if rows is not None]
    finally:
        connection.close()


DRIVERS = {
    "PyMySQL": with_pymysql,
    "libmariadb": with_libmariadb,
    "Connector/J": with_connector_j,
}
