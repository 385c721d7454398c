#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the logs of this folder with a MySQL 8.0 server that it starts and stops.

    make_logs.py --mysql-home DIR        DIR holds bin/mysqld; needs PyMySQL

For each case it writes NAME.binlog, the server's own log, and NAME.json: the tables as
information_schema has them, and each row that the log must give, with its kind, as the text that a
SELECT over the connection printed for it.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pymysql

import cases

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS_MAX = 60
FACTS = (
    "column_name, data_type, column_type, character_set_name, character_octet_length,"
    " numeric_precision, numeric_scale, datetime_precision, is_nullable"
)
KEY = (
    "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = %s"
    " AND table_name = %s AND constraint_name = 'PRIMARY' ORDER BY ordinal_position"
)
Row = tuple[Any, ...]


def json_value(value: Any) -> Any:
    """A value of the text protocol; what is not UTF-8 as {"hex": ...}."""
    if not isinstance(value, bytes):
        return value
    try:
        text = value.decode("utf-8")
        if text.isprintable():
            return text
    except UnicodeDecodeError:
        pass
    return {"hex": value.hex()}


class Case:
    """What cases.py runs its statements with; remembers what they changed."""

    def __init__(self, connection: pymysql.Connection) -> None:
        self.connection = connection
        self.tables: list[dict[str, Any]] = []

    def run(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def table(self, name: str, body: str) -> None:
        """Creates a table and begins to record its changes."""
        self.run(f"CREATE TABLE {name} {body}")
        database = self.query("SELECT database()")[0][0]
        facts = self.query(
            f"SELECT {FACTS} FROM information_schema.columns WHERE table_schema = %s"
            " AND table_name = %s ORDER BY ordinal_position",
            (database, name),
        )
        columns = [dict(zip([f.strip() for f in FACTS.split(",")], row)) for row in facts]
        quoted = ["`" + c["column_name"].replace("`", "``") + "`" for c in columns]
        times = [" * 1e0" if c["data_type"] == "float" else "" for c in columns]
        self.tables.append(
            {
                "database": database,
                "table": name,
                "columns": columns,
                "primary_key": [row[0] for row in self.query(KEY, (database, name))],
                "select": ", ".join(q + t for q, t in zip(quoted, times)),
                "rows": [],
            }
        )

    def change(self, sql: str) -> None:
        """Runs a statement that changes rows of the newest table; the first column is a key."""
        table = self.tables[-1]
        before = self.snapshot(table)
        self.run(sql)
        after = self.snapshot(table)
        for key in before:
            if key in after and before[key] != after[key]:
                self.record(table, "-U", before[key])
                self.record(table, "+U", after[key])
            elif key not in after:
                self.record(table, "-D", before[key])
        for key in after:
            if key not in before:
                self.record(table, "+I", after[key])

    def query(self, sql: str, arguments: Row = ()) -> list[Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return [
                tuple(v.decode() if isinstance(v, bytes) else v for v in row)
                for row in cursor.fetchall()
            ]

    def snapshot(self, table: dict[str, Any]) -> dict[Any, Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT {table['select']} FROM {table['table']} ORDER BY 1")
            return {row[0]: row for row in cursor.fetchall()}

    @staticmethod
    def record(table: dict[str, Any], kind: str, row: Row) -> None:
        table["rows"].append([kind, *(json_value(value) for value in row)])


@contextmanager
def server(home: pathlib.Path, folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A fresh server on a socket only; gives the socket."""
    data, socket = folder / "data", folder / "s.sock"
    base = [
        str(home / "bin/mysqld"),
        "--no-defaults",
        f"--basedir={home}",
        f"--datadir={data}",
        f"--log-error={folder / 'error.log'}",
        "--user=root",
    ]
    subprocess.run([*base, "--initialize-insecure"], check=True)
    options = [
        f"--socket={socket}",
        "--skip-networking",
        "--mysqlx=OFF",
        "--server-id=1",
        "--log-bin=log",
        "--gtid-mode=ON",
        "--enforce-gtid-consistency=ON",
        "--innodb-flush-log-at-trx-commit=0",
        "--sync-binlog=0",
    ]
    process = subprocess.Popen([*base, *options])
    try:
        yield socket
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS_MAX)


def connect(socket: pathlib.Path) -> pymysql.Connection:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            connection = pymysql.connect(
                unix_socket=str(socket), user="root", conv={}, use_unicode=False, autocommit=True
            )
            break
        except pymysql.err.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    with connection.cursor() as cursor:
        cursor.execute("SET NAMES utf8mb4")
        cursor.execute("SET time_zone = '+00:00'")
    return connection


def text_of(tables: list[dict[str, Any]]) -> str:
    """JSON with a line for each column and each row."""
    texts = []
    for table in tables:
        fields = []
        for name, value in table.items():
            text = json.dumps(value, ensure_ascii=False)
            if name in ("columns", "rows"):
                lines = [json.dumps(one, ensure_ascii=False) for one in value]
                text = "[\n" + ",\n".join(lines) + "]"
            fields.append(f'"{name}": {text}')
        texts.append("{" + ",\n".join(fields) + "}")
    return '{"tables": [' + ",\n".join(texts) + "]}\n"


def make(name: str, fill: Callable[[Case], None], socket: pathlib.Path, data: pathlib.Path) -> None:
    connection = connect(socket)
    case = Case(connection)
    case.run(f"CREATE DATABASE {name}")
    case.run(f"USE {name}")
    case.run("FLUSH BINARY LOGS")
    log = case.query("SHOW MASTER STATUS")[0][0]
    fill(case)
    case.run("FLUSH BINARY LOGS")
    connection.close()
    shutil.copyfile(data / log, HERE / f"{name}.binlog")
    (HERE / f"{name}.json").write_text(text_of(case.tables))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mysql-home", type=pathlib.Path, required=True)
    home = parser.parse_args().mysql_home.resolve()
    with tempfile.TemporaryDirectory(prefix="logs") as scratch:
        folder = pathlib.Path(scratch)
        with server(home, folder) as socket:
            for name, fill in cases.ALL.items():
                make(name, fill, socket, folder / "data")
    return 0


if __name__ == "__main__":
    sys.exit(main())
