# SPDX-License-Identifier: Apache-2.0
"""What a server or an account lacks is said before anything is read, with what mends it."""

from __future__ import annotations

import pytest

GOODS = "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))"


def test_a_log_that_is_off(make_server, job):
    options = {"skip__log__bin": "", "gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}
    server = make_server(**options)
    server.options.pop("log-bin")
    server.restart()
    server.fresh_database("shop")
    server.execute(GOODS)
    text = job(server, ["shop.goods"]).fails()
    assert "the binary log is off: set log_bin" in text
    server.stop()


@pytest.mark.parametrize(
    ("name", "bad", "good", "remedy"),
    [
        ("binlog_format", "STATEMENT", "ROW", "SET PERSIST binlog_format = 'ROW'"),
        ("binlog_format", "MIXED", "ROW", "SET PERSIST binlog_format = 'ROW'"),
        ("binlog_row_image", "MINIMAL", "FULL", "SET PERSIST binlog_row_image = 'FULL'"),
        ("binlog_row_image", "NOBLOB", "FULL", "SET PERSIST binlog_row_image = 'FULL'"),
    ],
)
def test_a_variable_that_makes_the_log_useless(server, job, name, bad, good, remedy):
    server.execute(GOODS, f"SET GLOBAL {name} = '{bad}'")
    try:
        text = job(server, ["shop.goods"]).fails()
        assert remedy in text
        assert ("incomplete-rows = reread" in text) == (name == "binlog_row_image")
    finally:
        server.execute(f"SET GLOBAL {name} = '{good}'")


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (["SELECT", "REPLICATION CLIENT"], "GRANT REPLICATION SLAVE ON *.*"),
        (["SELECT", "REPLICATION SLAVE"], "GRANT REPLICATION CLIENT ON *.*"),
        (["REPLICATION SLAVE", "REPLICATION CLIENT"], "may not SELECT from it"),
    ],
)
def test_a_missing_privilege(server, job, granted, missing):
    server.execute(
        GOODS,
        "DROP USER IF EXISTS 'little'@'%'",
        "CREATE USER 'little'@'%' IDENTIFIED BY 'secret-word'",
        f"GRANT {', '.join(granted)} ON *.* TO 'little'@'%'",
    )
    text = job(server, ["shop.goods"], user="little", password="secret-word").fails()
    assert missing in text
    assert "secret-word" not in text


def test_a_wrong_password_is_named_and_not_shown(server, job):
    server.execute(GOODS)
    text = job(server, ["shop.goods"], password="not-the-word").fails()
    assert "Access denied for user 'sluice'" in text
    assert "not-the-word" not in text


def test_a_table_that_does_not_exist_has_a_nearest_name(server, job):
    server.execute(GOODS)
    text = job(server, ["shop.godos"]).fails()
    assert "table shop.godos does not exist" in text
    assert "did you mean shop.goods?" in text


def test_a_table_without_a_key(server, job):
    server.execute("CREATE TABLE shop.plain (a INT)")
    assert "table shop.plain has no key" in job(server, ["shop.plain"]).fails()


def test_a_database_that_is_not_logged(make_server, job):
    server = make_server(**{"binlog__ignore__db": "shop"})
    server.fresh_database("shop")
    server.execute(GOODS)
    text = job(server, ["shop.goods"]).fails()
    assert "the server does not log database shop: take binlog_ignore_db out of my.cnf" in text
    server.stop()


def test_changes_by_cascade_are_warned_of(server, job):
    server.execute(
        GOODS,
        "CREATE TABLE shop.parts (id INT PRIMARY KEY, goods INT, CONSTRAINT owner FOREIGN KEY "
        "(goods) REFERENCES shop.goods (id) ON DELETE CASCADE)",
        "INSERT INTO shop.goods VALUES (1, 'a')",
    )
    run = job(server, ["shop.goods", "shop.parts"])
    run.start()
    run.wait_rows(1)
    run.stop()
    assert "table shop.parts: what its foreign key owner deletes" in run.text()


def test_a_purged_log(server, job):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    run.stop()
    server.execute("INSERT INTO shop.goods VALUES (3, 'c')")
    server.purge_logs()
    text = run.fails()
    assert "the server has purged its log" in text
    assert "SET PERSIST binlog_expire_logs_seconds" in text


def test_a_purged_log_of_nothing_new_is_continued_by_gtids(server, job):
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    run.stop()
    server.purge_logs()
    server.execute("INSERT INTO shop.goods VALUES (3, 'c')")
    run.start()
    rows = run.wait_rows(3)
    assert rows == [("INSERT", "1, a"), ("INSERT", "2, b"), ("INSERT", "3, c")]
    run.stop()


def test_a_log_that_was_reset(make_server, job):
    server = make_server()
    server.fresh_database("shop")
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    run.stop()
    server.execute("RESET MASTER", "INSERT INTO shop.goods VALUES (3, 'c')")
    assert "the log of the server was reset" in run.fails()
    server.stop()


def test_a_server_that_was_replaced(make_server, job):
    server = make_server()
    server.fresh_database("shop")
    server.execute(GOODS, "INSERT INTO shop.goods VALUES (1, 'a')")
    run = job(server, ["shop.goods"])
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    run.stop()
    server.stop()
    (server.datadir / "auto.cnf").unlink()
    server.start()
    server.execute("RESET MASTER")
    text = run.fails()
    assert "the server was replaced: its server_uuid is" in text
    server.stop()
