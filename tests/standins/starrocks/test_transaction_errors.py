# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 23, 25 to 29 and 36: calls that are refused, and what they leave behind."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from client import Client, Wire, head_bytes
from steps import JSON, ROW, STORED, begin, commit, load, prepare


@pytest.mark.parametrize(
    "change",
    [
        {"label": None},
        {"db": None},
        {"label": "x" * 129},
        {"label": "job.table.1"},
        {"table": "nowhere"},
        {"table": None},
        {"db": "no_such_db"},
        {"timeout": "0"},
        {"timeout": "259201"},
        {"timeout": "soon"},
    ],
    ids=str,
)
def test_begin_is_refused(cluster: Client, db: str, t: str, label: str, change: dict):
    """Line 23."""
    asked = {"db": db, "label": label, "table": t, **change}
    answer = cluster.txn("begin", **asked)
    assert answer.status == 200 and answer.code not in ("OK", "Success"), answer.body
    assert answer.message
    if change.get("table") == "nowhere":
        assert "nowhere" in answer.message
    if "timeout" in change and change["timeout"].isdigit():
        assert "between 1 and 259200 seconds" in answer.message
    if len(change.get("label") or "") == 129:
        assert "Label format error" in answer.message
    assert cluster.state(db, label) == "UNKNOWN"


def test_the_longest_label_is_taken(cluster: Client, db: str, t: str):
    """Line 23, at the edge."""
    label = "L-_9" * 32
    begin(cluster, db, t, label)
    assert cluster.state(db, label) == "PREPARE"
    assert cluster.txn("rollback", db, label).code == "OK"


def test_load_for_another_table(cluster: Client, db: str, t: str, make_table, label: str):
    """Line 25."""
    second = make_table("id BIGINT NOT NULL")
    begin(cluster, db, t, label)
    answer = cluster.txn("load", db, label, second, [{"id": 5}])
    assert answer.code not in ("OK", "Success")
    assert second in answer.message and t in answer.message
    assert cluster.state(db, label) == "PREPARE"
    assert cluster.txn("load", db, label, t, ROW).code == "OK"
    assert cluster.txn("prepare", db, label).code == "OK"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED and cluster.rows(f"{db}.{second}") == []


@pytest.mark.parametrize(
    "header, value",
    [("ignore_json_size", "true"), ("columns", "id,name"), ("max_filter_ratio", "0.1")],
)
def test_loads_must_be_alike(
    cluster: Client, db: str, t: str, label: str, header: str, value: str
):
    """Line 26."""
    load(cluster, db, t, label)
    answer = cluster.txn("load", db, label, t, [{"id": 2}], **{header: value})
    assert answer.code == "INTERNAL_ERROR"
    assert "load request not equal last" in answer.message
    assert cluster.state(db, label) == "ABORTED"
    assert cluster.txn("prepare", db, label).code not in ("OK", "Success")
    assert cluster.rows(f"{db}.{t}") == []


def test_one_load_at_a_time(cluster: Client, db: str, t: str, label: str):
    """Line 27."""
    begun = cluster.txn("begin", db, label, t)
    target = urlsplit(begun.hops[-1])
    address = (str(target.hostname), int(target.port or 80))
    more = {"db": db, "table": t, "label": label, **JSON}
    body = b'[{"id": 1, "name": "a", "score": 2}]'
    headers = cluster.headers(Expect="100-continue", Content__Length=str(len(body)), **more)
    wire = Wire(address)
    try:
        wire.send(head_bytes("PUT", "/api/transaction/load", {"Host": "x", **headers}))
        assert wire.read_head()[0] == 100
        wire.send(body[:10])
        second = cluster.txn("load", db, label, t, [{"id": 2, "name": "b"}])
        assert second.code == "TXN_IN_PROCESSING"
        assert cluster.state(db, label) == "PREPARE"
        wire.send(body[10:])
        assert wire.read_answer().code == "OK"
    finally:
        wire.close()
    assert cluster.txn("load", db, label, t, [{"id": 2, "name": "b"}]).code == "OK"
    assert cluster.txn("prepare", db, label).get("NumberLoadedRows") == 2
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == [(1, "a", 2), (2, "b", None)]


def test_prepare_without_load(cluster: Client, db: str, t: str, label: str):
    """Line 28."""
    begin(cluster, db, t, label)
    answer = cluster.txn("prepare", db, label)
    assert answer.code not in ("OK", "Success")
    assert "hasn't send any data yet" in answer.message
    assert cluster.state(db, label) == "ABORTED"


