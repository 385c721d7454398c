# SPDX-License-Identifier: Apache-2.0
"""Keys that a target takes for one although their bytes differ, with several writers."""

from __future__ import annotations

import json
from pathlib import Path

from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget
from harness.mysql_server import PASSWORD, USER, MysqlServer

HERE = Path(__file__).parent
ROWS = 300
WORDS = ["Apfel", "äpfel", "APFEL", "apfel"]


def test_a_key_that_changes_only_in_case_keeps_its_row(
    mysql: MysqlServer, mysql_target: MysqlTarget, tmp_path: Path
) -> None:
    mysql.fresh_database("shop")
    mysql_target.fresh_database("ods")
    mysql.execute("CREATE TABLE shop.words (word VARCHAR(40) PRIMARY KEY, n INT)")
    with mysql.connect("shop") as connection, connection.cursor() as cursor:
        rows = [(f"{WORDS[0]} {n}", n) for n in range(ROWS)]
        cursor.executemany("INSERT INTO words VALUES (%s, %s)", rows)
    variables = {
        **mysql.job_variables(),
        "tables": json.dumps(["shop.words"]),
        "parallelism": 4,
        **mysql_target.job_variables("ods"),
    }
    job = Engine(tmp_path, mysql_target.shop_job, variables)
    job.start()
    pairs = verify.pairs(["shop.words"], "ods", lambda name: f"ods_shop_{name}")
    verify.wait_until_equal(mysql, mysql_target, pairs, 60, job.check_alive)
    for word in [*WORDS[1:], *WORDS]:
        mysql.execute(f"UPDATE shop.words SET word = CONCAT('{word} ', n), n = n")
    found = verify.wait_until_equal(mysql, mysql_target, pairs, 60, job.check_alive)
    assert found.rows == ROWS
    assert job.stop() == 0


def test_keys_are_gone_on_with_where_a_backslash_is_none_but_itself(
    mysql_target: MysqlTarget, tmp_path: Path
) -> None:
    source = MysqlServer(tmp_path / "source", {"sql_mode": "NO_BACKSLASH_ESCAPES"})
    try:
        source.fresh_database("shop")
        mysql_target.fresh_database("ods")
        source.execute("CREATE TABLE shop.paths (path VARCHAR(40) PRIMARY KEY, n INT)")
        with source.connect("shop") as connection, connection.cursor() as cursor:
            rows = [(f"it's C:\\{n:05}\\'", n) for n in range(10 * ROWS)]
            cursor.executemany("INSERT INTO paths VALUES (%s, %s)", rows)
        variables = {
            "source_url": f"jdbc:mysql://127.0.0.1:{source.port}/?useSSL=false",
            "source_user": USER,
            "source_password": PASSWORD,
            "tables": json.dumps([{"table_path": "shop.paths"}]),
            "split_size": ROWS,
            "rows_per_second": 1500,
            **mysql_target.job_variables("ods"),
        }
        job = Engine(tmp_path / "job", HERE / "copy.conf", variables)
        job.killed_on_the_way(("sealed", "published"))
        pairs = verify.pairs(["shop.paths"], "ods", lambda name: name)
        found = verify.compare(source, mysql_target, pairs)
        assert found.equal, f"{found}\n{job.log_text()}"
        assert found.rows == len(rows)
    finally:
        source.stop()
