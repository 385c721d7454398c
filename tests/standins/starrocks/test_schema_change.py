# SPDX-License-Identifier: Apache-2.0
"""Checklist line 50: column changes run as jobs that wait for older transactions."""

from __future__ import annotations

from typing import Callable

import pymysql
import pytest

from client import Client, wait_for
from steps import ROW, commit, load, prepare


def job(cluster: Client, db: str, t: str) -> str:
    """State of the table's newest job; empty if there is none."""
    rows = cluster.dicts(f'SHOW ALTER TABLE COLUMN FROM {db} WHERE TableName="{t}"')
    newest = max(rows, key=lambda row: int(row["JobId"]), default={"State": ""})
    return str(newest["State"])


def wait_job(cluster: Client, db: str, t: str, state: str) -> None:
    wait_for(lambda: job(cluster, db, t) == state, f"the job to be {state}", 120)


def columns(cluster: Client, db: str, t: str) -> list[str]:
    return [row["Field"] for row in cluster.dicts(f"DESC {db}.{t}")]


@pytest.mark.parametrize("state", ["PREPARE", "PREPARED"])
def test_a_job_waits_for_open_transactions(
    cluster: Client, db: str, t: str, label: str, other: str, state: str
):
    """Line 50."""
    (load if state == "PREPARE" else prepare)(cluster, db, t, label)
    cluster.sql(f"ALTER TABLE {db}.{t} ADD COLUMN extra INT NULL DEFAULT '7' AFTER name")
    wait_job(cluster, db, t, "WAITING_TXN")
    with pytest.raises(pymysql.err.MySQLError, match="SCHEMA_CHANGE"):
        cluster.sql(f"ALTER TABLE {db}.{t} ADD COLUMN another INT NULL")
    assert "extra" not in columns(cluster, db, t)
    commit(cluster, db, label)
    wait_job(cluster, db, t, "FINISHED")
    assert columns(cluster, db, t) == ["id", "name", "extra", "score"]
    rows = [{"id": 2, "name": "b", "extra": 5}]
    assert cluster.load(db, t, other, rows).code == "Success"
    assert cluster.rows(f"{db}.{t}") == [(1, "a", 7, 2), (2, "b", 5, None)]


def test_rows_begun_before_the_change_fit_after_it(
    hooks: Client, db: str, t: str, label: str
):
    """Line 50: a transaction committed before the job, published after it."""
    prepare(hooks, db, t, label)
    hooks.sql(f"ALTER TABLE {db}.{t} DROP COLUMN score")
    wait_job(hooks, db, t, "WAITING_TXN")
    hooks.fault("publish", "hang", label=label)
    hooks.settings(commit_wait_second=0.05)
    assert "publish timeout" in hooks.txn("commit", db, label).message
    assert job(hooks, db, t) == "WAITING_TXN"
    hooks.clear_faults()
    wait_job(hooks, db, t, "FINISHED")
    assert hooks.rows(f"{db}.{t}") == [(1, "a")]


def test_kinds_of_changes(cluster: Client, db: str, t: str, label: str):
    """Line 50, for what a sink asks for."""
    table = f"{db}.{t}"
    assert cluster.load(db, t, label, ROW).code == "Success"
    for change in (
        "ADD COLUMN (a INT NULL, b VARCHAR(5) NOT NULL DEFAULT 'x')",
        "MODIFY COLUMN score BIGINT NULL",
        "MODIFY COLUMN name VARCHAR(40) NULL COMMENT 'longer'",
        "DROP COLUMN a",
    ):
        cluster.sql(f"ALTER TABLE {table} {change}")
        wait_job(cluster, db, t, "FINISHED")
    cluster.sql(f"ALTER TABLE {table} RENAME COLUMN score TO points")
    cluster.sql(f"ALTER TABLE {table} COMMENT = 'changed'")
    shown = {r["Field"]: r["Type"] for r in cluster.dicts(f"SHOW FULL COLUMNS FROM {table}")}
    assert shown == {
        "id": "bigint(20)",
        "name": "varchar(40)",
        "points": "bigint(20)",
        "b": "varchar(5)",
    }
    assert cluster.rows(table) == [(1, "a", 2, "x")]


