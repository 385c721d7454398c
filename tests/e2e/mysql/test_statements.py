# SPDX-License-Identifier: Apache-2.0
"""Statements of the log: what is followed, what stops the job and where, what cannot be read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.mysql_flavours import MYSQL80
from harness.processes import Process

ROOT = Path(__file__).resolve().parents[3]
SLUICE = Path(os.environ.get("SLUICE") or ROOT / "build" / "release" / "sluice")

GOODS = "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))"


@pytest.fixture
def running(server, job):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    return run


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE shop.goods ADD COLUMN more INT DEFAULT 5",
        "ALTER TABLE shop.goods ADD COLUMN more INT FIRST",
        "ALTER TABLE shop.goods MODIFY name VARCHAR(40) COMMENT 'wider'",
        "ALTER TABLE shop.goods CONVERT TO CHARACTER SET utf32",
        "ALTER TABLE shop.goods MODIFY name VARCHAR(40) NOT NULL FIRST, ADD more BLOB FIRST",
        "ALTER TABLE shop.goods ADD INDEX (name), COMMENT 'DROP COLUMN name'",
        "ALTER TABLE shop.goods AUTO_INCREMENT = 10",
        "ANALYZE TABLE shop.goods",
        "OPTIMIZE TABLE shop.goods",
        "CREATE TEMPORARY TABLE shop.goods2 (a INT)",
        "CREATE TABLE shop.other AS SELECT * FROM shop.goods",
        "ALTER DATABASE shop CHARACTER SET latin1",
        "FLUSH BINARY LOGS",
    ],
)
def test_statements_that_are_followed(server, running, statement):
    server.execute(statement, "INSERT INTO shop.goods (id, name) VALUES (3, 'c')")
    rows = running.wait_rows(3)
    assert rows == [("INSERT", "1, a"), ("INSERT", "2, b"), ("INSERT", "3, c")]
    # And after a restart, which reads the definition saved.
    running.stop()
    server.execute("UPDATE shop.goods SET name = 'cc' WHERE id = 3")
    running.start()
    assert running.wait_rows(5)[3:] == [("UPDATE_BEFORE", "3, c"), ("UPDATE_AFTER", "3, cc")]
    running.stop()


@pytest.mark.parametrize(
    "statements",
    [
        ["TRUNCATE TABLE shop.goods"],
        ["ALTER TABLE shop.goods DROP COLUMN name"],
        ["ALTER TABLE shop.goods MODIFY name BLOB"],
        ["ALTER TABLE shop.goods MODIFY name CHAR(40)"],
        ["ALTER TABLE shop.goods RENAME COLUMN name TO title"],
        [
            "SET SESSION sql_mode = ''",
            "ALTER TABLE shop.goods MODIFY name VARCHAR(2)",
            "SET SESSION sql_mode = DEFAULT",
        ],
        ["ALTER TABLE shop.goods DROP INDEX `PRIMARY`, ADD PRIMARY KEY (id, name)"],
        ["DROP TABLE shop.goods"],
        ["DROP DATABASE shop"],
        ["RENAME TABLE shop.goods TO shop.bads"],
        [
            "CREATE TABLE shop.better LIKE shop.goods",
            "RENAME TABLE shop.goods TO shop.bads, shop.better TO shop.goods",
        ],
    ],
)
def test_statements_that_stop_the_job_where_they_stand(server, running, statements):
    server.execute("INSERT INTO shop.goods VALUES (3, 'c')", *statements)
    text = running.ends_with_error()
    assert "changes the captured table shop.goods" in text
    assert re.search(r"reading the log at binlog\.\d+:\d+", text)
    assert "--fresh" in text
    # Everything before the statement was read, and the next try comes no further. The console may
    # show a row again that no checkpoint held.
    before = [("INSERT", "1, a"), ("INSERT", "2, b"), ("INSERT", "3, c")]
    assert set(running.rows()) == set(before)
    assert "changes the captured table shop.goods" in running.fails()
    assert set(running.rows()) == set(before)


def test_rows_that_are_written_as_statements_are_not_left_out(server, running):
    session = server.connect()
    with session.cursor() as cursor:
        cursor.execute("SET SESSION binlog_format = 'STATEMENT'")
        cursor.execute("/* some tool */ INSERT INTO shop.goods VALUES (3, 'c')")
    session.close()
    assert "a client wrote rows as a statement (INSERT ...)" in running.ends_with_error()


def test_rows_of_other_tables_that_are_written_as_statements_are_passed(server, running):
    server.execute("CREATE TABLE shop.notes (id INT)")
    session = server.connect()
    with session.cursor() as cursor:
        cursor.execute("SET SESSION binlog_format = 'STATEMENT'")
        cursor.execute("INSERT INTO shop.notes SELECT id FROM shop.goods")
    session.close()
    server.execute("INSERT INTO shop.goods VALUES (3, 'c')")
    assert running.wait_rows(3)[2:] == [("INSERT", "3, c")]
    running.stop()


def test_rows_without_all_their_columns_are_not_guessed(server, running):
    session = server.connect()
    with session.cursor() as cursor:
        cursor.execute("SET SESSION binlog_row_image = 'MINIMAL'")
        cursor.execute("UPDATE shop.goods SET name = 'bb' WHERE id = 2")
    session.close()
    assert "SET PERSIST binlog_row_image = 'FULL'" in running.ends_with_error()


def test_xa_transactions_of_other_tables_are_passed(server, running):
    server.execute(
        "CREATE TABLE shop.other (id INT PRIMARY KEY)",
        "XA START 'x'",
        "INSERT INTO shop.other VALUES (1)",
        "XA END 'x'",
        "XA PREPARE 'x'",
        "XA COMMIT 'x'",
        "INSERT INTO shop.goods VALUES (3, 'c')",
    )
    assert running.wait_rows(3)[2] == ("INSERT", "3, c")
    server.execute(
        "XA START 'y'", "INSERT INTO shop.goods VALUES (4, 'd')", "XA END 'y'", "XA PREPARE 'y'"
    )
    assert "XA transaction" in running.ends_with_error()
    server.execute("XA ROLLBACK 'y'")


def test_a_transaction_prepared_before_the_snapshot_is_not_lost_in_silence(server, job):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    server.execute(
        "XA START 'z'", "INSERT INTO shop.goods VALUES (9, 'z')", "XA END 'z'", "XA PREPARE 'z'"
    )
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("XA COMMIT 'z'")
    assert "was prepared before the job followed the log" in run.ends_with_error()


def test_load_data_and_replace_are_rows(server, running, tmp_path):
    session = server.connect(local_infile=True)
    file = tmp_path / "rows.txt"
    file.write_text("3\tc\n4\td\n")
    server.execute("SET GLOBAL local_infile = ON")
    with session.cursor() as cursor:
        cursor.execute(f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE shop.goods")
        cursor.execute("REPLACE INTO shop.goods VALUES (3, 'cc')")
        cursor.execute("UPDATE shop.goods SET id = 40 WHERE id = 4")
    session.close()
    rows = running.wait_rows(8)
    assert rows[2:] == [
        ("INSERT", "3, c"),
        ("INSERT", "4, d"),
        ("UPDATE_BEFORE", "3, c"),
        ("UPDATE_AFTER", "3, cc"),
        ("DELETE", "4, d"),
        ("INSERT", "40, d"),
    ]
    running.stop()


def test_a_log_in_use_can_be_shown(server):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (7, 'seven')")
    file = server.datadir / server.log_files()[-1]
    shown = subprocess.run(
        [str(SLUICE), "dump", "binlog", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "FORMAT_DESCRIPTION server 8.0.33" in shown
    assert "TABLE_MAP shop.goods" in shown
    assert "+I {@1: 7, @2: seven}" in shown


def test_what_cannot_be_shown_of_a_log_is_passed_over(server):
    session = server.connect()
    with session.cursor() as cursor:
        cursor.execute(GOODS)
        cursor.execute("INSERT INTO shop.goods VALUES (1, 'one')")
        cursor.execute("SET SESSION binlog_row_image = 'MINIMAL'")
        cursor.execute("UPDATE shop.goods SET name = 'other' WHERE id = 1")
    session.close()
    server.execute("INSERT INTO shop.goods VALUES (2, 'two')")
    file = server.datadir / server.log_files()[-1]
    shown = subprocess.run(
        [str(SLUICE), "dump", "binlog", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "not shown: unsupported: table shop.goods: a row came without all its columns" in shown
    assert "+I {@1: 2, @2: two}" in shown


def test_names_in_another_case_are_the_same_table_where_the_server_says_so(
    make_server, job, tmp_path
):
    server = make_server()
    # Only a new data directory may change it.
    server.stop()
    server.options["lower_case_table_names"] = "1"
    shutil.rmtree(server.datadir)
    init = tmp_path / "init.sql"
    init.write_text(
        "CREATE USER 'root'@'%' IDENTIFIED BY '';\nGRANT ALL ON *.* TO 'root'@'%';\n"
        "CREATE USER 'sluice'@'%' IDENTIFIED BY 'sl:uice p@ss';\n"
        "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'sluice'@'%';\n"
    )
    command = [*MYSQL80.command(server.datadir), "--initialize-insecure"]
    command.append("--lower-case-table-names=1")
    assert Process([*command, f"--init-file={init}"], tmp_path / "init.log").wait(120) == 0
    server.start()
    server.fresh_database("shop")
    server.execute(GOODS, "INSERT INTO SHOP.Goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("TRUNCATE TABLE Shop.GOODS")
    assert "changes the captured table shop.goods" in run.ends_with_error()
    server.stop()
