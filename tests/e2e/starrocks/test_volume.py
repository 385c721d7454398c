# SPDX-License-Identifier: Apache-2.0
"""Many rows with several readers and writers, and kills in between."""

from __future__ import annotations

from typing import Any

from conftest import TABLES, FakeJob, MakeJob
from harness.starrocks import StandIn
from harness.waiting import wait_for

ROWS = 11112  # of each of three readers and three tables: 100,008


def keys(job: FakeJob, table: str) -> list[int]:
    rows = job.target.query(f"SELECT id FROM {job.database}.{table} ORDER BY id")
    return [row[0] for row in rows]


def settings(rows: int) -> dict[str, Any]:
    return {"rows": rows, "parallelism": 3, "rows_per_second": 1000000, "batch_rows": 2000}


def test_a_hundred_thousand_rows_of_three_tables_arrive_once(
    standin: StandIn, make_job: MakeJob
) -> None:
    job = make_job(**settings(ROWS))
    assert job.run() == 0, job.log_tail()
    for table in TABLES:
        assert keys(job, table) == list(range(1, 3 * ROWS + 1))
    assert job.problems() == []
    assert "100008" in job.log_text()


def test_kills_between_several_writers_lose_and_double_nothing(
    standin: StandIn, make_job: MakeJob
) -> None:
    job = make_job(**{**settings(ROWS), "rows_per_second": 10000})
    for phase in ("sealed", "prepared", "published"):
        job.hold(phase)
        job.start()
        job.wait_held(phase)
        job.kill()
        job.release(phase)
    assert job.run() == 0, job.log_tail()
    for table in TABLES:
        assert keys(job, table) == list(range(1, 3 * ROWS + 1))
    assert job.problems() == []


def test_a_stopped_job_leaves_nothing_open_and_goes_on(
    standin: StandIn, make_job: MakeJob
) -> None:
    job = make_job(**{**settings(ROWS), "rows_per_second": 5000})
    for _ in range(3):
        seen = len(standin.transactions(db=job.database, state="VISIBLE"))
        job.start()
        wait_for(
            lambda: len(standin.transactions(db=job.database, state="VISIBLE")) > seen, "commits"
        )
        assert job.stop() == 0, job.log_tail()
        assert job.problems() == []
    assert job.run() == 0, job.log_tail()
    for table in TABLES:
        assert keys(job, table) == list(range(1, 3 * ROWS + 1))
