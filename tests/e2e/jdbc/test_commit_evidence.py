# SPDX-License-Identifier: Apache-2.0
"""What a commit goes by: stages that are whole, and a ledger that takes part in transactions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.mysql_server import MysqlServer
from harness.waiting import wait_for

Target = MysqlTarget | PostgresTarget
ROWS = 200
PAIRS = verify.pairs(["shop.items"], "ods", lambda name: f"ods_shop_{name}")


@pytest.fixture
def items(mysql: MysqlServer) -> MysqlServer:
    mysql.fresh_database("shop")
    mysql.execute("CREATE TABLE shop.items (id INT PRIMARY KEY, n INT NOT NULL)")
    with mysql.connect("shop") as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO items VALUES (%s, 0)", [(n,) for n in range(ROWS)])
        connection.commit()
    return mysql


def job_of(items: MysqlServer, target: Target, folder: Path) -> Engine:
    variables: dict[str, Any] = {
        **items.job_variables(),
        "tables": json.dumps(["shop.items"]),
        **target.job_variables("ods"),
    }
    return Engine(folder, target.shop_job, variables)


@pytest.fixture
def job(items: MysqlServer, target: Target, tmp_path: Path) -> Iterator[Engine]:
    target.fresh_database("ods")
    job = job_of(items, target, tmp_path)
    yield job
    job.end()


def test_a_stage_that_lacks_rows_is_read_again(
    items: MysqlServer, target: Target, job: Engine
) -> None:
    """As on a server that took over and has the table, and not yet all of its rows."""
    job.start()
    verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    job.hold("published")
    items.execute("UPDATE shop.items SET n = 1 WHERE id < 50")
    job.wait_held("published")
    where = "table_name LIKE '|_|_sluice|_%|_r%' ESCAPE '|'"
    names = target.execute(
        "ods", f"SELECT table_name FROM information_schema.tables WHERE {where}"
    )
    assert len(names) == 1, names
    target.execute("ods", f"DELETE FROM {names[0][0]} WHERE __seq > 10")
    job.release("published")
    found = verify.wait_until_equal(items, target, PAIRS, 60, job.check_alive)
    assert found.rows == ROWS
    assert "staged rows are gone" in job.log_text()
    assert job.stop() == 0


def test_a_ledger_without_transactions_is_refused(
    items: MysqlServer, mysql_target: MysqlTarget, tmp_path: Path
) -> None:
    mysql_target.fresh_database("ods")
    mysql_target.execute("ods", "CREATE TABLE __sluice_ledger (job INT) ENGINE = MyISAM")
    job = job_of(items, mysql_target, tmp_path)
    job.start()
    assert job.process.wait(60) not in (0, -6, -11)
    assert "__sluice_ledger has an engine without transactions" in job.log_text()


def test_rows_of_one_key_of_the_target_keep_their_order(
    mysql: MysqlServer, target: Target, tmp_path: Path
) -> None:
    """The target's key is none of the source's, whose rows hand its values to each other."""
    mysql.fresh_database("shop")
    target.fresh_database("ods")
    mysql.execute(
        "CREATE TABLE shop.people (id INT PRIMARY KEY AUTO_INCREMENT, number INT NOT NULL, n INT)"
    )
    mysql.execute(*[f"INSERT INTO shop.people (number, n) VALUES ({n}, 0)" for n in range(50)])
    text = target.shop_job.read_text(encoding="utf-8")
    wanted = "generate_sink_sql = true"
    assert wanted in text
    path = tmp_path / "job.conf"
    path.write_text(text.replace(wanted, wanted + '\n    primary_keys = ["number"]'))
    variables = {
        **mysql.job_variables(),
        "tables": json.dumps(["shop.people"]),
        "parallelism": 3,
        **target.job_variables("ods"),
    }
    job = Engine(tmp_path, path, variables)
    pairs = verify.pairs(["shop.people"], "ods", lambda name: f"ods_shop_{name}")
    try:
        job.start()
        verify.wait_until_equal(mysql, target, pairs, 60, job.check_alive)
        with mysql.connect("shop", autocommit=False) as connection:
            with connection.cursor() as cursor:
                for n in range(1, 600):
                    number = n * 7 % 50
                    cursor.execute("DELETE FROM people WHERE number = %s", (number,))
                    cursor.execute("INSERT INTO people (number, n) VALUES (%s, %s)", (number, n))
                    connection.commit()
        found = verify.wait_until_equal(mysql, target, pairs, 60, job.check_alive)
        assert found.rows == 50
        assert job.stop() == 0
    finally:
        job.end()


def test_a_promise_that_a_table_without_a_key_breaks_is_taken_back(
    mysql: MysqlServer, mysql_target: MysqlTarget, tmp_path: Path
) -> None:
    """What changed during the snapshot comes again, and such a table would have it twice."""
    mysql.fresh_database("shop")
    mysql_target.fresh_database("ods")
    mysql.execute("CREATE TABLE shop.notes (note INT)", "INSERT INTO shop.notes VALUES (1)")
    text = mysql_target.shop_job.read_text(encoding="utf-8")
    for wanted, line in {
        "exactly_once = true": "exactly_once = false",
        'job.mode = "STREAMING"': 'job.mode = "STREAMING"\n  ${guarantee}',
    }.items():
        assert wanted in text
        text = text.replace(wanted, line)
    variables = {
        **mysql.job_variables(),
        "tables": json.dumps(["shop.notes"]),
        **mysql_target.job_variables("ods"),
    }
    path = tmp_path / "job.conf"
    path.write_text(text.replace("${guarantee}", "delivery.guarantee = EXACTLY_ONCE"))
    job = Engine(tmp_path / "1", path, variables)
    job.start()
    assert job.process.wait(60) not in (0, -6, -11)
    assert "delivery.guarantee = EXACTLY_ONCE cannot be kept" in job.log_text()
    assert "has no key, so every row is appended" in job.log_text()
    path.write_text(text.replace("${guarantee}", ""))
    job = Engine(tmp_path / "2", path, variables)
    job.start()
    wait_for(
        lambda: mysql_target.execute("ods", "SHOW TABLES LIKE 'ods_shop_notes'")
        and mysql_target.execute("ods", "SELECT note FROM ods_shop_notes") == [(1,)],
        "the row",
    )
    assert job.stop() == 0
    assert "at least once, not exactly" in job.log_text()
