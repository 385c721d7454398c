# SPDX-License-Identifier: Apache-2.0
"""Tables that come while the job runs join it with their own snapshot; killed in every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.changing import HOUR_MS
from harness.engine import Engine
from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80
from harness.mysql_server import MysqlServer
from harness.table_writer import TableWriter
from harness.waiting import wait_for

ROWS = 2000
PATTERN = "shop\\\\..*"
GOODS = "CREATE TABLE shop.goods (id BIGINT PRIMARY KEY, name VARCHAR(40))"
PLACES = [(MYSQL80, "starrocks"), (MYSQL56, "mysql_target"), (MARIADB, "postgres_target")]


def pairs(*tables: str) -> list[verify.Pair]:
    return verify.pairs([f"shop.{name}" for name in tables], "ods", lambda name: f"ods_shop_{name}")


def fill(server: MysqlServer, table: str, key: str = "%s") -> None:
    """ROWS rows in one transaction; `key` is made of the row's number."""
    with server.connect("shop") as connection, connection.cursor() as cursor:
        rows = [(number, number, f"row {number}") for number in range(ROWS)]
        cursor.executemany(
            f"INSERT INTO {table} VALUES ({key.replace('%s', '(%s + 0 * %s)')}, %s)", rows
        )
        connection.commit()


class Writer(TableWriter):
    """Changes rows of all tables it was told of."""

    pause_s = 0.005

    def __init__(self, server: MysqlServer) -> None:
        self.tables = ["goods"]
        super().__init__(server)

    def round(self, cursor: Any, number: int) -> None:
        for table in list(self.tables):
            cursor.execute(f"INSERT INTO {table} VALUES (%s, %s)", (1_000_000 + number, "new"))
            cursor.execute(
                f"UPDATE {table} SET name = %s WHERE id = %s",
                (f"again {number}", number * 7 % ROWS),
            )
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", (number * 13 % ROWS,))


@pytest.fixture(params=PLACES, ids=lambda value: f"{value[0]}-{value[1]}")
def ends(request: pytest.FixtureRequest, make_server: Any) -> Iterator[tuple[Any, Any]]:
    flavour, name = request.param
    server = make_server(flavour)
    server.fresh_database("shop")
    server.fresh_database("staging")
    server.execute(GOODS)
    fill(server, "goods")
    target = request.getfixturevalue(name)
    target.fresh_database("ods")
    yield server, target
    server.stop()


def job_of(server: MysqlServer, target: Any, folder: Path, more: str = "", **given: Any) -> Engine:
    """The shop's job, its tables by a pattern."""
    text = target.shop_job.read_text(encoding="utf-8")
    wanted = 'table-names = "${tables}"'
    assert wanted in text
    job = folder / "job.conf"
    job.write_text(text.replace(wanted, f'table-pattern = "{PATTERN}"\n{more}'), encoding="utf-8")
    variables = {
        **server.job_variables(),
        "retry_times": 0,
        **target.job_variables("ods"),
        **given,
    }
    return Engine(folder, job, variables, ["--max-retained=1000000"])


def started(job: Engine) -> None:
    job.start()

    def there() -> bool:
        job.check_alive()
        return "the log is followed from" in job.log_text()

    wait_for(there, f"the log\n{job.log}", 60)


