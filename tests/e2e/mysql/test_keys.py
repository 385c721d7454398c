# SPDX-License-Identifier: Apache-2.0
"""Snapshots by every kind of key, under writes and kills; contents compared with the server's."""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80
from harness.mysql_server import MysqlServer
from harness.table_writer import TableWriter
from harness.waiting import wait_for

ROWS = 4000


def numbers(sql: str) -> str:
    """Rows of `sql`, in which n runs from 0 to 9999."""
    digits = " UNION ALL ".join(f"SELECT {d}" + (" AS d" if d == 0 else "") for d in range(10))
    return (
        f"SELECT {sql} FROM (SELECT a.d + b.d * 10 + c.d * 100 + e.d * 1000 AS n FROM ({digits}) a,"
        f" ({digits}) b, ({digits}) c, ({digits}) e) numbers WHERE n < {ROWS}"
    )


# Columns and key of a table; the values of its columns; what a client writes again.
KEYS = {
    "pair": ("a INT, b INT UNSIGNED, PRIMARY KEY (a, b)", "n MOD 3, n * 7"),
    "one_tenant": ("a INT, b BIGINT, PRIMARY KEY (a, b)", "1, n - 2000"),
    "uuid_bytes": ("a BINARY(16) PRIMARY KEY", "UNHEX(MD5(n))"),
    "uuid_text": ("a CHAR(36) PRIMARY KEY", "INSERT(INSERT(MD5(n), 9, 0, '-'), 14, 0, '-')"),
    "words": (
        "a VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci PRIMARY KEY",
        "CONCAT(ELT(1 + n MOD 6, 'Äpfel', 'apfel', 'ZUG', 'zug', '', '😀'), '\\'\\\\', n)",
    ),
    "latin": ("a VARCHAR(40) CHARACTER SET latin1 PRIMARY KEY", "CONCAT('é', n)"),
    "moments": ("a DATETIME(3), b DECIMAL(12,2), PRIMARY KEY (a, b)", "'2026-01-01' + INTERVAL n"
                " MOD 50 MINUTE, n / 4"),
    "sparse": ("a BIGINT PRIMARY KEY", "n * 1000000007"),
    "skewed": ("a BIGINT PRIMARY KEY", "IF(n MOD 1000 = 0, n * 1000000000000, n)"),
    "unique_only": ("a INT NOT NULL, b VARCHAR(9) NOT NULL, UNIQUE KEY k (b, a)", "n, n MOD 7"),
    "reals": ("a DOUBLE PRIMARY KEY", "n / 8"),
}


@pytest.fixture(scope="module", params=[MYSQL80, MYSQL56, MARIADB], ids=str)
def each(make_server, request):
    server = make_server(request.param)
    yield server
    server.stop()


@pytest.fixture
def tables(each):
    each.fresh_database("shop")
    for name, (columns, values) in KEYS.items():
        each.execute(
            f"CREATE TABLE shop.{name} (v VARCHAR(200), {columns}) CHARSET utf8mb4",
            f"INSERT INTO shop.{name} " + numbers(f"CONCAT('v', n), {values}"),
            f"ANALYZE TABLE shop.{name}",
        )
    return each


def merged(rows):
    """The table that rows make when they are put by key; what came twice is only put again."""
    table = {}
    for kind, text in rows:
        if "output rowType" in text:
            continue  # a line that a kill cut; the next process went on in it
        _, _, key = text.partition(", ")
        if kind in ("INSERT", "UPDATE_AFTER"):
            table[key] = text
        elif kind == "DELETE":
            table.pop(key, None)
    return table


def on_server(server, name):
    return sorted(value for (value,) in server.query(f"SELECT v FROM shop.{name}"))


class Writer(TableWriter):
    """Changes and deletes single rows, as many as it can."""

    pause_s = 0

    def __init__(self, server: MysqlServer) -> None:
        self.chance = random.Random(7)
        super().__init__(server)

    def round(self, cursor: Any, number: int) -> None:
        name = self.chance.choice(list(KEYS))
        which = self.chance.randrange(ROWS)
        cursor.execute(f"UPDATE {name} SET v = 'u{number}' WHERE v = 'v{which}' LIMIT 1")
        if number % 5 == 0:
            cursor.execute(f"DELETE FROM {name} WHERE v = 'v{which + 1}' LIMIT 1")


@pytest.mark.parametrize("exactly_once", ["true", "false"])
def test_snapshots_by_any_key(tables, job, exactly_once):
    server = tables
    names = [f"shop.{name}" for name in KEYS]
    run = job(server, names, snapshot__split__size="300", exactly_once=exactly_once)
    writer = Writer(server)
    try:
        run.start()
        # What a killed job printed behind its last checkpoint stays: only repeating the log from
        # its beginning takes it back. A sink that commits is killed in the kill runs.
        for part in (3000, 12000, 25000) if exactly_once == "false" else ():
            run.wait_rows(part)
            run.process.kill()
            run.start()
        run.wait_rows(len(KEYS) * ROWS // 2)
    finally:
        writer.stop()

    for name in KEYS:
        expected = on_server(server, name)

        def same() -> bool:
            assert run.process.alive, run.text()[-2000:]
            found = merged(run.rows(f"shop.{name}"))
            return sorted(text.partition(", ")[0] for text in found.values()) == expected

        wait_for(same, f"the contents of {name}", 90, poll_s=0.5)
    assert "shop.reals is read as a whole" in run.text()
    assert "shop.pair is read as a whole" not in run.text()
    run.stop()
