# SPDX-License-Identifier: Apache-2.0
"""StarRocks follows changes of schema while rows flow, killed in every step of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests
from harness import verify
from harness.changing import PAIRS, STEPS, TABLES, fill, follow_all, follow_killed, started
from harness.engine import Engine
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn, StarRocks
from harness.target import JOBS
from harness.waiting import wait_for

@pytest.fixture
def shop(mysql: MysqlServer, starrocks: StarRocks) -> Iterator[MysqlServer]:
    fill(mysql)
    starrocks.fresh_database("ods")
    yield mysql


def job_of(shop: MysqlServer, starrocks: StarRocks, folder: Path, **more: Any) -> Engine:
    variables = {
        **shop.job_variables(),
        "tables": json.dumps([f"shop.{name}" for name in TABLES]),
        **starrocks.job_variables("ods"),
        **more,
    }
    return Engine(folder, JOBS / "changes.conf", variables, ["--max-retained=1000000"])


def columns(starrocks: StarRocks, table: str) -> list[str]:
    return [str(row[0]) for row in starrocks.query(f"DESC ods.ods_{table}")]


def transaction(standin: StandIn, operation: str) -> None:
    """Of somebody else, over ods_goods."""
    url = f"http://{standin.nodes[0]}/api/transaction/{operation}"
    while True:
        answer = requests.post(
            url,
            headers={"db": "ods", "table": "ods_goods", "label": "somebody-else"},
            auth=(standin.user, standin.password),
            timeout=30,
            allow_redirects=False,  # the library would leave the account behind
        )
        if not answer.is_redirect:
            break
        url = answer.headers["Location"]
    assert answer.json()["Status"] == "OK", answer.text


@pytest.mark.parametrize("parallelism", [1, 2])
def test_columns_come_change_and_go_while_rows_flow(
    shop: MysqlServer, starrocks: StarRocks, parallelism: int, tmp_path: Path
) -> None:
    job = job_of(shop, starrocks, tmp_path, parallelism=parallelism)
    follow_all(job, shop, starrocks)
    assert columns(starrocks, "goods") == ["id", "name", "note", "tag", "stock", "seen"]
    assert columns(starrocks, "makers") == ["id", "city", "country"]


@pytest.mark.parametrize(("phase", "behind"), STEPS.values(), ids=STEPS.keys())
def test_a_change_killed_in_each_step_is_made_once(
    shop: MysqlServer, starrocks: StarRocks, phase: str, behind: str | None, tmp_path: Path
) -> None:
    job = job_of(shop, starrocks, tmp_path)
    follow_killed(job, shop, starrocks, phase, behind)
    assert sorted(columns(starrocks, "goods")) == ["id", "name", "stock", "tag"]


def test_a_change_is_made_without_the_front_end_of_base_url(
    shop: MysqlServer, standin: StandIn, tmp_path: Path
) -> None:
    job = job_of(shop, standin, tmp_path)
    started(job)
    with standin.without_first_front_end():
        shop.execute("ALTER TABLE shop.goods ADD COLUMN stock INT DEFAULT 7")
        verify.wait_until_equal(shop, standin, PAIRS, 60, job.check_alive)
        assert "stock" in columns(standin, "goods")
    assert job.stop() == 0


def test_what_the_target_cannot_do_ends_the_job_with_the_statement(
    shop: MysqlServer, starrocks: StarRocks, tmp_path: Path
) -> None:
    job = job_of(shop, starrocks, tmp_path)
    started(job)
    shop.execute(
        "INSERT INTO shop.goods (id, name) VALUES (900000, 'the last one')",
        "ALTER TABLE shop.goods MODIFY price DOUBLE",
    )
    assert job.process.wait(60) == 1
    shown = job.log_text()
    assert "StarRocks does not follow 'ALTER TABLE shop.goods MODIFY price DOUBLE'" in shown
    names = [row[0] for row in starrocks.query("SELECT name FROM ods.ods_goods WHERE id = 900000")]
    assert names == ["the last one"]


@pytest.mark.parametrize("columns_in_full", [True, False])
def test_defaults_of_the_target_outlive_a_change(
    shop: MysqlServer, standin: StandIn, tmp_path: Path, columns_in_full: bool
) -> None:
    """Whatever information_schema shows of them, and of what takes null."""
    shop.execute("ALTER TABLE shop.goods ADD COLUMN at DATETIME(3) NOT NULL DEFAULT '2024-01-02'")
    standin.query(
        "CREATE TABLE ods.ods_goods (id BIGINT NOT NULL, name VARCHAR(20) NULL DEFAULT 'a name', "
        "price DECIMAL(10, 2) NULL, label VARCHAR(10) NULL, "
        "at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP(3)) "
        "PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1"
    )
    job = job_of(shop, standin, tmp_path)
    standin.settings(columns_in_full=columns_in_full)
    try:
        started(job)
        shop.execute(
            "ALTER TABLE shop.goods MODIFY name VARCHAR(60), MODIFY at DATETIME(3) NULL",
            f"INSERT INTO shop.goods VALUES (900000, '{'long ' * 12}', NULL, NULL, NULL)",
        )
        verify.wait_until_equal(shop, standin, PAIRS, 60, job.check_alive)
        shown = standin.query("SHOW FULL COLUMNS FROM ods.ods_goods")
        assert [row[5] for row in shown] == [None, "a name", None, None, "now(3)"]
        assert job.stop() == 0
    finally:
        standin.settings(columns_in_full=True)
        job.end()


def test_a_change_waits_for_what_is_open_in_the_target(
    shop: MysqlServer, standin: StandIn, tmp_path: Path
) -> None:
    job = job_of(shop, standin, tmp_path)
    started(job)
    transaction(standin, "begin")
    shop.execute("ALTER TABLE shop.goods ADD COLUMN stock INT DEFAULT 7")
    wait_for(lambda: "is WAITING_TXN" in job.log_text(), "the job to tell what it waits for")
    assert "stock" not in columns(standin, "goods")
    transaction(standin, "rollback")
    verify.wait_until_equal(shop, standin, PAIRS, 60, job.check_alive)
    assert job.stop() == 0
