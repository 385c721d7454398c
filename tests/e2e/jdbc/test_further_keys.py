# SPDX-License-Identifier: Apache-2.0
"""Rows that hand values of a further unique key to each other, with several writers."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.mysql_server import MysqlServer

Target = MysqlTarget | PostgresTarget
ROWS = 60
TABLE = "ods_shop_seats"
PAIRS = verify.pairs(["shop.seats"], "ods", lambda name: f"ods_shop_{name}")


@pytest.fixture
def seats(mysql: MysqlServer, target: Target) -> MysqlServer:
    mysql.fresh_database("shop")
    target.fresh_database("ods")
    mysql.execute(
        "CREATE TABLE shop.seats (id INT PRIMARY KEY, seat VARCHAR(20) UNIQUE, line INT, "
        "place INT, n INT NOT NULL, UNIQUE KEY (line, place))"
    )
    with mysql.connect("shop") as connection, connection.cursor() as cursor:
        rows = [(n, f"s{n}", n // 10, n % 10, 0) for n in range(ROWS)]
        cursor.executemany("INSERT INTO seats VALUES (%s, %s, %s, %s, %s)", rows)
        connection.commit()
    return mysql


@pytest.fixture
def job(seats: MysqlServer, target: Target, tmp_path: Path) -> Iterator[Engine]:
    variables: dict[str, Any] = {
        **seats.job_variables(),
        "tables": json.dumps(["shop.seats"]),
        "parallelism": 3,
        "batch_rows": 7,
        **target.job_variables("ods"),
    }
    job = Engine(tmp_path, target.shop_job, variables)
    yield job
    job.end()


class Exchanger:
    """Random transactions in which rows take over each other's values."""

    def __init__(self, server: MysqlServer, seed: int) -> None:
        self._connection = server.connect("shop")
        self._cursor = self._connection.cursor()
        self._random = Random(seed)

    def _run(self, sql: str, *values: Any) -> None:
        self._cursor.execute(sql, values)

    def _row(self, number: int) -> tuple[Any, ...] | None:
        self._run("SELECT seat, line, place FROM seats WHERE id = %s", number)
        found = self._cursor.fetchone()
        return None if found is None else tuple(found)

    def step(self) -> None:
        """One transaction: two rows exchange values, or one takes those of a deleted one."""
        a, b = self._random.sample(range(ROWS + 20), 2)
        mine, other = self._row(a), self._row(b)
        if mine is None or other is None:
            a, b, other = (b, a, mine) if other is None else (a, b, other)
            if other is not None:
                self._run("DELETE FROM seats WHERE id = %s", b)
                self._run("INSERT INTO seats VALUES (%s, %s, %s, %s, 1)", a, *other)
        elif self._random.random() < 0.5:
            change = "UPDATE seats SET seat = %s, line = %s, place = %s, n = n + 1 WHERE id = %s"
            self._run(change, None, None, None, a)
            self._run(change, *mine, b)
            self._run(change, *other, a)
        else:
            self._run("DELETE FROM seats WHERE id = %s", a)
            self._run("UPDATE seats SET seat = %s, n = n + 1 WHERE id = %s", mine[0], b)
            self._run("INSERT INTO seats VALUES (%s, %s, %s, %s, 2)", a, other[0], *mine[1:])
        self._connection.commit()

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.step()


@pytest.mark.parametrize("exactly_once", [True, False])
def test_rows_exchange_unique_values_over_kills(
    seats: MysqlServer, target: Target, job: Engine, exactly_once: bool
) -> None:
    job.variables["is_exactly_once"] = str(exactly_once).lower()
    job.start()
    verify.wait_until_equal(seats, target, PAIRS, 60, job.check_alive)
    exchanger = Exchanger(seats, 5)
    # At-least-once delivery says what a row was once more, where another may have its values now.
    for phase in ("sealed", "published") if exactly_once else ():
        exchanger.steps(300)
        job.hold(phase)
        exchanger.steps(50)
        job.wait_held(phase)
        exchanger.steps(50)
        job.kill()
        job.release(phase)
        job.start()
    exchanger.steps(600)
    found = verify.wait_until_equal(seats, target, PAIRS, 60, job.check_alive)
    assert found.rows == ROWS
    assert job.stop() == 0


def test_a_value_that_is_another_rows_is_refused_by_name(
    seats: MysqlServer, target: Target, job: Engine
) -> None:
    """It never overwrites that row."""
    job.variables |= {"retry_times": 0}
    job.start()
    verify.wait_until_equal(seats, target, PAIRS, 60, job.check_alive)
    target.execute("ods", f"INSERT INTO {TABLE} VALUES (1000, 'mine', NULL, NULL, 7)")
    seats.execute("INSERT INTO shop.seats VALUES (500, 'mine', NULL, NULL, 0)")
    assert job.process.wait(60) != 0
    assert TABLE in job.log_tail() and "mine" in job.log_tail()
    rows = target.execute("ods", f"SELECT id, seat, n FROM {TABLE} WHERE id >= 500")
    assert [tuple(row) for row in rows] == [(1000, "mine", 7)]
    target.execute("ods", f"DELETE FROM {TABLE} WHERE id = 1000")
    job.start()  # the checkpoint is committed now
    verify.wait_until_equal(seats, target, PAIRS, 60, job.check_alive)
    assert job.stop() == 0
