# SPDX-License-Identifier: Apache-2.0
"""What the verbs print for programs, and what check finds when it connects."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from harness.engine import Engine, executable
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.starrocks import StarRocks
from harness.target import JOBS


def asked(*words: object) -> tuple[int, Any]:
    done = subprocess.run(
        [str(executable()), *map(str, words)], capture_output=True, text=True, timeout=120
    )
    # The Console sink prints its rows in front.
    return done.returncode, json.loads(done.stdout[done.stdout.index("{\n") :])


def shop_job(mysql: MysqlServer, starrocks: StarRocks, tmp_path: Any, **more: Any) -> Engine:
    shop = Shop(mysql)
    starrocks.fresh_database("ods")
    variables = {
        **mysql.job_variables(),
        "tables": json.dumps(shop.tables),
        **starrocks.job_variables("ods"),
        **more,
    }
    return Engine(tmp_path, JOBS / "shop.conf", variables)


def words_of(job: Engine, verb: str) -> list[str]:
    return job.command(verb)[1:]


def test_explain_shows_the_ways_and_the_columns(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Any
) -> None:
    job = shop_job(mysql, starrocks, tmp_path)
    code, found = asked(*words_of(job, "explain"), "--json")
    assert code == 0 and found["endless"] and found["delivery"]["exactly_once"]
    (route,) = found["routes"]
    assert [route[end]["plugin"] for end in ("source", "sink")] == ["MySQL-CDC", "StarRocks"]
    assert [one["plugin"] for one in route["transforms"]] == ["TableRename"]
    by_target = {table["target"]: table for table in route["tables"]}
    items = by_target["ods.ods_shop_order_items"]["source"]["columns"]
    assert [(one["name"], one.get("key")) for one in items[:3]] == [
        ("order_id", 1),
        ("line", 2),
        ("sku", None),
    ]


def test_check_finds_nothing_wrong_and_changes_nothing(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Any
) -> None:
    job = shop_job(mysql, starrocks, tmp_path)
    code, found = asked(*words_of(job, "check"), "--connect", "--json")
    assert (code, found["right"], found["connections"]) == (0, True, [])
    assert starrocks.tables("ods") == []


def test_check_tells_all_that_is_wrong_with_both_ends(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Any
) -> None:
    job = shop_job(mysql, starrocks, tmp_path, nodes='["127.0.0.1:1"]')
    for table in ("orders", "customers"):
        starrocks.query(
            f"CREATE TABLE ods.ods_shop_{table} (id BIGINT NOT NULL) PRIMARY KEY (id) "
            "DISTRIBUTED BY HASH (id)"
        )
    code, found = asked(*words_of(job, "check"), "--connect", "--json")
    assert code == 1 and not found["right"] and found["mistakes"] == []
    texts = [one["text"] for one in found["connections"]]
    assert len(texts) == 3
    for words in ("ods_shop_orders lacks columns", "ods_shop_customers lacks columns", "nodeUrls"):
        assert any(words in text for text in texts), texts
    mysql.execute("DROP DATABASE shop")
    code, found = asked(*words_of(job, "check"), "--connect", "--json")
    assert code == 1 and "shop" in found["connections"][0]["text"]


def test_a_mistake_has_its_place(tmp_path: Any) -> None:
    file = tmp_path / "job.conf"
    file.write_text("env {}\nsource { FakeSource { row.nun = 1 } }\nsink { Console {} }\n")
    code, found = asked("check", "-c", file, "--json")
    assert code == 1 and not found["right"]
    places = [(one["line"], one["column"]) for one in found["mistakes"]]
    assert (2, 23) in places
    assert any("row.num" in one["text"] for one in found["mistakes"])


def test_a_run_ends_with_its_numbers(tmp_path: Any) -> None:
    file = tmp_path / "job.conf"
    file.write_text(
        "env { job.mode = BATCH }\n"
        "source { FakeSource { row.num = 7, schema { fields { id = bigint } } } }\n"
        "sink { Console { log.print.data = false } }\n"
    )
    code, found = asked("run", "-c", file, "--state", tmp_path / "state", "--json")
    assert code == 0
    assert (found["outcome"], found["rows_read"], found["rows_committed"]) == ("FINISHED", 7, 7)
    assert asked("version", "--json")[1]["name"] == "sluice"
