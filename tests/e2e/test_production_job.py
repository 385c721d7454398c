# SPDX-License-Identifier: Apache-2.0
"""The job file that the first users run, as it stands, with only its blanks filled in."""

from __future__ import annotations

import re
from pathlib import Path

from harness import verify
from harness.engine import ROOT, Engine
from harness.mysql_server import PASSWORD, USER, MysqlServer
from harness.starrocks import StarRocks
from harness.waiting import wait_for

JOB = ROOT / "src" / "cli" / "testdata" / "check" / "production.conf"
TABLES = ["databasename.table1", "databasename_pro.table2"]
# Blanks in the order of the file.
BLANK = re.compile(r"x{4,}r?(:\d+)?")


def filled(text: str, mysql: MysqlServer, target: StarRocks) -> str:
    node = target.nodes[0]
    values = iter(
        [f"127.0.0.1:{mysql.port}", USER, PASSWORD, node, node, node, target.sql, target.user]
    )
    # The last blank is the target's password, which is empty.
    return BLANK.sub(lambda _: next(values, target.password), text)


def test_the_production_job_runs_as_it_stands(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Path
) -> None:
    for table in TABLES:
        mysql.fresh_database(table.split(".")[0])
        mysql.execute(
            f"CREATE TABLE {table} (Id INT PRIMARY KEY, Text VARCHAR(20), At DATETIME(6))",
            f"INSERT INTO {table} VALUES (1, 'before', NOW(6))",
        )
    starrocks.fresh_database("ods")
    job = tmp_path / "mysql-to-starrocks.conf"
    job.write_text(filled(JOB.read_text(encoding="utf-8"), mysql, starrocks), encoding="utf-8")
    engine = Engine(tmp_path, job)
    engine.start()
    try:
        # "latest": the rows from before stay behind, and this is where the job begins.
        wait_for(lambda: engine.latest() > 0, "the first checkpoint", 60)
        for table in TABLES:
            mysql.execute(
                f"DELETE FROM {table}",
                f"INSERT INTO {table} VALUES (2, 'größe', NOW(6)), (3, NULL, NULL), (4, 'x', NULL)",
                f"UPDATE {table} SET Id = 5, Text = 'moved' WHERE Id = 3",
                f"DELETE FROM {table} WHERE Id = 4",
            )
        pairs = verify.pairs(TABLES, "ods", lambda name: f"ods_cdh_databasename_{name}".lower())
        found = verify.wait_until_equal(mysql, starrocks, pairs, 60, engine.check_alive)
        assert [table.rows for table in found.tables] == [2, 2]
        assert engine.stop() == 0, engine.log_tail()
    finally:
        engine.end()
