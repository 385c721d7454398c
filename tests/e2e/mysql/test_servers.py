# SPDX-License-Identifier: Apache-2.0
"""Every server that is read: snapshot, log, restart, a purged log, compressed events, XA."""

from __future__ import annotations

from typing import Any

import pytest

from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80
from harness.table_writer import TableWriter

GOODS = "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))"
KINDS = {
    MYSQL80: [{}, {"gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}],
    MYSQL56: [{}, {"gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}],
    MARIADB: [{}, {"log_bin_compress": "ON", "log_bin_compress_min_len": "10"}],
}


@pytest.fixture(
    scope="module",
    params=[(flavour, options) for flavour, all in KINDS.items() for options in all],
    ids=lambda param: f"{param[0]} {' '.join(param[1].values())}".strip(),
)
def each(make_server, request):
    flavour, options = request.param
    server = make_server(flavour, **options)
    yield server
    server.stop()


@pytest.fixture
def any_server(each):
    each.fresh_database("shop")
    return each


def state_of(rows):
    """The table that the rows printed make."""
    table = {}
    for kind, text in rows:
        key = text.partition(", ")[0]
        if kind in ("INSERT", "UPDATE_AFTER"):
            table[key] = text
        elif kind == "DELETE":
            del table[key]
        else:
            assert table[key] == text
    return table


def test_rows_and_their_changes(any_server, job):
    server = any_server
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(3)
    with server.connect() as session, session.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO shop.goods VALUES (4, REPEAT('d', 20)), (5, 'e')")
        cursor.execute("SAVEPOINT here")
        cursor.execute("INSERT INTO shop.goods VALUES (6, 'gone')")
        cursor.execute("ROLLBACK TO SAVEPOINT here")
        cursor.execute("UPDATE shop.goods SET name = 'aa' WHERE id = 1")
        cursor.execute("DELETE FROM shop.goods WHERE id = 2")
        cursor.execute("UPDATE shop.goods SET id = 33 WHERE id = 3")
        cursor.execute("COMMIT")
    rows = run.wait_rows(3 + 7)[3:]
    assert rows == [
        ("INSERT", "4, " + "d" * 20),
        ("INSERT", "5, e"),
        ("UPDATE_BEFORE", "1, a"),
        ("UPDATE_AFTER", "1, aa"),
        ("DELETE", "2, b"),
        ("DELETE", "3, c"),
        ("INSERT", "33, c"),
    ]
    run.stop()
    server.restart()
    server.execute("INSERT INTO shop.goods VALUES (7, 'g')")
    run.start()
    assert run.wait_rows(11)[10:] == [("INSERT", "7, g")]
    run.stop()


class Writer(TableWriter):
    """Puts, deletes and changes rows in one transaction, as many as it can."""

    pause_s = 0
    autocommit = False

    def round(self, cursor: Any, number: int) -> None:
        key = number * 37 % 6000
        cursor.execute("REPLACE INTO goods VALUES (%s, %s)", (key, f"turn {number}"))
        cursor.execute("DELETE FROM goods WHERE id = %s", (number * 91 % 6000,))
        cursor.execute("UPDATE goods SET name = %s WHERE id = %s", (f"u{number}", key // 2))
        cursor.execute("COMMIT")


def test_the_snapshot_meets_the_log_under_writes(any_server, job):
    server = any_server
    server.execute(GOODS)
    values = ", ".join(f"({n}, 'first {n}')" for n in range(0, 6000, 2))
    server.execute(f"INSERT INTO shop.goods VALUES {values}")
    writer = Writer(server)
    try:
        run = job(server, ["shop.goods"], snapshot__split__size="100")
        run.start()
        run.wait_rows(3500)
    finally:
        writer.stop()
    server.execute("INSERT INTO shop.goods VALUES (99999, 'the end')")
    wait = 0
    while ("INSERT", "99999, the end") not in run.rows():
        wait = run.wait_rows(len(run.rows()) + 1) and wait
    run.stop()
    table = server.query("SELECT * FROM shop.goods")
    expected = {str(key): f"{key}, {name}" for key, name in table}
    assert state_of(run.rows()) == expected


def test_positions_of_idle_tables_move(any_server, job):
    """Others write; the files in which the job began are purged; it goes on."""
    server = any_server
    server.execute(GOODS, "CREATE TABLE shop.busy (id INT PRIMARY KEY)")
    server.execute("INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    for number in range(3):
        server.execute(f"INSERT INTO shop.busy VALUES ({number})")
        newest = server.rotate_logs()
    run.wait_position(newest)
    run.stop()
    server.execute(f"PURGE BINARY LOGS TO '{newest}'", "INSERT INTO shop.goods VALUES (2, 'b')")
    run.start()
    assert run.wait_rows(2) == [("INSERT", "1, a"), ("INSERT", "2, b")]
    run.stop()