@pytest.mark.parametrize("parallelism", [1, 2])
def test_tables_join_with_their_rows(
    ends: tuple[Any, Any], parallelism: int, tmp_path: Path
) -> None:
    server, target = ends
    mark = target.mark()
    job = job_of(server, target, tmp_path, parallelism=parallelism)
    started(job)
    writer = Writer(server)
    writer.more(30)
    server.execute("CREATE TABLE shop.made (id BIGINT PRIMARY KEY, name VARCHAR(40))")
    fill(server, "made")
    writer.tables.append("made")
    # Its rows are not in the log, and neither is its name a captured one before.
    server.execute("CREATE TABLE staging.waiting (id VARCHAR(30) PRIMARY KEY, name VARCHAR(40))")
    fill(server, "staging.waiting", "CONCAT('Key ', %s)")
    writer.more(30)
    server.execute("RENAME TABLE staging.waiting TO shop.arrived")
    writer.more(30)
    # Left out, and said.
    server.execute("CREATE TABLE shop.keyless (id BIGINT, name VARCHAR(40))")
    server.execute("CREATE TABLE shop.gone (id BIGINT PRIMARY KEY)", "DROP TABLE shop.gone")
    server.execute("CREATE TABLE shop._goods_ghc (id BIGINT PRIMARY KEY)")
    server.execute("UPDATE shop.arrived SET name = 'seen' WHERE name = 'row 7'")
    server.execute("ALTER TABLE shop.made MODIFY name VARCHAR(50)")
    tables = pairs("goods", "made", "arrived")
    writer.more(30)
    writer.stop()
    found = verify.wait_until_equal(server, target, tables, 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    # It goes on with them.
    server.execute("INSERT INTO shop.made VALUES (-1, 'later')")
    job.start()
    server.execute("DELETE FROM shop.arrived WHERE name = 'row 8'")
    verify.wait_until_equal(server, target, tables, 60, job.check_alive)
    assert job.stop() == 0
    text = job.log_text()
    assert "table shop.keyless: CREATE TABLE" in text and "it has no key" in text
    assert "_goods_ghc" not in text
    assert text.count("joins the job; the log waits") == 2
    assert target.problems("ods", mark, job.durable(), True) == []


STEPS = ["sealed", "prepared", "published", "hand-over"]


@pytest.mark.parametrize("target", ["starrocks", "mysql_target"])
def test_a_kill_in_any_step_of_it_loses_and_doubles_nothing(
    target: str, make_server: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = make_server(MYSQL80)
    try:
        server.fresh_database("shop")
        server.execute(GOODS)
        fill(server, "goods")
        sink = request.getfixturevalue(target)
        sink.fresh_database("ods")
        mark = sink.mark()
        # There is no checkpoint but those of the joining.
        job = job_of(server, sink, tmp_path, checkpoint_interval=HOUR_MS)
        started(job)
        writer = Writer(server)
        names = []
        for kill, phase in enumerate(STEPS * 2):
            name = f"joined_{kill}"
            names.append(name)
            job.hold(phase)
            server.execute(f"CREATE TABLE shop.{name} (id BIGINT PRIMARY KEY, name VARCHAR(40))")
            fill(server, name)
            writer.tables = ["goods", name]
            job.wait_held(phase)
            job.kill()
            job.release(phase)
            job.start()
            wait_for(
                lambda: sink.columns(sink.reader(), f"ods.ods_shop_{name}"), "the table", 60
            )
            writer.more(30)
        writer.stop()
        assert job.stop() == 0
        # From here on with checkpoints, to reach the end of the log.
        job.variables["checkpoint_interval"] = 200
        job.start()
        tables = pairs("goods", *names)
        found = verify.wait_until_equal(server, sink, tables, 60, job.check_alive)
        assert job.stop() == 0
        assert found.rows > ROWS * len(names) / 2
        assert sink.problems("ods", mark, job.durable(), True) == []
    finally:
        server.stop()


def test_a_table_that_was_about_to_join_can_be_left_out(
    make_server: Any, mysql_target: Any, tmp_path: Path
) -> None:
    server = make_server(MYSQL80)
    try:
        server.fresh_database("shop")
        server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
        mysql_target.fresh_database("ods")
        job = job_of(server, mysql_target, tmp_path)
        started(job)
        # The target cannot take it: the name is one of a view.
        mysql_target.execute("ods", "CREATE VIEW ods.ods_shop_odd AS SELECT 1 AS id")
        server.execute("CREATE TABLE shop.odd (id BIGINT PRIMARY KEY, name VARCHAR(9))")
        server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
        assert job.process.wait(60) not in (0, -6, -11)
        assert "preparing the target of a table that joins the job" in job.log_text()
        job = job_of(
            server, mysql_target, tmp_path, "schema-changes.policy { create-table = ignore }"
        )
        job.start()
        verify.wait_until_equal(server, mysql_target, pairs("goods"), 60, job.check_alive)
        assert job.stop() == 0
    finally:
        server.stop()
