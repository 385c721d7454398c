# SPDX-License-Identifier: Apache-2.0
"""MySQL and PostgreSQL follow changes of schema while rows flow, killed in every step of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness.changing import STEPS, TABLES, fill, follow_all, follow_killed
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.mysql_server import MysqlServer
from harness.target import JOBS

Target = MysqlTarget | PostgresTarget


@pytest.fixture
def shop(mysql: MysqlServer, target: Target) -> MysqlServer:
    fill(mysql)
    target.fresh_database("ods")
    return mysql


@pytest.fixture
def job(shop: MysqlServer, target: Target, tmp_path: Path) -> Iterator[Engine]:
    variables: dict[str, Any] = {
        **shop.job_variables(),
        "tables": json.dumps([f"shop.{name}" for name in TABLES]),
        **target.job_variables("ods"),
    }
    job = Engine(tmp_path, JOBS / "changes_jdbc.conf", variables, ["--max-retained=1000000"])
    yield job
    job.end()


def columns(target: Target, table: str) -> list[str]:
    reader = target.reader()
    names = [column.name for column in target.columns(reader, f"ods.ods_{table}")]
    reader.close()
    return names


@pytest.mark.parametrize(("parallelism", "exactly_once"), [(1, True), (2, True), (1, False)])
def test_columns_come_change_and_go_while_rows_flow(
    shop: MysqlServer, target: Target, job: Engine, parallelism: int, exactly_once: bool
) -> None:
    job.variables |= {"parallelism": parallelism, "is_exactly_once": str(exactly_once).lower()}
    follow_all(job, shop, target)
    assert sorted(columns(target, "goods")) == ["id", "name", "note", "seen", "stock", "tag"]
    assert columns(target, "makers") == ["id", "city", "country"]


@pytest.mark.parametrize(("phase", "behind"), STEPS.values(), ids=STEPS.keys())
def test_a_change_killed_in_each_step_is_made_once(
    shop: MysqlServer, target: Target, job: Engine, phase: str, behind: str | None
) -> None:
    follow_killed(job, shop, target, phase, behind)
    assert sorted(columns(target, "goods")) == ["id", "name", "stock", "tag"]
