# SPDX-License-Identifier: Apache-2.0
"""The Jdbc source and sink between real servers, killed on the way."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from harness import verify
from harness.engine import Engine
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.mysql_server import PASSWORD, USER, MysqlServer
from harness.shop import Shop

HERE = Path(__file__).parent
Target = MysqlTarget | PostgresTarget


@pytest.fixture(scope="module")
def shop(mysql: MysqlServer) -> Shop:
    shop = Shop(mysql)
    shop.preload(12_000)
    return shop


def source_of(server: MysqlServer) -> dict[str, Any]:
    return {
        "source_url": f"jdbc:mysql://127.0.0.1:{server.port}/?useSSL=false",
        "source_user": USER,
        "source_password": PASSWORD,
    }


def items(names: list[str]) -> str:
    return json.dumps([{"table_path": name} for name in names])


def test_appended_rows_come_once_over_kills(target: Target, tmp_path: Path) -> None:
    rows = 3000
    contents = []
    for database, phases in (
        ("clean", ()),
        ("made", ("sealed", "prepared", "published", "sealed", "published")),
    ):
        target.fresh_database(database)
        variables = {**target.job_variables(database), "rows": rows}
        folder = tmp_path / database
        job = Engine(folder, HERE / "fake.conf", variables, ["--max-retained=1000000"])
        job.killed_on_the_way(phases)
        reader = target.reader()
        table = f"{database}.rows"
        contents.append(sorted(target.rows(reader, table, target.columns(reader, table))))
        reader.close()
    assert len(contents[0]) == 2 * rows  # each of the two readers makes them
    assert contents[1] == contents[0]
    assert target.problems("made", "", job.durable(), stopped=True) == []
    assert target.committed("made", "") > 1


def test_tables_of_every_type_are_copied_over_kills(
    mysql: MysqlServer, shop: Shop, target: Target, tmp_path: Path
) -> None:
    target.fresh_database("ods")
    variables = {
        **source_of(mysql),
        **target.job_variables("ods"),
        "tables": items(shop.tables),
        "rows_per_second": 5000,
    }
    job = Engine(tmp_path, HERE / "copy.conf", variables, ["--max-retained=1000000"])
    job.killed_on_the_way(("snapshot", "sealed", "published"))
    pairs = verify.pairs(shop.tables, "ods", lambda name: name)
    found = verify.compare(mysql, target, pairs)
    assert found.equal, f"{found}\n{job.log_text()}"
    assert found.rows > 10_000
    assert target.problems("ods", "", job.durable(), stopped=True) == []


def test_postgres_is_read_as_it_was_written(
    mysql: MysqlServer,
    shop: Shop,
    mysql_target: MysqlTarget,
    postgres_target: PostgresTarget,
    tmp_path: Path,
) -> None:
    names = ["customers", "orders", "order_items"]
    there, back = postgres_target.job_variables("hop"), mysql_target.job_variables("back")
    postgres_target.fresh_database("hop")
    mysql_target.fresh_database("back")
    tables = {"tables": items([f"shop.{name}" for name in names])}
    Engine(tmp_path / "1", HERE / "copy.conf", {**source_of(mysql), **there, **tables}).run_to_end()
    source = {
        "source_url": there["jdbc_url"],
        "source_user": there["jdbc_user"],
        "source_password": there["jdbc_password"],
        "tables": items([f"public.{name}" for name in names]),
    }
    Engine(tmp_path / "2", HERE / "copy.conf", {**source, **back}).run_to_end()
    pairs = verify.pairs([f"shop.{name}" for name in names], "back", lambda name: name)
    found = verify.compare(mysql, mysql_target, pairs)
    assert found.equal, str(found)


@pytest.mark.parametrize("column", ["id", "status"])
def test_a_query_in_parts_and_a_statement_for_each_row(
    mysql: MysqlServer, shop: Shop, target: Target, column: str, tmp_path: Path
) -> None:
    target.fresh_database("own")
    target.execute(
        "own", "CREATE TABLE even (id BIGINT, status VARCHAR(20), note TEXT, total DECIMAL(12,2))"
    )
    variables = {**source_of(mysql), **target.job_variables("own"), "column": column}
    Engine(tmp_path, HERE / "statement.conf", variables).run_to_end()
    sql = "SELECT id, status, 'why?', total FROM shop.orders WHERE id % 2 = 0"
    wanted = sorted(mysql.query(sql))
    assert sorted(target.execute("own", "SELECT id, status, note, total FROM even")) == wanted


def test_bounds_leave_rows_out_of_a_query_that_a_table_describes(
    mysql: MysqlServer, shop: Shop, target: Target, tmp_path: Path
) -> None:
    target.fresh_database("ods")
    ids = [row[0] for row in mysql.query("SELECT id FROM shop.orders ORDER BY id")]
    variables = {
        **source_of(mysql),
        **target.job_variables("ods"),
        "lower": ids[10],
        "upper": ids[-10],
    }
    Engine(tmp_path, HERE / "parts.conf", variables).run_to_end()
    found = [row[0] for row in target.execute("ods", "SELECT id FROM orders ORDER BY id")]
    assert found == ids[10:-9]


def test_expressions_by_the_names_of_columns_keep_their_own_types(
    mysql: MysqlServer, target: Target, tmp_path: Path
) -> None:
    mysql.fresh_database("named")
    target.fresh_database("ods")
    mysql.execute(
        "CREATE TABLE named.goods (uid BINARY(16) PRIMARY KEY, flag TINYINT(1), price DECIMAL(4,2),"
        " id INT NOT NULL)",
        "INSERT INTO named.goods VALUES (UNHEX('00FF'), 5, 99.99, 1), (UNHEX('0A'), 1, 0.5, 2)",
    )
    sql = (
        "SELECT HEX(uid) AS uid, SUM(flag) + 4 AS flag, MAX(price) * 1000 AS price, MAX(id) AS id "
        "FROM named.goods GROUP BY goods.uid"
    )
    variables = {
        **source_of(mysql),
        **target.job_variables("ods"),
        "tables": json.dumps([{"table_path": "named.goods", "query": sql}]),
    }
    Engine(tmp_path, HERE / "copy.conf", variables).run_to_end()
    assert sorted(target.execute("ods", "SELECT * FROM goods")) == sorted(mysql.query(sql))


def narrow_table(target: Target) -> None:
    target.fresh_database("made")
    target.execute(
        "made",
        f"CREATE TABLE {target.quoted('rows')} (id BIGINT, name VARCHAR(3), price DECIMAL(20,4), "
        "ratio DOUBLE PRECISION, flag BOOLEAN)",
    )


def test_a_value_that_does_not_fit_stops_the_job_by_name(target: Target, tmp_path: Path) -> None:
    narrow_table(target)
    job = Engine(tmp_path, HERE / "fake.conf", {**target.job_variables("made"), "rows": 10})
    job.start()
    assert job.process.wait(60) != 0
    assert "column name: 5 characters, where the target takes 3" in job.log_text()


def test_rows_set_aside_fit_once_the_target_is_mended(target: Target, tmp_path: Path) -> None:
    narrow_table(target)
    variables = {**target.job_variables("made"), "rows": 100, "bad_rows": "DEAD_LETTER"}
    job = Engine(tmp_path, HERE / "fake.conf", variables)
    job.killed_on_the_way(("sealed", "published"))
    table = target.quoted("rows")
    assert target.execute("made", f"SELECT * FROM {table}") == []
    change = "MODIFY name VARCHAR(30)" if target.quoted("") == "``" else "ALTER name TYPE text"
    target.execute("made", f"ALTER TABLE {table} {change}")
    files = sorted((job.state / "dead-letters").glob("*.jsonl"))
    command = [*job.command("replay"), *(str(file) for file in files)]
    subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
    clean = Engine(tmp_path / "clean", HERE / "fake.conf", {**variables, "rows": 100})
    rows = sorted(target.execute("made", f"SELECT * FROM {table}"), key=str)
    target.fresh_database("made")
    clean.run_to_end()
    assert len(rows) == 200
    assert rows == sorted(target.execute("made", f"SELECT * FROM {table}"), key=str)

