# SPDX-License-Identifier: Apache-2.0
"""Logs whose rows lack columns: what lacks is read from the tables, and targets end up equal."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80
from harness.mysql_server import MysqlServer
from harness.table_writer import TableWriter
from harness.waiting import wait_for
from pymysql.converters import escape_string

PLACES = [(MYSQL80, "starrocks"), (MYSQL56, "mysql_target"), (MARIADB, "postgres_target")]
IMAGES = ["MINIMAL", "NOBLOB"]
# What else a log may be like; each server is tried without it too.
MORE = {
    (MYSQL80, "MINIMAL"): {
        "binlog_row_value_options": "PARTIAL_JSON",
        # Microseconds that a commit is in the log and not visible.
        "binlog_group_commit_sync_delay": "30000",
    },
    (MYSQL80, "NOBLOB"): {"binlog_transaction_compression": "ON", "binlog_row_metadata": "FULL"},
    (MARIADB, "NOBLOB"): {"log_bin_compress": "ON", "binlog_row_metadata": "FULL"},
}
IDS = 300

# {json} stands for what the server has of it.
TABLES = {
    "items": "id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40), price DECIMAL(12,3) NOT NULL "
    "DEFAULT 1.5, made DATETIME(3), body TEXT, raw BLOB, info {json}, doc {json}, flag TINYINT(1) "
    "NOT NULL DEFAULT 1, day DATE NOT NULL",
    "pairs": "a INT, b VARCHAR(20), note VARCHAR(200), big MEDIUMTEXT, bits BIT(9), "
    "PRIMARY KEY (a, b)",
    "moments": "tenant SMALLINT UNSIGNED, at DATETIME(3), v DOUBLE, f FLOAT, raw VARBINARY(50), "
    "note LONGTEXT, PRIMARY KEY (tenant, at)",
    "words": "w VARCHAR(30) CHARACTER SET latin1 PRIMARY KEY, n INT NOT NULL DEFAULT 7, t TEXT, "
    "e ENUM('one', 'two')",
}


class Writer(TableWriter):
    """Random changes of all tables, a few statements a transaction."""

    pause_s = 0.004
    autocommit = False

    def __init__(self, server: MysqlServer, seed: int) -> None:
        self.chance = random.Random(seed)
        super().__init__(server)

    def round(self, cursor: Any, number: int) -> None:
        for _ in range(self.chance.randrange(1, 5)):
            cursor.execute(self._statement())
        end = "ROLLBACK" if self.chance.random() < 0.1 else "COMMIT"
        cursor.execute(end)

    def _statement(self) -> str:
        return getattr(self, f"_{self.chance.choice(list(TABLES))}")()

    def _number(self, most: int = IDS) -> int:
        return self.chance.randrange(most)

    def _text(self, most: int = 60) -> str:
        size = self.chance.randrange(most)
        return escape_string("".join(self.chance.choice("aé'\\ z\"0") for _ in range(size)))

    def _items(self) -> str:
        one, other = self._number(), self._number()
        doc = json.dumps({"n": one, "list": [other, None], "long": "y" * 100})
        change = f"JSON_SET(doc, '$.n', {one})" if self.server.flavour.has_json else f"'{one}'"
        return self.chance.choice(
            [
                f"INSERT INTO items (name, day) VALUES ('{self._text(10)}', '2026-01-02')",
                f"INSERT IGNORE INTO items (id, body, day) VALUES ({one}, '{self._text()}', "
                f"'2026-02-03'), ({other}, '{self._text()}', '2026-02-04')",
                f"REPLACE INTO items (id, doc, made, day) VALUES ({one}, '{doc}', NOW(3), NOW())",
                f"INSERT INTO items (id, day) VALUES ({one}, '2026-03-04') "
                f"ON DUPLICATE KEY UPDATE price = price + 0.125, raw = x'00ff{one:04x}'",
                f"UPDATE items SET price = {one}.25 WHERE id = {other}",
                f"UPDATE items SET body = '{self._text()}' WHERE id BETWEEN {one} AND {one + 9}",
                f"UPDATE items SET doc = '{doc}', flag = 0 WHERE id = {one}",
                f"UPDATE items SET doc = {change} WHERE id > {one} AND doc IS NOT NULL LIMIT 9",
                f"UPDATE items SET raw = NULL, name = '{self._text(9)}' "
                f"WHERE id MOD 17 = {one % 17}",
                f"UPDATE IGNORE items SET id = {one} WHERE id = {other}",
                f"DELETE FROM items WHERE id = {one} OR id > {IDS * 3 + one}",
            ]
        )

    def _pairs(self) -> str:
        a, b = self._number(5), self.chance.choice(["x", "X", "y'", "é", "zz"])
        b = b.replace("'", "''")
        return self.chance.choice(
            [
                f"REPLACE INTO pairs (a, b) VALUES ({a}, '{b}')",
                f"INSERT IGNORE INTO pairs (a, b, note) VALUES ({a}, '{b}', '{self._text()}')",
                f"UPDATE pairs SET big = REPEAT('{self._text(5)}', 300) WHERE a = {a}",
                f"UPDATE pairs SET bits = b'1{a:03b}' WHERE b = '{b}'",
                f"UPDATE IGNORE pairs SET a = {a}, note = NULL WHERE b = '{b}' LIMIT 1",
                f"UPDATE pairs SET b = UPPER(b) WHERE a = {a}",
                f"DELETE FROM pairs WHERE a = {a} AND b = '{b}'",
            ]
        )

    def _moments(self) -> str:
        tenant, second = self._number(4), self._number(40)
        at = f"2026-01-01 00:00:{second:02d}.{tenant}5"
        return self.chance.choice(
            [
                f"REPLACE INTO moments (tenant, at, v) VALUES ({tenant}, '{at}', {second} / 3)",
                f"INSERT IGNORE INTO moments (tenant, at, raw) VALUES ({tenant}, '{at}', x'00')",
                f"UPDATE moments SET f = {second} / 7 WHERE at = '{at}'",
                f"UPDATE moments SET note = '{self._text()}' WHERE tenant = {tenant}",
                f"UPDATE IGNORE moments SET at = at + INTERVAL 1 SECOND WHERE tenant = {tenant} "
                "ORDER BY at DESC LIMIT 3",
                f"DELETE FROM moments WHERE tenant = {tenant} AND at <= '{at}'",
            ]
        )

    def _words(self) -> str:
        word = self.chance.choice(["äpfel", "birne", "it''s", "", "zug "]) + str(self._number(9))
        return self.chance.choice(
            [
                f"REPLACE INTO words (w) VALUES ('{word}')",
                f"INSERT IGNORE INTO words (w, t) VALUES ('{word}', '{self._text()}')",
                f"UPDATE words SET n = n + 1 WHERE w = '{word}'",
                f"UPDATE words SET e = 'two', t = NULL WHERE n > {self._number(9)}",
                f"UPDATE IGNORE words SET w = CONCAT(w, 'x') WHERE w = '{word}'",
                "DELETE FROM words WHERE w LIKE '%x' LIMIT 2",
            ]
        )


def pairs() -> list[verify.Pair]:
    return verify.pairs(
        [f"shop.{name}" for name in TABLES], "ods", lambda name: f"ods_shop_{name}"
    )


def make_tables(server: MysqlServer) -> None:
    """With rows that a snapshot has to read."""
    server.fresh_database("shop")
    kind = "JSON" if server.flavour.has_json else "TEXT"
    for name, columns in TABLES.items():
        server.execute(f"CREATE TABLE shop.{name} ({columns.replace('{json}', kind)})")
    with server.connect("shop") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO items (id, name, body, day) VALUES (%s, %s, %s, '2026-01-01')",
            [(n, f"n{n}", f"body {n}") for n in range(1, IDS)],
        )
        cursor.executemany(
            "INSERT INTO moments (tenant, at, note) VALUES (%s, %s, 'first')",
            [(n % 4, f"2026-01-01 00:00:{n:02d}.{n % 4}5") for n in range(40)],
        )


def job_of(server: MysqlServer, target: Any, folder: Path, **replaced: str) -> Engine:
    """The shop's job for these tables; `replaced`: lines of it by others."""
    text = target.shop_job.read_text(encoding="utf-8")
    tables = 'table-names = "${tables}"'
    replaced = {tables: f"{tables}\n    incomplete-rows = reread", **replaced}
    for wanted, line in replaced.items():
        assert wanted in text
        text = text.replace(wanted, line)
    job = folder / "job.conf"
    job.write_text(text, encoding="utf-8")
    variables = {
        **server.job_variables(),
        "retry_times": 0,
        "split_size": 50,
        "tables": json.dumps([f"shop.{name}" for name in TABLES]),
        **target.job_variables("ods"),
    }
    # Every checkpoint stays, so that each transaction of the target can be traced to one.
    return Engine(folder, job, variables, ["--max-retained=1000000"])