@pytest.mark.parametrize("op", ["prepare", "commit"])
def test_bad_rows_show_late(cluster: Client, db: str, t: str, label: str, op: str):
    """Line 29."""
    begin(cluster, db, t, label)
    rows = [{"id": 1, "name": "fits"}, {"id": 2, "name": "x" * 21}]
    assert cluster.txn("load", db, label, t, rows).code == "OK"
    answer = cluster.txn(op, db, label)
    assert answer.code not in ("OK", "Success")
    assert "too many filtered rows" in answer.message
    url = urlsplit(answer.get("ErrorURL"))
    log = cluster.request(
        "GET", f"{url.path}?{url.query}", to=(str(url.hostname), int(url.port or 80))
    )
    assert log.status == 200 and b"x" * 21 in log.body
    assert cluster.state(db, label) == "ABORTED"
    assert cluster.rows(f"{db}.{t}") == []


def test_bad_rows_within_the_ratio(cluster: Client, db: str, t: str, label: str):
    """Lines 13 and 29: the ratio counts over all loads of the transaction."""
    begin(cluster, db, t, label)
    for rows in ([{"id": 1, "name": "x" * 21}], [{"id": 2, "name": "good"}]):
        answer = cluster.txn("load", db, label, t, rows, max_filter_ratio="0.5")
        assert answer.code == "OK"
    answer = cluster.txn("prepare", db, label)
    assert answer.code == "OK"
    assert (answer.get("NumberLoadedRows"), answer.get("NumberFilteredRows")) == (1, 1)
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}", "id, name") == [(2, "good")]


def test_body_cut_in_a_transaction(cluster: Client, db: str, t: str, label: str):
    """Line 16, for a load of a transaction: it is aborted, its earlier rows with it."""
    begun = cluster.txn("begin", db, label, t)
    assert cluster.txn("load", db, label, t, ROW).code == "OK"
    target = urlsplit(begun.hops[-1])
    more = {"db": db, "table": t, "label": label, **JSON}
    headers = cluster.headers(Expect="100-continue", Content__Length="1000", **more)
    wire = Wire((str(target.hostname), int(target.port or 80)))
    wire.send(head_bytes("PUT", "/api/transaction/load", {"Host": "x", **headers}))
    assert wire.read_head()[0] == 100
    wire.send(b'[{"id": 2}')
    wire.close()
    cluster.wait_state(db, label, "ABORTED")
    assert cluster.txn("commit", db, label).code == "FAILED"
    assert cluster.rows(f"{db}.{t}") == []


def test_commit_after_rollback(cluster: Client, db: str, t: str, label: str):
    """Line 36."""
    prepare(cluster, db, t, label)
    assert cluster.txn("rollback", db, label).code == "OK"
    answer = cluster.txn("commit", db, label)
    assert answer.code == "FAILED" and "Can not commit ABORTED transaction" in answer.message
    assert cluster.state(db, label) == "ABORTED"
    assert cluster.rows(f"{db}.{t}") == []


def test_rollback_after_commit(cluster: Client, db: str, t: str, label: str):
    """Line 36."""
    prepare(cluster, db, t, label)
    commit(cluster, db, label)
    answer = cluster.txn("rollback", db, label)
    assert answer.code == "FAILED" and "Can not abort VISIBLE transaction" in answer.message
    assert cluster.state(db, label) == "VISIBLE"
    assert cluster.rows(f"{db}.{t}") == STORED


@pytest.mark.parametrize("op", ["load", "prepare", "commit", "rollback"])
def test_unknown_label(cluster: Client, db: str, t: str, label: str, op: str):
    """Line 36, and the same for the other calls."""
    answer = cluster.txn(op, db, label, t, ROW if op == "load" else None)
    assert answer.status == 200 and answer.code not in ("OK", "Success")
    if op in ("commit", "rollback"):
        assert answer.code == "FAILED"
    assert cluster.state(db, label) == "UNKNOWN"


@pytest.mark.parametrize("op", ["load", "prepare"])
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_an_ended_transaction_takes_nothing(
    cluster: Client, db: str, t: str, label: str, op: str, end: str
):
    """Line 36, for load and prepare of an ended transaction."""
    load(cluster, db, t, label)
    assert cluster.txn(end, db, label).code == "OK"
    state, rows = cluster.state(db, label), cluster.rows(f"{db}.{t}")
    answer = cluster.txn(op, db, label, t, [{"id": 9}] if op == "load" else None)
    assert answer.code not in ("OK", "Success")
    assert cluster.state(db, label) == state
    assert cluster.rows(f"{db}.{t}") == rows
