# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 43 to 46: timeouts, how long labels are kept, open transactions, `_cancel`."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from client import Client, Wire, head_bytes, wait_for
from steps import ROW, STORED, begin, commit, load, prepare

# Sweepers of a real cluster run every 30 s or more.
SWEEP_SECONDS = 180


def assert_over(cluster: Client, db: str, t: str, label: str) -> None:
    """Aborted, deaf to every call, and free for a new transaction."""
    assert cluster.state(db, label) == "ABORTED"
    for op in ("load", "prepare", "commit"):
        answer = cluster.txn(op, db, label, t, ROW if op == "load" else None)
        assert answer.code not in ("OK", "Success"), op
    assert cluster.rows(f"{db}.{t}") == []
    prepare(cluster, db, t, label)
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_begin_with_a_timeout(cluster: Client, db: str, t: str, label: str):
    """Line 43, by the clock on the wall."""
    begin(cluster, db, t, label, timeout="1")
    ended = lambda: cluster.state(db, label) == "ABORTED"  # noqa: E731
    wait_for(ended, "the timeout", SWEEP_SECONDS)
    assert_over(cluster, db, t, label)


@pytest.mark.parametrize("header, seconds", [({"timeout": "1"}, 1), ({}, 600)], ids=str)
def test_time_to_prepare(
    hooks: Client, db: str, t: str, label: str, header: dict, seconds: int
):
    """Line 43: PREPARE ends at its timeout, or at the server's."""
    load(hooks, db, t, label, **header)
    if seconds > 1:
        hooks.advance_clock(seconds - 10)
        assert hooks.state(db, label) == "PREPARE"
    hooks.advance_clock(11)
    assert_over(hooks, db, t, label)


@pytest.mark.parametrize(
    "header, seconds", [({"prepared_timeout": "1"}, 1), ({}, 86400)], ids=str
)
def test_time_to_commit(hooks: Client, db: str, t: str, label: str, header: dict, seconds: int):
    """Line 43: PREPARED ends at `prepared_timeout`, or at the server's; the rows are lost."""
    prepare(hooks, db, t, label, **header)
    if seconds > 1:
        hooks.advance_clock(seconds - 10)
        assert hooks.state(db, label) == "PREPARED"
    hooks.advance_clock(11)
    assert_over(hooks, db, t, label)


def test_timeout_of_begin_ends_with_prepare(hooks: Client, db: str, t: str, label: str):
    """Line 43: what is prepared outlives the timeout of its begin."""
    load(hooks, db, t, label, timeout="5")
    assert hooks.txn("prepare", db, label).code == "OK"
    hooks.advance_clock(1000)
    assert hooks.state(db, label) == "PREPARED"
    commit(hooks, db, label)
    assert hooks.rows(f"{db}.{t}") == STORED


def test_idle_timeout(hooks: Client, db: str, t: str, label: str):
    """Line 43, for `idle_transaction_timeout`: 30 s are added, and each load starts anew."""
    load(hooks, db, t, label, idle_transaction_timeout="10")
    hooks.advance_clock(30)
    assert hooks.txn("load", db, label, t, ROW).code == "OK"
    hooks.advance_clock(30)
    assert hooks.state(db, label) == "PREPARE"
    hooks.advance_clock(11)
    assert_over(hooks, db, t, label)


