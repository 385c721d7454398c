# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 21 to 37: the two-phase life of a transaction of one table."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from client import Answer, Client
from steps import ROW, STORED, begin, commit, load, prepare

def assert_refused(answer: Answer, status: str, words: str = "") -> None:
    assert answer.status == 200
    assert answer.code == status and words in answer.message, answer.body
    assert answer.get("TxnId") is None or status == "FAILED"


def test_begin_goes_to_a_back_end(cluster: Client, db: str, t: str, label: str):
    """Line 21."""
    moved = cluster.txn("begin", db, label, t, follow=False)
    assert moved.status == 307 and moved.body == b""
    target = urlsplit(moved.headers["location"])
    assert target.path == "/api/transaction/begin"
    answer = cluster.txn("begin", db, label, t)
    assert answer.code == "OK" and answer.get("Label") == label
    assert answer.get("TxnId") > 0 and answer.get("BeginTxnTimeMs") >= 0
    assert cluster.state(db, label) == "PREPARE"


def test_begin_twice_leaves_the_first(cluster: Client, db: str, t: str, label: str):
    """Line 22."""
    begin(cluster, db, t, label)
    assert_refused(cluster.txn("begin", db, label, t), "LABEL_ALREADY_EXISTS")
    assert cluster.state(db, label) == "PREPARE"
    assert cluster.txn("load", db, label, t, ROW).code == "OK"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_begin_at_another_back_end_is_told_of_the_label(
    hooks: Client, db: str, t: str, label: str
):
    """Line 22, where the label is taken by a transaction of another back end."""
    begin(hooks, db, t, label)
    another = hooks.hook("GET", "/nodes")["be"][1 - hooks.coordinator(label)]
    answer = hooks.txn("begin", db, label, t, to=("127.0.0.1", another["port"]))
    assert_refused(answer, "LABEL_ALREADY_EXISTS", label)
    assert answer.get("ExistingJobStatus") == "RUNNING"
    assert hooks.state(db, label) == "PREPARE"


def test_rows_appear_with_the_commit_alone(cluster: Client, db: str, t: str, label: str):
    """Line 24."""
    table = f"{db}.{t}"
    txn_id = cluster.txn("begin", db, label, t).get("TxnId")
    first, second = [{"id": i, "name": "x"} for i in (1, 2)], [{"id": 3, "name": "y"}]
    sizes = []
    for rows in (first, second):
        answer = cluster.txn("load", db, label, t, rows)
        assert answer.code == "OK" and answer.get("TxnId") == txn_id
        assert answer.get("NumberLoadedRows") is None
        sizes.append(answer.get("LoadBytes"))
        assert cluster.rows(table) == []
    answer = cluster.txn("prepare", db, label)
    assert answer.code == "OK"
    assert answer.get("NumberTotalRows") == answer.get("NumberLoadedRows") == 3
    assert answer.get("NumberFilteredRows") == answer.get("NumberUnselectedRows") == 0
    assert answer.get("LoadBytes") == sum(sizes)
    assert cluster.rows(table) == [] and cluster.state(db, label) == "PREPARED"
    answer = cluster.txn("commit", db, label)
    assert answer.code == "OK" and answer.get("TxnId") == txn_id
    assert cluster.state(db, label) == "VISIBLE"
    assert cluster.rows(table, "id, name") == [(1, "x"), (2, "x"), (3, "y")]


def test_csv_bodies_are_one_text(cluster: Client, db: str, t: str, label: str):
    """Line 24, for CSV: a row may end in the next body."""
    begin(cluster, db, t, label)
    for body in (b"1\ta\t10\n2\tb", b"b\t20\n", b"3\tc\t30"):
        assert cluster.txn("load", db, label, t, body, format="csv").code == "OK"
    assert cluster.txn("prepare", db, label).get("NumberLoadedRows") == 3
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == [(1, "a", 10), (2, "bb", 20), (3, "c", 30)]


def test_the_last_row_of_a_key_wins_over_loads(cluster: Client, db: str, t: str, label: str):
    """Lines 19 and 24: rows of one transaction apply in the order of arrival."""
    bodies = (
        [{"id": 1, "name": "first"}, {"id": 2, "name": "first"}],
        [{"id": 1, "__op": 1}, {"id": 2, "__op": 1}],
        [{"id": 2, "name": "last"}],
    )
    begin(cluster, db, t, label)
    for rows in bodies:
        assert cluster.txn("load", db, label, t, rows).code == "OK"
    assert cluster.txn("prepare", db, label).code == "OK"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}", "id, name") == [(2, "last")]


