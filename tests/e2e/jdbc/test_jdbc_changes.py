# SPDX-License-Identifier: Apache-2.0
"""MySQL and PostgreSQL follow changes of schema while rows flow, killed in every step of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.changing import (
    CHANGE,
    CHANGES,
    HOUR_MS,
    PAIRS,
    ROWS,
    STEPS,
    TABLES,
    Changer,
    fill,
    started,
)
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.mysql_server import PASSWORD, USER, MysqlServer
from harness.target import JOBS
from harness.waiting import wait_for

Target = MysqlTarget | PostgresTarget


@pytest.fixture(params=["mysql_target", "postgres_target"])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    yield request.getfixturevalue(request.param)


@pytest.fixture
def shop(mysql: MysqlServer, target: Target) -> MysqlServer:
    fill(mysql)
    target.fresh_database("ods")
    return mysql


@pytest.fixture
def job(shop: MysqlServer, target: Target, tmp_path: Path) -> Iterator[Engine]:
    variables: dict[str, Any] = {
        "mysql_port": shop.port,
        "mysql_user": USER,
        "mysql_password": PASSWORD,
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
    started(job)
    changer = Changer(shop)
    for change in CHANGES:
        rows = changer.rows
        wait_for(lambda: changer.rows > rows + 30, "rows in between")
        shop.execute(change)
    shop.execute("UPDATE shop.goods SET stock = 5000000000, note = 'seen' WHERE id < 20")
    changer.stop()
    found = verify.wait_until_equal(shop, target, PAIRS, 60, job.check_alive)
    assert found.rows > ROWS
    assert sorted(columns(target, "goods")) == ["id", "name", "note", "seen", "stock", "tag"]
    assert columns(target, "makers") == ["id", "city", "country"]
    assert job.stop() == 0
    assert job.log_text().count("altering the target") == len(CHANGES)


@pytest.mark.parametrize(("phase", "behind"), STEPS.values(), ids=STEPS.keys())
def test_a_change_killed_in_each_step_is_made_once(
    shop: MysqlServer, target: Target, job: Engine, phase: str, behind: str | None
) -> None:
    mark = target.mark()
    job.variables["checkpoint_interval"] = HOUR_MS
    started(job)
    changer = Changer(shop)
    wait_for(lambda: changer.rows > 60, "rows before the change")
    job.hold(behind or phase)
    shop.execute(CHANGE)
    shop.execute("UPDATE shop.goods SET stock = 8 WHERE id < 30")
    if behind:
        job.wait_held(behind)
        job.hold(phase)
        job.release(behind)
    job.wait_held(phase)
    job.kill()
    job.release(phase)
    job.variables["checkpoint_interval"] = 200
    job.start()
    rows = changer.rows
    wait_for(lambda: changer.rows > rows + 60, "rows behind the change")
    changer.stop()
    found = verify.wait_until_equal(shop, target, PAIRS, 60, job.check_alive)
    assert found.rows > ROWS
    assert sorted(columns(target, "goods")) == ["id", "name", "stock", "tag"]
    assert job.stop() == 0
    assert target.problems("ods", mark, job.durable(), stopped=True) == []
