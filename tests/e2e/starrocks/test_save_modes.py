# SPDX-License-Identifier: Apache-2.0
"""What the save modes do to tables and rows that are there, and that a resumed job spares them."""

from __future__ import annotations

from typing import Any

from conftest import TABLES, FakeJob, MakeJob
from harness.starrocks import StandIn
from harness.waiting import wait_for

Clean = dict[str, list[tuple[Any, ...]]]


def again(make_job: MakeJob, first: FakeJob, **variables: Any) -> FakeJob:
    """Another job of the same database."""
    return make_job(target_database=first.database, rows_per_second=1000000, **variables)


def doubled(clean: Clean, table: str) -> list[tuple[Any, ...]]:
    return sorted(clean[table] * 2)


def test_rows_are_appended_to_those_that_are_there(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    first = make_job(rows_per_second=1000000)
    assert first.run() == 0, first.log_tail()
    second = again(make_job, first, schema_mode="ERROR_WHEN_SCHEMA_NOT_EXIST")
    assert second.run() == 0, second.log_tail()
    for table in TABLES:
        assert second.contents(table) == doubled(clean, table)


def test_a_missing_table_is_an_error_if_the_mode_says_so(
    standin: StandIn, make_job: MakeJob
) -> None:
    for mode in ("ERROR_WHEN_SCHEMA_NOT_EXIST", "IGNORE"):
        job = make_job(schema_mode=mode)
        standin.fresh_database(job.database)
        assert job.run() != 0
        assert "exist" in job.log_text()
        assert standin.tables(job.database) == []


def test_recreated_tables_hold_only_new_rows(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    first = make_job(rows_per_second=1000000)
    standin.fresh_database(first.database)
    standin.query(
        f"CREATE TABLE `{first.database}`.`a` (id BIGINT, other INT) DUPLICATE KEY (id) "
        'DISTRIBUTED BY HASH (id) PROPERTIES ("replication_num" = "1")'
    )
    job = again(make_job, first, schema_mode="RECREATE_SCHEMA")
    assert job.run() == 0, job.log_tail()
    job.check_contents(clean)


def test_dropped_and_processed_rows(standin: StandIn, make_job: MakeJob, clean: Clean) -> None:
    first = make_job(rows_per_second=1000000)
    assert first.run() == 0, first.log_tail()
    second = again(make_job, first, data_mode="DROP_DATA")
    assert second.run() == 0, second.log_tail()
    second.check_contents(clean)
    third = again(
        make_job,
        first,
        data_mode="CUSTOM_PROCESSING",
        custom_sql=f"TRUNCATE TABLE {first.database}.${{table_name}}",
    )
    assert third.run() == 0, third.log_tail()
    third.check_contents(clean)


def test_rows_that_are_there_are_an_error_if_the_mode_says_so(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    first = make_job(rows_per_second=1000000, data_mode="ERROR_WHEN_DATA_EXISTS")
    assert first.run() == 0, first.log_tail()
    second = again(make_job, first, data_mode="ERROR_WHEN_DATA_EXISTS")
    assert second.run() != 0
    assert "already has data" in second.log_text()
    second.check_contents(clean)


def test_a_job_that_goes_on_spares_what_it_wrote(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    job = make_job(schema_mode="RECREATE_SCHEMA", data_mode="DROP_DATA", rows_per_second=2000)
    job.start()
    wait_for(lambda: standin.transactions(db=job.database, state="VISIBLE", table="a"), "rows")
    job.kill()
    job.start()
    job.check_finished(clean)
