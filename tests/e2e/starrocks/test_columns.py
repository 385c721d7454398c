# SPDX-License-Identifier: Apache-2.0
"""Targets whose columns are not quite those of the source: written, or refused, never emptied."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import FakeJob, MakeJob
from harness.engine import Engine
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn
from harness.target import JOBS

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


def test_texts_that_a_column_cannot_hold_end_the_job(
    standin: StandIn, make_job: MakeJob
) -> None:
    job = make_job(rows_per_second=1000000)
    create_a(standin, job, "id BIGINT, name DATE, price DECIMAL(20, 4)")
    assert job.run() != 0
    assert "too many filtered rows" in job.log_text()
    assert job.contents("a") == []


@pytest.mark.parametrize("type_name", ["BIGINT", "INT"])
def test_numbers_that_a_column_cannot_hold_are_named(
    mysql: MysqlServer, standin: StandIn, tmp_path: Any, type_name: str
) -> None:
    mysql.fresh_database("shop")
    mysql.execute(
        "CREATE TABLE shop.goods (id INT PRIMARY KEY, n BIGINT UNSIGNED)",
        "INSERT INTO shop.goods VALUES (1, 7), (2, 18446744073709551615)",
    )
    standin.fresh_database("ods")
    standin.query(
        f"CREATE TABLE ods.ods_goods (id INT, n {type_name} NULL) PRIMARY KEY (id) "
        'DISTRIBUTED BY HASH (id) PROPERTIES ("replication_num" = "1")'
    )
    tables = {"tables": '["shop.goods"]'}
    variables = {**mysql.job_variables(), **tables, **standin.job_variables("ods")}
    job = Engine(tmp_path, JOBS / "changes.conf", variables, ["--max-retained=1000000"])
    job.start()
    try:
        assert job.process.wait(60) != 0
    finally:
        job.end()
    assert "18446744073709551615, where the target takes -" in job.log_text()
