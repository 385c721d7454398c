# SPDX-License-Identifier: Apache-2.0
"""The MySQL server that the figures read: filled once, kept in the cache, not written again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any, Callable

from tests.harness.mysql_server import MysqlServer, cache_folder

from . import orders

LOG_ROWS = {50: 1_000_000, 1: 500_000}  # rows an event: rows of the log
NUMBERS = 131_072
WARM_ROWS = 500_000
OPTIONS = {
    "innodb_buffer_pool_size": "1G",  # what is read comes from memory
    "max_binlog_size": "1G",
    "innodb_redo_log_capacity": "1G",
}


class FilledServer(MysqlServer):
    """Database bench: `large` with so many rows, `small` with a tenth, and two files of the log."""

    def __init__(self, large_rows: int) -> None:
        home = _home(large_rows)
        if not home.exists():
            _make(home, large_rows)
        self.large_rows = large_rows
        self._logs: dict[str, str] = json.loads((home / "logs.json").read_text(encoding="utf-8"))
        super().__init__(home, OPTIONS)
        # What the figures of one connection read, into memory.
        self.query(f"SELECT SUM(quantity) FROM {orders.DATABASE}.large WHERE id <= {WARM_ROWS}")

    def log(self, per_event: int) -> tuple[str, Path]:
        """The log file with rows events of so many rows: its name and where it lies."""
        name = self._logs[str(per_event)]
        return name, self.datadir / name


def _home(large_rows: int) -> Path:
    made_of = [orders.COLUMNS, orders.VALUES, orders.FILL_BY_EVENTS, LOG_ROWS, large_rows]
    name = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:12]
    return cache_folder() / f"bench-{name}"


def _make(home: Path, large_rows: int) -> None:
    making = home.with_suffix(f".{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    server = MysqlServer(making, OPTIONS)
    server.fresh_database(orders.DATABASE)
    connection = server.connect(orders.DATABASE, read_timeout=600)
    with connection.cursor() as cursor:
        cursor.execute("SET sql_log_bin = 0")
        for sql in (*orders.numbers(NUMBERS), orders.FILL_BY_EVENTS):
            cursor.execute(sql)
        _fill_tables(cursor.execute, large_rows)
        logs = {per_event: _fill_log(server, cursor.execute, per_event) for per_event in LOG_ROWS}
        cursor.execute(orders.create("orders"))
    connection.close()
    server.stop()
    (making / "logs.json").write_text(json.dumps(logs), encoding="utf-8")
    making.rename(home)


def _fill_tables(execute: Callable[[str], Any], large_rows: int) -> None:
    for table, rows in (("small", large_rows // 10), ("large", large_rows)):
        execute(orders.create(table))
        for first in range(1, rows + 1, NUMBERS):
            execute(orders.fill(table, first, min(NUMBERS, rows + 1 - first)))
        execute(f"ANALYZE TABLE {table}")


def _fill_log(server: MysqlServer, execute: Callable[[str], Any], per_event: int) -> str:
    """A file of the log with nothing but rows of `orders`; its name."""
    execute(orders.create("orders"))
    name = server.rotate_logs()
    execute("SET sql_log_bin = 1")
    execute(f"CALL fill_by_events(1, {per_event}, {LOG_ROWS[per_event]})")
    execute("SET sql_log_bin = 0")
    server.rotate_logs()
    execute("DROP TABLE orders")
    return name