def test_order_between_transactions_is_that_of_the_commits(
    cluster: Client, db: str, t: str, label: str, other: str
):
    """Line 24, for two open transactions on one key."""
    prepare(cluster, db, t, label, [{"id": 1, "name": "begun first"}])
    prepare(cluster, db, t, other, [{"id": 1, "name": "begun second"}])
    commit(cluster, db, other)
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}", "id, name") == [(1, "begun first")]


def test_second_prepare_is_no_failure(cluster: Client, db: str, t: str, label: str):
    """Line 30."""
    prepare(cluster, db, t, label)
    assert_refused(cluster.txn("prepare", db, label), "TXN_NOT_EXISTS")
    assert cluster.state(db, label) == "PREPARED"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_no_load_after_prepare(cluster: Client, db: str, t: str, label: str):
    """Line 31."""
    prepare(cluster, db, t, label)
    assert_refused(cluster.txn("load", db, label, t, [{"id": 2}]), "TXN_NOT_EXISTS")
    assert cluster.state(db, label) == "PREPARED"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_begin_over_prepared(cluster: Client, db: str, t: str, label: str):
    """Line 32."""
    prepare(cluster, db, t, label)
    answer = cluster.txn("begin", db, label, t)
    assert_refused(answer, "LABEL_ALREADY_EXISTS")
    assert answer.get("ExistingJobStatus") == "RUNNING"
    assert cluster.state(db, label) == "PREPARED"
    commit(cluster, db, label)
    answer = cluster.txn("begin", db, label, t)
    assert_refused(answer, "LABEL_ALREADY_EXISTS")
    assert answer.get("ExistingJobStatus") == "FINISHED"
    assert cluster.rows(f"{db}.{t}") == STORED


def test_plain_load_over_prepared(cluster: Client, db: str, t: str, label: str):
    """Lines 17 and 32: both interfaces share the labels of a database."""
    prepare(cluster, db, t, label)
    answer = cluster.load(db, t, label, [{"id": 9}])
    assert answer.code == "Label Already Exists"
    assert answer.get("ExistingJobStatus") == "RUNNING"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED


def test_front_end_commits_and_commits_again(cluster: Client, db: str, t: str, label: str):
    """Line 33."""
    txn_id = prepare(cluster, db, t, label)
    for words in ("", f"Transaction {txn_id} has already committed, label is {label}"):
        answer = cluster.txn("commit", db, label)
        assert answer.code == "OK" and answer.get("TxnId") == txn_id
        assert all(urlsplit(hop).path and is_front_end(cluster, hop) for hop in answer.hops)
        assert answer.message == words or not words
        assert cluster.rows(f"{db}.{t}") == STORED


def is_front_end(cluster: Client, location: str) -> bool:
    """A follower may send a client to the leader; never to a back end."""
    return urlsplit(location).port in [port for _, port in cluster.fe]


def test_commit_without_prepare(cluster: Client, db: str, t: str, label: str):
    """Line 34."""
    load(cluster, db, t, label)
    answer = cluster.txn("commit", db, label)
    assert answer.code == "OK" and answer.get("NumberLoadedRows") == 1
    assert not is_front_end(cluster, answer.hops[-1])
    assert cluster.state(db, label) == "VISIBLE"
    assert cluster.rows(f"{db}.{t}") == STORED


@pytest.mark.parametrize("phase", ["begun", "loaded", "prepared"])
def test_rollback_and_again(cluster: Client, db: str, t: str, label: str, phase: str):
    """Line 35."""
    if phase == "prepared":
        prepare(cluster, db, t, label)
    else:
        begin(cluster, db, t, label)
        if phase == "loaded":
            assert cluster.txn("load", db, label, t, ROW).code == "OK"
    assert cluster.txn("rollback", db, label).code == "OK"
    assert cluster.state(db, label) == "ABORTED"
    again = cluster.txn("rollback", db, label)
    assert again.code == "OK" and "has already aborted" in again.message
    assert cluster.state(db, label) == "ABORTED"
    assert cluster.rows(f"{db}.{t}") == []


def test_an_aborted_label_begins_anew(cluster: Client, db: str, t: str, label: str):
    """Line 37."""
    old = prepare(cluster, db, t, label, [{"id": 7}])
    assert cluster.txn("rollback", db, label).code == "OK"
    new = cluster.txn("begin", db, label, t).get("TxnId")
    assert new > old and cluster.state(db, label) == "PREPARE"
    assert cluster.txn("load", db, label, t, ROW).code == "OK"
    assert cluster.txn("prepare", db, label).get("TxnId") == new
    assert cluster.state(db, label) == "PREPARED"
    commit(cluster, db, label)
    assert cluster.rows(f"{db}.{t}") == STORED
