# SPDX-License-Identifier: Apache-2.0
"""At-least-once delivery: rows show batch by batch, and none stays that the source has deleted."""

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
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer
from harness.waiting import wait_for

Target = MysqlTarget | PostgresTarget
HOUR_MS = 3_600_000  # no checkpoint comes by itself while a test runs
ROWS = 30_000
TABLE = "ods_shop_items"
PAIRS = verify.pairs(["shop.items"], "ods", lambda name: f"ods_shop_{name}")


@pytest.fixture
def items(mysql: MysqlServer, target: Target) -> MysqlServer:
    mysql.fresh_database("shop")
    target.fresh_database("ods")
    mysql.execute("CREATE TABLE shop.items (id INT PRIMARY KEY, n INT NOT NULL)")
    with mysql.connect("shop") as connection, connection.cursor() as cursor:
        rows = [(n, 0) for n in range(ROWS)]
        cursor.executemany("INSERT INTO items VALUES (%s, %s)", rows)
        connection.commit()
    return mysql


@pytest.fixture
def job(items: MysqlServer, target: Target, tmp_path: Path) -> Iterator[Engine]:
    variables: dict[str, Any] = {
        **items.job_variables(),
        "tables": json.dumps(["shop.items"]),
        "is_exactly_once": "false",
        "checkpoint_interval": HOUR_MS,
        "batch_rows": 100,
        **target.job_variables("ods"),
    }
    job = Engine(tmp_path, target.shop_job, variables, ["--max-retained=1000000"])
    yield job
    job.end()


def shown(target: Target) -> list[int]:
    """Keys of the rows that are in the target."""
    there = f"SELECT 1 FROM information_schema.tables WHERE table_name = '{TABLE}'"
    if not target.execute("ods", there):
        return []
    return [int(row[0]) for row in target.execute("ods", f"SELECT id FROM {TABLE}")]


def wait_shown(target: Target, job: Engine, count: int) -> None:
    def there() -> bool:
        job.check_alive()
        return len(shown(target)) >= count

    wait_for(there, f"{count} rows in the target\n{job.log}")


def delete(items: MysqlServer, keys: list[int]) -> None:
    items.execute(f"DELETE FROM shop.items WHERE id IN ({', '.join(map(str, keys))})")


@pytest.mark.parametrize("split_size", [300, 3000])
@pytest.mark.parametrize("resumed", [False, True])
def test_what_is_deleted_while_the_job_is_dead_does_not_stay(
    items: MysqlServer, target: Target, job: Engine, split_size: int, resumed: bool
) -> None:
    """In the middle of the snapshot, before the first checkpoint of the job or behind some."""
    job.variables |= {"split_size": split_size, "rows_per_second": 5000}
    if resumed:
        job.variables["checkpoint_interval"] = 100
        job.start()
        wait_for(lambda: job.latest() >= 4, "checkpoints")
        assert job.stop() == 0
        job.variables["checkpoint_interval"] = HOUR_MS
    before = shown(target)
    job.start()
    wait_shown(target, job, len(before) + 200)
    job.kill()
    seen = shown(target)
    assert len(before) < len(seen) < ROWS
    delete(items, [key for key in seen if key % 3 > 0])
    job.variables |= {"checkpoint_interval": 100, "rows_per_second": 1_000_000}
    job.start()
    found = verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    assert 0 < found.rows < ROWS
    assert job.stop() == 0
    assert target.problems("ods", "", job.durable(), stopped=True) == []


def test_changes_show_without_a_checkpoint(
    items: MysqlServer, target: Target, job: Engine
) -> None:
    """Once a run has had two: they are asked for when rows wait for them."""
    job.variables["batch_rows"] = 1
    job.start()
    verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    for n in (1, 2):  # the first checkpoints of the run
        items.execute(f"UPDATE shop.items SET n = {n} WHERE id < 10")
        verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    latest = job.latest()
    for n in range(3, 8):
        items.execute(f"UPDATE shop.items SET n = {n} WHERE id < 10")
        items.execute(f"DELETE FROM shop.items WHERE id = {100 + n}")
        verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    assert job.latest() == latest
    assert job.stop() == 0


@pytest.mark.parametrize("parallelism", [1, 3])
def test_kills_at_any_moment_lose_nothing(
    mysql: MysqlServer, target: Target, tmp_path: Path, parallelism: int
) -> None:
    """SIGKILLs between any two rows, most of them in the snapshot; the contents are equal."""
    random = Random(parallelism)
    shop = Shop(mysql)
    shop.preload(30_000)
    job = ShopJob(
        tmp_path,
        shop,
        target,
        parallelism=parallelism,
        is_exactly_once="false",
        batch_rows=50,
        split_size=150,
        rows_per_second=6000 // parallelism,
    )
    writer = Writer(shop, rate=150, seed=parallelism)
    try:
        for _ in range(8):
            job.start()
            before, rows = job.latest(), writer.rows + random.randrange(1, 400)
            wait_for(lambda: job.latest() > before, f"a checkpoint\n{job.log}")
            wait_for(lambda: writer.rows >= rows, "rows", 60)
            job.kill()
        job.variables["rows_per_second"] = 1_000_000
        job.start()
        writer.stop()
        job.wait_until_equal()
        assert job.stop() == 0, job.log_tail()
        assert job.compare().count == 0
        assert job.problems(stopped=True) == []
    finally:
        job.end()


@pytest.mark.parametrize("target", ["mysql_target"], indirect=True)
def test_who_may_not_make_tables_is_told_what_for(target: Target, job: Engine) -> None:
    target.execute("ods", f"CREATE TABLE {TABLE} (id INT PRIMARY KEY, n INT NOT NULL)")
    target.execute("ods", "CREATE USER narrow IDENTIFIED BY 'secret'")
    rights = "SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES"
    target.execute("ods", f"GRANT {rights} ON ods.* TO narrow")
    job.variables |= {"jdbc_user": "narrow", "jdbc_password": "secret"}
    job.start()
    assert job.process.wait(60) != 0
    assert "DELETE, CREATE, DROP ON `ods`.* TO narrow" in job.log_text()
    assert "rows of a snapshot" in job.log_text()
