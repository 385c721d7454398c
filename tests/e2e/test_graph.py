# SPDX-License-Identifier: Apache-2.0
"""One job with two sources and two sinks, killed on the way."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import PostgresTarget
from harness.mysql_flavours import MARIADB
from harness.mysql_server import PASSWORD, USER, MysqlServer
from harness.shop import Shop
from harness.shop_writer import Writer
from harness.starrocks import StarRocks
from harness.target import JOBS
from harness.waiting import wait_for

PHASES = ("snapshot", "hand-over", "sealed", "prepared", "published", "log", "published", "sealed")


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlServer]:
    server = MysqlServer(tmp_path_factory.mktemp("mariadb"), flavour=MARIADB)
    yield server
    server.stop()


def published_again(job: Engine) -> None:
    before = job.reached("published")

    def more() -> bool:
        job.check_alive()
        return job.reached("published") > before

    wait_for(more, f"a checkpoint\n{job.log}", 60)


@pytest.mark.parametrize("parallelism", [1, 2])
def test_every_sink_has_what_its_sources_have_over_kills(
    mysql: MysqlServer,
    mariadb: MysqlServer,
    starrocks: StarRocks,
    postgres_target: PostgresTarget,
    parallelism: int,
    tmp_path: Path,
) -> None:
    north, south = Shop(mysql), Shop(mariadb)
    for seed, shop in enumerate((north, south)):
        shop.preload(6000, seed=seed + 1)
    starrocks.fresh_database("ods")
    postgres_target.fresh_database("copy")
    stars, mark = starrocks.mark(), postgres_target.mark()
    job = Engine(
        tmp_path,
        JOBS / "graph.conf",
        {
            "north_port": mysql.port,
            "south_port": mariadb.port,
            "mysql_user": USER,
            "mysql_password": PASSWORD,
            "tables": json.dumps(north.tables),
            "parallelism": parallelism,
            "rows_per_second": 5000,
            **starrocks.job_variables("ods"),
            **postgres_target.job_variables("copy"),
        },
        ["--max-retained=1000000"],
    )
    writers = [Writer(shop, rate=30, seed=seed) for seed, shop in enumerate((north, south))]
    random = Random(parallelism)
    for phase in PHASES:
        job.hold(phase)
        job.start()
        job.wait_held(phase)
        job.kill()
        job.release(phase)
        if random.random() < 0.5:
            job.start()
            published_again(job)
            job.kill()
    job.start()
    published_again(job)
    for writer in writers:
        assert writer.stop()["rows"] > 0
    for shop, target, database, name in (
        (north, starrocks, "ods", lambda table: f"north_{table}"),
        (south, starrocks, "ods", lambda table: f"south_{table}"),
        (north, postgres_target, "copy", lambda table: table),
    ):
        pairs = verify.pairs(shop.tables, database, name)
        found = verify.wait_until_equal(shop.server, target, pairs, 60, job.check_alive)
        assert found.rows > 5000
    assert job.stop() == 0, job.log_text()
    assert starrocks.problems("ods", stars, job.durable(), stopped=True) == []
    assert postgres_target.problems("copy", mark, job.durable(), stopped=True) == []
    assert starrocks.committed("ods", stars) > 0
    assert postgres_target.committed("copy", mark) > 0
