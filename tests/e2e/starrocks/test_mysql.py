# SPDX-License-Identifier: Apache-2.0
"""MySQL to a target that fails at random, and keys of every kind that MySQL has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import verify
from harness.engine import ROOT, Engine
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer
from harness.starrocks import StandIn
from harness.target import JOBS
from harness.waiting import wait_for

OPERATIONS = ("begin", "load", "prepare", "commit", "rollback", "get_load_state")
EXAMPLE = ROOT / "examples" / "mysql-to-starrocks.conf"


@pytest.mark.parametrize("parallelism", [1, 3])
def test_a_live_shop_survives_faults_of_every_call(
    mysql: MysqlServer, standin: StandIn, tmp_path: Path, parallelism: int
) -> None:
    shop = Shop(mysql)
    shop.preload(1500)
    job = ShopJob(
        tmp_path,
        shop,
        standin,
        f"shop{parallelism}",
        parallelism=parallelism,
        retry_times=100,
        retry_interval_seconds=0,
    )
    standin.call("POST", "/seed", {"seed": parallelism})
    rules = [
        standin.fault(op, action, db=job.database, probability=0.04, count=None)
        for op in OPERATIONS
        for action in ("drop_before", "drop_after", "refuse")
    ]
    writer = Writer(shop, rate=100)
    try:
        job.start()
        wait_for(lambda: sum(map(standin.fault_hits, rules)) >= 120, "faults of every kind", 120)
        writer.stop()
        standin.clear_faults()
        job.wait_until_equal()
        assert job.stop() == 0, job.log_tail()
        assert job.problems(stopped=True) == []
    finally:
        job.end()


KEYS = {
    "big": ("id BIGINT UNSIGNED", [0, 1, 2**63, 2**64 - 1]),
    "exact": ("id DECIMAL(10, 2)", ["-1.50", "0.00", "12345678.90"]),
    "bin": ("id BINARY(16)", [b"\x00" * 16, bytes(range(16)), b"\xff" * 16]),
    "word": ("id VARCHAR(20)", ["", "a'b\"c\\", "\u00e4\u4e2d\U0001f600"]),
    "day": ("id DATETIME(6)", ["2024-02-29 23:59:59.999999", "1000-01-01 00:00:00.000000"]),
    "hour": ("id TIME(3)", ["-838:59:59.000", "00:00:00.001"]),
    "small": ("id TINYINT UNSIGNED", [0, 255]),
}


def test_keys_of_every_kind_and_tables_of_keys_only(
    mysql: MysqlServer, standin: StandIn, tmp_path: Path
) -> None:
    mysql.fresh_database("keyed")
    connection = mysql.connect("keyed", charset="utf8mb4", autocommit=True)

    def do(sql: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    for name, (column, values) in KEYS.items():
        do(f"CREATE TABLE k_{name} ({column} NOT NULL, v INT, PRIMARY KEY (id))")
        do(f"CREATE TABLE only_{name} (v INT NOT NULL, {column} NOT NULL, PRIMARY KEY (id, v))")
        for value in values[:-1]:
            do(f"INSERT INTO k_{name} VALUES (%s, 1)", value)
            do(f"INSERT INTO only_{name} VALUES (1, %s), (2, %s)", value, value)
    tables = [f"keyed.{kind}_{name}" for name in KEYS for kind in ("k", "only")]
    standin.fresh_database("keys")
    host, _, port = standin.nodes[0].partition(":")
    job = Engine(
        tmp_path,
        EXAMPLE,
        {
            "job_name": "keys",
            "mysql_host": "127.0.0.1",
            **mysql.job_variables(),
            "mysql_database": "keyed",
            "tables": json.dumps(tables),
            "prefix": "ods_",
            "starrocks_host": host,
            "starrocks_http_port": port,
            "starrocks_query_port": standin.sql.rpartition(":")[2],
            "starrocks_database": "keys",
            "checkpoint_interval": 200,
        },
    )
    pairs = verify.pairs(tables, "keys", lambda name: f"ods_{name}")
    job.start()
    try:
        verify.wait_until_equal(mysql, standin, pairs, 60, job.check_alive)
        for name, (_, values) in KEYS.items():
            do(f"INSERT INTO k_{name} VALUES (%s, 3)", values[-1])
            do(f"UPDATE k_{name} SET v = 2 WHERE id = %s", values[0])
            do(f"DELETE FROM k_{name} WHERE id = %s", values[-2])
            do(f"UPDATE only_{name} SET v = v + 10 WHERE v = 2")
            do(f"DELETE FROM only_{name} WHERE v = 1 LIMIT 1")
        verify.wait_until_equal(mysql, standin, pairs, 60, job.check_alive)
        assert job.stop() == 0, job.log_tail()
    finally:
        job.end()
        connection.close()


def test_a_delete_is_loaded_whatever_its_row_held(
    mysql: MysqlServer, standin: StandIn, tmp_path: Path
) -> None:
    """Its key alone decides. The target has null where a load that was not strict met "many"."""
    mysql.execute(
        "DROP DATABASE IF EXISTS shop",
        "CREATE DATABASE shop",
        "CREATE TABLE shop.counts (id BIGINT PRIMARY KEY, n VARCHAR(20), m VARCHAR(20))",
        "INSERT INTO shop.counts VALUES (1, '5', '2024-02-29')",
    )
    standin.fresh_database("counted")
    standin.query(
        "CREATE TABLE counted.ods_shop_counts (id BIGINT NOT NULL, n INT NULL, m DATE NOT NULL) "
        "PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1"
    )
    standin.query("INSERT INTO counted.ods_shop_counts VALUES (2, NULL, '2000-01-01')")
    variables = {
        **mysql.job_variables(),
        **standin.job_variables("counted"),
        "tables": json.dumps(["shop.counts"]),
    }
    job = Engine(tmp_path, JOBS / "shop.conf", variables)

    def target() -> list[int]:
        rows = standin.query("SELECT id FROM counted.ods_shop_counts ORDER BY id")
        return [int(row[0]) for row in rows]

    def reached(wanted: list[int]) -> bool:
        job.check_alive()
        return target() == wanted

    job.start()
    try:
        wait_for(lambda: reached([1, 2]), "the snapshot", 60)
        mysql.execute(
            "SET sql_log_bin = 0",
            "INSERT INTO shop.counts VALUES (2, 'many', 'some day')",
            "SET sql_log_bin = 1",
            "DELETE FROM shop.counts WHERE id = 2",
        )
        wait_for(lambda: reached([1]), "the delete", 60)
        assert job.stop() == 0, job.log_tail()
    finally:
        job.end()