def test_of_jobs_of_one_second_the_oldest_comes_first(hooks: Client, db: str, t: str):
    """Line 50: the order is of whole seconds, and what ties stays in the order of the numbers."""
    hooks.settings(fast_alter_ms=0)
    for number in range(40):
        hooks.sql(f"ALTER TABLE {db}.{t} ADD COLUMN c{number} INT NULL")
        wait_job(hooks, db, t, "FINISHED")
        rows = hooks.dicts(f"SHOW ALTER TABLE COLUMN FROM {db} ORDER BY CreateTime DESC")
        if len(rows) > 1 and rows[0]["CreateTime"] == rows[1]["CreateTime"]:
            assert int(rows[0]["JobId"]) < int(rows[1]["JobId"])
            return
    raise AssertionError("no two jobs began within one second")


def test_a_default_is_restated_or_the_change_refused(
    cluster: Client, db: str, make_table: Callable[..., str]
):
    """Line 50: a definition without its default, or with another, would change it."""
    name = make_table(
        "id BIGINT NOT NULL, n INT NULL DEFAULT '7', at DATETIME NULL DEFAULT CURRENT_TIMESTAMP"
    )
    for change in ("n BIGINT NULL", "n BIGINT NULL DEFAULT '8'", "at DATETIME NULL"):
        with pytest.raises(pymysql.err.MySQLError, match="Can not change default value"):
            cluster.sql(f"ALTER TABLE {db}.{name} MODIFY COLUMN {change}")
    cluster.sql(f'ALTER TABLE {db}.{name} MODIFY COLUMN n BIGINT NULL DEFAULT "7"')
    wait_job(cluster, db, name, "FINISHED")
    assert cluster.load(db, name, f"L-{db}", [{"id": 1}]).code == "Success"
    assert cluster.rows(f"{db}.{name}", "id, n") == [(1, 7)]


def test_a_moment_with_digits_is_shown_as_now(
    cluster: Client, db: str, make_table: Callable[..., str]
):
    """Line 50: the name that is shown is no name that a definition takes."""
    name = make_table("id BIGINT NOT NULL, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP(3)")
    shown = cluster.dicts(f"SHOW FULL COLUMNS FROM {db}.{name}")
    assert [row["Default"] for row in shown] == [None, "now(3)"]
    for default in ("", "DEFAULT CURRENT_TIMESTAMP", "DEFAULT now(3)"):
        with pytest.raises(pymysql.err.MySQLError):
            cluster.sql(f"ALTER TABLE {db}.{name} MODIFY COLUMN at DATETIME NULL {default}")
    cluster.sql(
        f"ALTER TABLE {db}.{name} MODIFY COLUMN at DATETIME NULL DEFAULT CURRENT_TIMESTAMP(3)"
    )
    wait_job(cluster, db, name, "FINISHED")


@pytest.mark.parametrize(
    "change, words",
    [
        ("MODIFY COLUMN score TINYINT NULL", "change"),
        ("MODIFY COLUMN name VARCHAR(3) NULL", "change"),
        ("MODIFY COLUMN score INT NOT NULL", "non-nullable"),
        ("ADD COLUMN name INT NULL", "name"),
        ("ADD COLUMN must INT NOT NULL", "default"),
        ("ADD COLUMN __op INT NULL", "__op"),
        ("DROP COLUMN id", "key"),
        ("DROP COLUMN nothing", "nothing"),
    ],
)
def test_changes_that_are_refused(cluster: Client, db: str, t: str, change: str, words: str):
    """Line 50, for what a server does not do."""
    with pytest.raises(pymysql.err.MySQLError, match=words):
        cluster.sql(f"ALTER TABLE {db}.{t} {change}")
    assert columns(cluster, db, t) == ["id", "name", "score"] and job(cluster, db, t) == ""


def test_a_job_can_be_cancelled(cluster: Client, db: str, t: str, label: str):
    """Line 50."""
    prepare(cluster, db, t, label)
    cluster.sql(f"ALTER TABLE {db}.{t} ADD COLUMN extra INT NULL")
    wait_job(cluster, db, t, "WAITING_TXN")
    cluster.sql(f"CANCEL ALTER TABLE COLUMN FROM {db}.{t}")
    wait_job(cluster, db, t, "CANCELLED")
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == [(1, "a", 2)]