def followed(job: Engine) -> None:
    """Until the log is followed."""

    def there() -> bool:
        job.check_alive()
        return "the log is followed from" in job.log_text()

    wait_for(there, f"the log\n{job.log}", 90)


@pytest.fixture(params=PLACES, ids=lambda value: f"{value[0]}-{value[1]}")
def place(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    flavour, name = request.param
    return flavour, request.getfixturevalue(name)


@pytest.fixture(params=IMAGES)
def ends(
    request: pytest.FixtureRequest, place: tuple[Any, Any], make_server: Any
) -> Iterator[tuple[MysqlServer, Any]]:
    flavour, target = place
    more = MORE.get((flavour, request.param), {})
    server = make_server(flavour, binlog_row_image=request.param, **more)
    make_tables(server)
    target.fresh_database("ods")
    yield server, target
    server.stop()


def test_targets_end_up_equal_whatever_lacks(ends: tuple[MysqlServer, Any], tmp_path: Path) -> None:
    server, target = ends
    mark = target.mark()
    job = job_of(server, target, tmp_path)
    job.variables["atomic"] = str(server.options["binlog_row_image"] == "NOBLOB").lower()
    job.variables["parallelism"] = 2
    writer = Writer(server, seed=11)
    try:
        job.start()
        followed(job)
        for _ in range(3):
            writer.more(150)
            job.kill()
            writer.more(40)
            job.start()
        writer.more(150)
    finally:
        writer.stop()
    found = verify.wait_until_equal(server, target, pairs(), 120, job.check_alive)
    assert found.rows > IDS / 2
    assert job.stop() == 0
    # What came while it was down has been changed again by the time it is read.
    server.execute(
        "USE shop",
        "UPDATE items SET price = 3 WHERE id < 100",
        "UPDATE IGNORE items SET id = id + 5000 WHERE id < 50",
        "DELETE FROM items WHERE id < 70 OR id > 5030",
        "INSERT INTO items (id, day) VALUES (5040, '2026-05-05'), (1, '2026-05-05')",
        "UPDATE items SET id = 2, body = 'moved' WHERE id = 1",
        "INSERT INTO items (id, day) VALUES (1, '2026-05-06')",
    )
    job.start()
    verify.wait_until_equal(server, target, pairs(), 60, job.check_alive)
    assert job.stop() == 0
    assert target.problems("ods", mark, job.durable(), True) == []


def test_tables_that_were_altered_before_their_rows_are_read(
    make_server: Any, mysql_target: Any, tmp_path: Path
) -> None:
    server = make_server(MYSQL80, binlog_row_image="MINIMAL")
    try:
        make_tables(server)
        mysql_target.fresh_database("ods")
        policy = "schema-changes.enabled = true"
        job = job_of(
            server,
            mysql_target,
            tmp_path,
            **{'debezium { include.schema.changes = "false" }': policy},
        )
        job.start()
        followed(job)
        verify.wait_until_equal(server, mysql_target, pairs(), 60, job.check_alive)
        assert job.stop() == 0
        server.execute(
            "USE shop",
            "UPDATE items SET price = 3 WHERE id < 20",
            "INSERT INTO items (id, name, day) VALUES (9001, 'kept', '2026-05-05')",
            "ALTER TABLE items RENAME COLUMN name TO title",
            "ALTER TABLE items DROP COLUMN flag, ADD COLUMN more INT DEFAULT 5",
            "UPDATE items SET body = 'between' WHERE id < 10",
            "ALTER TABLE items MODIFY title VARCHAR(80)",
            f"UPDATE items SET title = '{'long ' * 15}' WHERE id IN (5, 9001)",
            "UPDATE items SET more = 6 WHERE id = 6",
        )
        job.start()
        verify.wait_until_equal(server, mysql_target, pairs(), 90, job.check_alive)
        assert job.stop() == 0
    finally:
        server.stop()


def test_a_row_is_not_read_before_its_transaction_is_visible(make_server: Any, job: Any) -> None:
    # Between its log and its visibility lies this time, in microseconds.
    server = make_server(
        MYSQL80, binlog_row_image="MINIMAL", binlog_group_commit_sync_delay="150000"
    )
    try:
        server.fresh_database("shop")
        server.execute("CREATE TABLE shop.goods (id INT PRIMARY KEY, a INT, b INT)")
        run = job(server, ["shop.goods"], **{"incomplete___rows": "reread"})
        run.start()
        run.wait_position("binlog")
        server.execute("INSERT INTO shop.goods (id, b) VALUES (1, 0)")
        run.wait_rows(1)
        for number in range(1, 8):
            server.execute(f"UPDATE shop.goods SET a = {number} WHERE id = 1")
            rows = run.wait_rows(1 + 2 * number)
            assert rows[-1] == ("UPDATE_AFTER", f"1, {number}, 0")
        run.stop()
    finally:
        server.stop()


def test_tables_whose_rows_cannot_be_looked_up_are_told_at_the_start(
    server: MysqlServer, job: Any
) -> None:
    server.execute(
        "SET GLOBAL binlog_row_image = 'MINIMAL'",
        "CREATE TABLE shop.labels (e ENUM('a', 'b') PRIMARY KEY, v INT)",
        "CREATE TABLE shop.keyless (v INT)",
    )
    try:
        text = job(server, ["shop.labels"], **{"incomplete___rows": "reread"}).fails()
        assert "table shop.labels: rows that lack columns in the log cannot be looked up" in text
        assert "SET PERSIST binlog_row_image = 'FULL'" in text
        text = job(server, ["shop.keyless"], **{"incomplete___rows": "reread"}).fails()
        assert "it has no primary key" in text
    finally:
        server.execute("SET GLOBAL binlog_row_image = 'FULL'")


def test_what_rereading_means_for_the_target_is_told(server: MysqlServer, job: Any) -> None:
    server.execute("CREATE TABLE shop.goods (id INT PRIMARY KEY)")
    run = job(server, ["shop.goods"], **{"incomplete___rows": "reread"})
    run.start()
    wait_for(lambda: "incomplete-rows = reread: rows that lack columns" in run.text(), "the note")
    run.stop()
