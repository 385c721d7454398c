# SPDX-License-Identifier: Apache-2.0
"""Transactions of the source larger than a checkpoint, and what of them is seen in the target."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Iterator

import pytest
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget
from harness.mysql_server import MysqlServer
from harness.waiting import wait_for

ROWS = int(os.environ.get("SLUICE_TRANSACTION_ROWS", "400000"))
MEMORY_MAX = 150 << 20
TARGET = "ods.ods_shop_ledger"


@pytest.fixture
def source(mysql: MysqlServer) -> MysqlServer:
    mysql.fresh_database("shop")
    mysql.execute(
        "CREATE TABLE shop.ledger (id BIGINT PRIMARY KEY, amount DECIMAL(12,2), note VARCHAR(60))",
        "INSERT INTO shop.ledger VALUES (0, 0, 'before')",
    )
    return mysql


@pytest.fixture
def job(source: MysqlServer, mysql_target: MysqlTarget, tmp_path: Path) -> Iterator[Engine]:
    mysql_target.fresh_database("ods")
    variables = {
        **source.job_variables(),
        "tables": '["shop.ledger"]',
        "retry_times": 0,
        **mysql_target.job_variables("ods"),
    }
    job = Engine(tmp_path, mysql_target.shop_job, variables)
    yield job
    job.end()


def seen(target: MysqlTarget) -> int:
    rows = target.execute("ods", "SHOW TABLES LIKE 'ods_shop_ledger'")
    return int(target.execute("ods", f"SELECT COUNT(*) FROM {TARGET}")[0][0]) if rows else 0


def write(source: MysqlServer, rows: int) -> None:
    """One transaction of so many rows."""
    done = 0
    with source.connect(database="shop") as session, session.cursor() as cursor:
        cursor.execute("SET cte_max_recursion_depth = 1000000")
        cursor.execute("BEGIN")
        while done < rows:
            part = min(rows - done, 200_000)
            cursor.execute(
                "INSERT INTO ledger WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                f" WHERE i < {part}) SELECT {done} + i, i / 7, CONCAT('note ', i) FROM n"
            )
            done += part
        session.commit()


def counts_on_the_way(job: Engine, source: MysqlServer, target: MysqlTarget) -> set[int]:
    """How many rows the target had, from before a large transaction to its end."""
    job.start()
    wait_for(lambda: seen(target) == 1, "the snapshot", 60)
    write(source, ROWS)
    counts = {1}
    until = time.monotonic() + 120 + ROWS / 20_000
    while max(counts) < ROWS + 1:
        assert time.monotonic() < until, counts
        job.check_alive()
        counts.add(seen(target))
    return counts


def test_an_atomic_transaction_is_seen_whole(
    job: Engine, source: MysqlServer, mysql_target: MysqlTarget
) -> None:
    job.variables["atomic"] = "true"
    assert counts_on_the_way(job, source, mysql_target) == {1, ROWS + 1}
    same = "SELECT COUNT(*), SUM(id), SUM(amount), MAX(note) FROM"
    assert mysql_target.execute("ods", f"{same} {TARGET}") == [
        tuple(row) for row in source.query(f"{same} shop.ledger")
    ]
    assert job.stop() == 0


def test_a_large_transaction_is_seen_in_parts_and_held_in_none(
    job: Engine, source: MysqlServer, mysql_target: MysqlTarget
) -> None:
    job.variables["rows_per_second"] = max(ROWS // 5, 50_000)
    assert len(counts_on_the_way(job, source, mysql_target)) > 2
    status = Path(f"/proc/{job.process.pid}/status").read_text(encoding="utf-8")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) << 10 < MEMORY_MAX, peak
    assert job.stop() == 0
