# SPDX-License-Identifier: Apache-2.0
"""Targets whose columns are not quite those of the source: written, or refused, never emptied."""

from __future__ import annotations

from typing import Any

from conftest import FakeJob, MakeJob
from harness.starrocks import StandIn

Clean = dict[str, list[tuple[Any, ...]]]


def create_a(standin: StandIn, job: FakeJob, columns: str) -> None:
    """The table a of the job, whose first column is the key."""
    standin.fresh_database(job.database)
    standin.query(
        f"CREATE TABLE `{job.database}`.`a` ({columns}) DUPLICATE KEY (id) "
        'DISTRIBUTED BY HASH (id) PROPERTIES ("replication_num" = "1")'
    )


def test_columns_that_differ_in_case_are_filled(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    """The server looks keys of JSON up exactly, and passes over those it does not know."""
    job = make_job(rows_per_second=1000000)
    create_a(standin, job, "ID BIGINT, Name STRING, PRICE DECIMAL(20, 4)")
    assert job.run() == 0, job.log_tail()
    job.check_contents(clean)
