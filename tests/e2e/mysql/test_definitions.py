# SPDX-License-Identifier: Apache-2.0
"""Definitions follow the log by position: whatever the server has by now, rows are read with the
definition that was in force when they were written."""

from __future__ import annotations

import os
import random

import pytest

from harness.waiting import wait_for

GOODS = "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))"

MANY_ROWS = [
    "SET SESSION cte_max_recursion_depth = 1000000",
    "INSERT INTO shop.goods WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq"
    " WHERE n < 20000) SELECT n, CONCAT('n', n) FROM seq",
    "SET SESSION cte_max_recursion_depth = DEFAULT",
]


@pytest.fixture(scope="module", params=["MINIMAL", "FULL"])
def metadata_server(make_server, request):
    return make_server(binlog_row_metadata=request.param)


@pytest.fixture
def running(metadata_server, job):
    metadata_server.fresh_database("shop")
    metadata_server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(metadata_server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    metadata_server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    return run


def contents(rows: list[tuple[str, str]]) -> dict[str, str]:
    """What the rows make of an empty table; each must fit what is there."""
    table: dict[str, str] = {}
    for kind, values in rows:
        key, name = values.split(", ")
        if kind in ("DELETE", "UPDATE_BEFORE"):
            assert table.pop(key) == name
        else:
            assert key not in table
            table[key] = name
    return table


def names(rows: list[tuple[str, str]]) -> list[str]:
    return [values for kind, values in rows if kind == "INSERT"]


def test_alterations_while_the_job_is_down(metadata_server, running):
    running.stop()
    metadata_server.execute(
        "INSERT INTO shop.goods VALUES (3, 'c')",
        "ALTER TABLE shop.goods ADD COLUMN first_more INT FIRST",
        "INSERT INTO shop.goods (id, name) VALUES (4, 'd')",
        "ALTER TABLE shop.goods ADD (more TEXT, most DATETIME(3)), MODIFY name VARCHAR(300)",
        "INSERT INTO shop.goods (id, name, more) VALUES (5, 'e', 'x')",
        "ALTER TABLE shop.goods DROP COLUMN first_more, DROP COLUMN most, ADD INDEX (more(9))",
        "INSERT INTO shop.goods (id, name) VALUES (6, 'f')",
        "ALTER TABLE shop.goods CHANGE more moved VARCHAR(10) CHARACTER SET latin1 AFTER id",
        "INSERT INTO shop.goods VALUES (7, 'x', 'g')",
    )
    running.start()
    rows = running.wait_rows(7)
    assert names(rows) == ["1, a", "2, b", "3, c", "4, d", "5, e", "6, f", "7, g"]
    running.stop()


@pytest.mark.parametrize("tool", ["gh-ost", "pt-online-schema-change"])
def test_a_copy_takes_the_tables_place(metadata_server, running, tool):
    server = metadata_server
    if tool == "gh-ost":
        new, old = "_goods_gho", "_goods_del"
        server.execute(f"CREATE /* gh-ost */ TABLE `shop`.`{new}` LIKE `shop`.`goods`")
    else:
        new, old = "_goods_new", "_goods_old"
        text = server.query("SHOW CREATE TABLE shop.goods")[0][1]
        server.execute(text.replace("`goods`", f"`shop`.`{new}`", 1))
    server.execute(
        f"ALTER TABLE `shop`.`{new}` ADD COLUMN more INT AFTER id, MODIFY name VARCHAR(100)",
        f"INSERT INTO `shop`.`{new}` (id, name) SELECT id, name FROM shop.goods",
        "INSERT INTO shop.goods VALUES (3, 'c')",
        f"INSERT INTO `shop`.`{new}` (id, name) VALUES (3, 'c')",
        f"RENAME TABLE `shop`.`goods` TO `shop`.`{old}`, `shop`.`{new}` TO `shop`.`goods`",
        "INSERT INTO shop.goods VALUES (4, 7, 'd')",
        f"DROP TABLE shop.{old}",
    )
    assert names(running.wait_rows(4)) == ["1, a", "2, b", "3, c", "4, d"]
    running.stop()
    server.execute("UPDATE shop.goods SET name = 'dd' WHERE id = 4")
    running.start()
    assert running.wait_rows(6)[4:] == [("UPDATE_BEFORE", "4, d"), ("UPDATE_AFTER", "4, dd")]
    running.stop()


def test_what_cannot_be_read_from_a_statement_comes_from_the_server(metadata_server, running):
    # The character set of the database is in no statement.
    metadata_server.execute(
        "ALTER TABLE shop.goods CONVERT TO CHARACTER SET DEFAULT",
        "INSERT INTO shop.goods VALUES (3, 'ü')",
    )
    assert names(running.wait_rows(3)) == ["1, a", "2, b", "3, ü"]
    assert "cannot be followed from its text" in running.text()
    running.stop()


def test_a_job_that_ignores_them_goes_on_where_tables_are_emptied_or_dropped(server, job):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    policy = "{ truncate-table = ignore, drop-table = ignore, rename-column = ignore }"
    run = job(server, ["shop.goods"], **{"schema-changes__policy": policy})
    run.start()
    run.wait_rows(1)
    server.execute(
        "TRUNCATE TABLE shop.goods",
        "INSERT INTO shop.goods VALUES (2, 'b')",
        "DROP TABLE shop.goods",
        "CREATE TABLE shop.goods (more INT, id INT PRIMARY KEY, name VARCHAR(20))"
        " DEFAULT CHARSET = utf8mb4",
        "INSERT INTO shop.goods VALUES (0, 3, 'c')",
        "ALTER TABLE shop.goods RENAME COLUMN name TO title",
        "INSERT INTO shop.goods VALUES (0, 4, 'd')",
    )
    assert names(run.wait_rows(4)) == ["1, a", "2, b", "3, c", "4, d"]
    for said in ("TRUNCATE TABLE at binlog", "DROP TABLE at binlog", "go on as name"):
        assert said in run.text()
    run.stop()


TYPES = ["INT", "VARCHAR(30)", "TEXT", "DATETIME(2)", "DECIMAL(12,3)", "ENUM('x','y')", "JSON"]


def test_random_alterations_with_kills(metadata_server, running):
    """Rows between random alterations, and the job killed at random: every row comes, and none is
    read with another definition than its own."""
    seed = int(os.environ.get("SLUICE_SEED") or random.randrange(1 << 32))
    print(f"SLUICE_SEED={seed}")
    chance = random.Random(seed)
    server, columns, last = metadata_server, ["name"], 2
    server.execute("ALTER TABLE shop.goods ADD keep VARCHAR(99) AFTER id")
    for step in range(60):
        action = chance.choice(["add", "add", "add", "drop", "modify", "rename", "move", "kill"])
        extra = [name for name in columns if name != "name"]
        name = chance.choice(extra) if extra else "none"
        place = chance.choice(["", " FIRST", f" AFTER {chance.choice(columns)}"])
        if action == "add" or not extra and action != "kill":
            columns.append(f"c{step}")
            sql = f"ADD c{step} {chance.choice(TYPES)}{place}"
        elif action == "drop":
            columns.remove(name)
            sql = f"DROP {name}"
        elif action == "rename":
            columns[columns.index(name)] = f"c{step}"
            sql = f"RENAME COLUMN {name} TO c{step}"
        elif action == "modify":
            sql = f"MODIFY {name} {chance.choice(['LONGTEXT', 'VARCHAR(500)', 'MEDIUMBLOB'])}"
        else:
            sql = "MODIFY name VARCHAR(20)" + (place if "name" not in place else " FIRST")
        if action == "kill":
            running.process.kill()
            running.start()
        else:
            server.execute(f"ALTER TABLE shop.goods {sql}")
        last += 1
        server.execute(f"INSERT INTO shop.goods (id, name) VALUES ({last}, 'n{last}')")
    expected = {"1, a", "2, b"} | {f"{i}, n{i}" for i in range(3, last + 1)}
    wait_for(lambda: set(names(running.rows())) >= expected, "all rows", 60)
    # A kill may cut a line that is being printed; the next process goes on behind it.
    found = set(names(running.rows()))
    cut = {
        row
        for row in found - expected
        if any(whole.startswith(row.partition("output rowType")[0]) for whole in expected)
    }
    assert found - cut == expected
    running.stop()


# The snapshot of MANY_ROWS takes ten seconds.
SLOWLY = "read_limit.rows_per_second = 2000"


def test_a_column_is_added_during_the_snapshot(server, job):
    """Every range is read while rows change and columns come."""
    server.execute(
        GOODS,
        *MANY_ROWS,
    )
    run = job(server, ["shop.goods"], snapshot__split__size="50", env=SLOWLY)
    run.start()
    run.wait_rows(1)
    for step in range(5):
        place = "FIRST" if step % 2 else ""
        server.execute(f"ALTER TABLE shop.goods ADD COLUMN more{step} INT {place}")
        for id in range(step, 20000, 4001):
            server.execute(f"UPDATE shop.goods SET name = 'x{step}' WHERE id = {id}")
    assert len(run.rows()) < 20000, "the snapshot was over too soon"
    server.execute("INSERT INTO shop.goods (id, name) VALUES (20001, 'last')")
    expected = {str(key): name for key, name in server.query("SELECT id, name FROM shop.goods")}
    wait_for(lambda: contents(run.rows()) == expected, "the table", 60)
    run.stop()


def test_a_column_that_is_dropped_during_the_snapshot_stops_behind_it(server, job):
    """Where the statement is not followed, at its place in the log and not before."""
    server.execute(
        GOODS,
        *MANY_ROWS,
    )
    run = job(server, ["shop.goods"], snapshot__split__size="50", env=SLOWLY)
    run.start()
    run.wait_rows(1)
    server.execute("ALTER TABLE shop.goods DROP COLUMN name")
    text = run.ends_with_error()
    assert "have instead: name (null)" in text
    assert "the snapshot is complete: 20000 rows" in text
    assert "column name is dropped; schema-changes.enabled = true would pass it on" in text
    held = [values.partition(", ")[2] != "null" for _, values in run.rows()]
    assert len(held) == 20000
    assert 0 < sum(held) < 20000
