# SPDX-License-Identifier: Apache-2.0
"""Keys that a target takes for one although their bytes differ, with several writers."""

from __future__ import annotations

import json
from pathlib import Path

from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget
from harness.mysql_server import MysqlServer

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