@pytest.mark.parametrize("value", ["0", "259201", "soon"])
def test_bad_prepared_timeout_leaves_the_transaction(
    cluster: Client, db: str, t: str, label: str, value: str
):
    """Line 43: refused, and nothing is aborted."""
    load(cluster, db, t, label)
    answer = cluster.txn("prepare", db, label, prepared_timeout=value)
    assert answer.code not in ("OK", "Success")
    assert cluster.state(db, label) == "PREPARE"
    assert cluster.txn("prepare", db, label).code == "OK"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_labels_are_forgotten_by_number(cluster: Client, db: str, t: str, label: str):
    """Line 44."""
    assert cluster.load(db, t, label, [{"id": 1, "name": "first time"}]).code == "Success"
    target = urlsplit(cluster.txn("begin", db, "probe", t).hops[-1])
    wire = Wire((str(target.hostname), int(target.port or 80)))

    def call(op: str, name: str) -> None:
        headers = cluster.headers(db=db, table=t, label=name, Content__Length="0")
        wire.send(head_bytes("POST", f"/api/transaction/{op}", {"Host": "x", **headers}))
        answer = wire.read_answer()
        assert answer.code == "OK", answer.body

    try:
        for number in range(1000):
            call("begin", f"n-{number}")
            call("rollback", f"n-{number}")
    finally:
        wire.close()
    gone = lambda: cluster.state(db, label) == "UNKNOWN"  # noqa: E731
    wait_for(gone, "the label to be forgotten", SWEEP_SECONDS)
    assert cluster.state(db, "n-999") == "ABORTED" and cluster.state(db, "probe") == "PREPARE"
    assert cluster.load(db, t, label, [{"id": 1, "name": "again"}]).code == "Success"
    assert cluster.rows(f"{db}.{t}", "id, name") == [(1, "again")]


def test_labels_are_forgotten_by_age(hooks: Client, db: str, t: str, label: str, other: str):
    """Line 44, for the other limit: three days."""
    assert hooks.load(db, t, label, ROW).code == "Success"
    prepare(hooks, db, t, other)
    hooks.settings(prepared_transaction_default_timeout_second=10_000_000)
    hooks.advance_clock(259_000)
    assert hooks.state(db, label) == "VISIBLE"
    hooks.advance_clock(300)
    assert hooks.state(db, label) == "UNKNOWN"
    assert hooks.state(db, other) == "PREPARED"
    assert hooks.txn("commit", db, label).code == "FAILED"


def test_open_transactions_are_limited(
    hooks: Client, db: str, t: str, label: str, other: str
):
    """Line 45: PREPARE and PREPARED count."""
    hooks.settings(max_running_txn_num_per_db=2)
    prepare(hooks, db, t, "one")
    begin(hooks, db, t, "two")
    answer = hooks.txn("begin", db, label, t)
    assert answer.code not in ("OK", "Success")
    assert answer.message.startswith("current running txns on db ")
    assert answer.message.endswith(" is 2, larger than limit 2")
    assert hooks.state(db, label) == "UNKNOWN"
    plain = hooks.load(db, t, other, ROW)
    assert plain.code == "Fail" and "current running txns on db" in plain.message
    commit(hooks, db, "one")
    begin(hooks, db, t, label)


@pytest.mark.parametrize("path", ["/api/{db}/{label}/_cancel", "/api/{db}/x/_cancel?label={label}"])
def test_cancel_in_prepare(cluster: Client, db: str, t: str, label: str, path: str):
    """Line 46."""
    load(cluster, db, t, label)
    answer = cluster.request("POST", path.format(db=db, label=label))
    assert answer.status == 200
    assert answer.get("status") == "OK" and answer.get("msg") == "Success"
    assert cluster.state(db, label) == "ABORTED"
    again = cluster.request("POST", path.format(db=db, label=label))
    assert again.get("status") == "FAILED"
    assert f"running transaction not found, label={label}" in again.message
    assert_over(cluster, db, t, label)


@pytest.mark.parametrize("state", ["PREPARED", "VISIBLE", "UNKNOWN"])
def test_cancel_in_another_state(cluster: Client, db: str, t: str, label: str, state: str):
    """Line 46."""
    if state != "UNKNOWN":
        prepare(cluster, db, t, label)
    if state == "VISIBLE":
        commit(cluster, db, label)
    answer = cluster.request("POST", f"/api/{db}/x/_cancel?label={label}")
    assert answer.get("status") == "FAILED"
    assert cluster.state(db, label) == state


def test_cancel_prefers_the_query(cluster: Client, db: str, t: str, label: str, other: str):
    """Line 46: of two labels the one in the query counts."""
    for name in (label, other):
        begin(cluster, db, t, name)
    answer = cluster.request("POST", f"/api/{db}/{other}/_cancel?label={label}")
    assert answer.get("status") == "OK"
    assert (cluster.state(db, label), cluster.state(db, other)) == ("ABORTED", "PREPARE")
