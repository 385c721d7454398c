# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 38 to 42 and 49: slow publishes, lost nodes, lost answers."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from client import Answer, Client, wait_for
from steps import ROW, STORED, begin, commit, load, prepare

# So long that the front ends learn of a death only when the test says so.
NEVER = 3_600_000
OPS = ["begin", "load", "prepare", "commit", "rollback"]


def hold_publishes(hooks: Client, db: str) -> None:
    """Commits stay COMMITTED until the faults are cleared."""
    hooks.fault("publish", "hang", count=None, db=db)


def test_slow_publish_of_a_prepared_commit(hooks: Client, db: str, t: str, label: str):
    """Line 38."""
    number = prepare(hooks, db, t, label)
    hold_publishes(hooks, db)
    hooks.settings(commit_wait_second=0.05)
    answer = hooks.txn("commit", db, label)
    assert answer.code == "FAILED" and "publish timeout: 50" in answer.message
    assert answer.get("TxnId") == number
    assert hooks.state(db, label) == "COMMITTED" and hooks.rows(f"{db}.{t}") == []
    rollback = hooks.txn("rollback", db, label)
    assert rollback.code == "FAILED" and "COMMITTED" in rollback.message
    again = hooks.txn("commit", db, label)
    assert again.code == "OK" and "has already committed" in again.message
    hooks.clear_faults()
    hooks.wait_state(db, label, "VISIBLE")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_slow_publish_of_a_commit_by_the_back_end(hooks: Client, db: str, t: str, label: str):
    """Line 38, for a commit without prepare."""
    load(hooks, db, t, label)
    hold_publishes(hooks, db)
    answer = hooks.txn("commit", db, label, timeout="1")
    assert answer.code == "PUBLISH_TIMEOUT" and answer.get("TxnId") is None
    assert hooks.state(db, label) == "COMMITTED" and hooks.rows(f"{db}.{t}") == []
    hooks.clear_faults()
    hooks.wait_state(db, label, "VISIBLE")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_slow_publish_of_a_plain_load(hooks: Client, db: str, t: str, label: str):
    """Line 38."""
    hold_publishes(hooks, db)
    answer = hooks.load(db, t, label, ROW, timeout="2")
    assert answer.code == "Publish Timeout"
    assert answer.message.startswith("Publish timeout. The data will be visible after a while")
    assert hooks.state(db, label) == "COMMITTED" and hooks.rows(f"{db}.{t}") == []
    again = hooks.load(db, t, label, ROW)
    assert again.code == "Label Already Exists"
    assert again.get("ExistingJobStatus") == "FINISHED"
    hooks.clear_faults()
    hooks.wait_state(db, label, "VISIBLE")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_publishes_of_one_table_keep_the_order_of_commits(
    hooks: Client, db: str, t: str, label: str, other: str
):
    """Line 38: what was committed later never shows earlier."""
    prepare(hooks, db, t, label, [{"id": 1, "name": "older"}])
    prepare(hooks, db, t, other, [{"id": 1, "name": "newer"}])
    hooks.fault("publish", "hang", label=label)
    hooks.settings(commit_wait_second=0.05)
    for name in (label, other):
        assert "publish timeout" in hooks.txn("commit", db, name).message
    assert hooks.state(db, other) == "COMMITTED"
    hooks.clear_faults()
    hooks.wait_state(db, other, "VISIBLE")
    assert hooks.state(db, label) == "VISIBLE"
    assert hooks.rows(f"{db}.{t}", "id, name") == [(1, "newer")]


def test_too_many_versions_of_a_plain_load(hooks: Client, db: str, t: str, label: str):
    """Line 39."""
    hooks.fault("write", "too_many_versions", db=db)
    answer = hooks.load(db, t, label, ROW)
    assert answer.code == "Fail"
    assert "because of too many versions, current/limit: 1002/1000" in answer.message
    assert hooks.state(db, label) == "ABORTED" and hooks.rows(f"{db}.{t}") == []
    assert hooks.load(db, t, label, ROW).code == "Success"
    assert hooks.rows(f"{db}.{t}") == STORED


@pytest.mark.parametrize("op", ["prepare", "commit"])
def test_too_many_versions_of_a_transaction(
    hooks: Client, db: str, t: str, label: str, other: str, op: str
):
    """Line 39."""
    hooks.fault("write", "too_many_versions", db=db)
    load(hooks, db, t, label)
    answer = hooks.txn(op, db, label)
    assert answer.code not in ("OK", "Success")
    assert "because of too many versions" in answer.message
    assert hooks.state(db, label) == "ABORTED" and hooks.rows(f"{db}.{t}") == []
    prepare(hooks, db, t, other)
    commit(hooks, db, other)
    assert hooks.rows(f"{db}.{t}") == STORED


def test_back_end_dies_behind_the_redirect(hooks: Client, db: str, t: str, make_table):
    """Line 40."""
    prepare(hooks, db, t, "kept")
    dead = hooks.coordinator("kept")
    begin_on(hooks, db, t, "lost", dead)
    hooks.hook("POST", f"/be/{dead}/kill", {"detect_ms": NEVER})
    moved = hooks.txn("load", db, "lost", t, ROW, follow=False)
    assert moved.status == 307
    with pytest.raises(ConnectionRefusedError):
        hooks.txn("load", db, "lost", t, ROW)
    assert hooks.state(db, "lost") == "PREPARE"
    hooks.hook("POST", f"/be/{dead}/kill")
    assert hooks.state(db, "lost") == "ABORTED"
    for name in ("new-1", "new-2", "lost"):
        begin(hooks, db, t, name)
        assert hooks.coordinator(name) != dead
    assert hooks.state(db, "kept") == "PREPARED"
    commit(hooks, db, "kept")
    assert hooks.rows(f"{db}.{t}") == STORED
    health = hooks.request("GET", "/api/health", {})
    assert (health.get("total_backend_num"), health.get("online_backend_num")) == (2, 1)


def begin_on(hooks: Client, db: str, t: str, label: str, node: int) -> None:
    """Begins, again if need be, until the transaction is on that back end."""
    for _ in range(2):
        begin(hooks, db, t, label)
        if hooks.coordinator(label) == node:
            return
        assert hooks.txn("rollback", db, label).code == "OK"
    raise AssertionError(f"no begin went to back end {node}")


def test_no_back_end_is_left(hooks: Client, db: str, t: str, label: str):
    """Line 40, at its end: the front end says so."""
    for index in range(2):
        hooks.hook("POST", f"/be/{index}/kill")
    assert hooks.txn("begin", db, label, t).code == "FAILED"
    assert hooks.load(db, t, label, ROW).code == "FAILED"
    hooks.hook("POST", "/be/1/start")
    assert hooks.load(db, t, label, ROW).code == "Success"
    assert hooks.coordinator(label) == 1
    assert hooks.rows(f"{db}.{t}") == STORED


def test_back_end_restarts(hooks: Client, db: str, t: str, label: str):
    """Line 41."""
    prepare(hooks, db, t, "kept")
    node = hooks.coordinator("kept")
    begin_on(hooks, db, t, label, node)
    assert hooks.txn("load", db, label, t, ROW).code == "OK"
    hooks.hook("POST", f"/be/{node}/restart", {"detect_ms": NEVER})
    answer = hooks.txn("load", db, label, t, ROW)
    assert answer.code == "TXN_NOT_EXISTS"
    hooks.hook("POST", f"/be/{node}/restart")
    assert hooks.state(db, label) == "ABORTED"
    assert hooks.history(label)[-1]["reason"] == "coordinate BE is down"
    assert hooks.txn("commit", db, label).code == "FAILED"
    assert hooks.state(db, "kept") == "PREPARED" and hooks.rows(f"{db}.{t}") == []
    commit(hooks, db, "kept")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_cancel_frees_what_a_restarted_back_end_forgot(
    hooks: Client, db: str, t: str, label: str
):
    """Lines 41 and 46: rollback finds nothing, `_cancel` does."""
    begin(hooks, db, t, label)
    hooks.hook("POST", f"/be/{hooks.coordinator(label)}/restart", {"detect_ms": NEVER})
    assert hooks.txn("rollback", db, label).code == "TXN_NOT_EXISTS"
    assert hooks.state(db, label) == "PREPARE"
    answer = hooks.request("POST", f"/api/{db}/any/_cancel?label={label}")
    assert answer.get("status") == "OK"
    assert hooks.state(db, label) == "ABORTED"


@pytest.mark.parametrize("how", ["change", "kill"])
def test_leader_changes(hooks: Client, db: str, t: str, make_table, how: str):
    """Line 42."""
    second = make_table("id BIGINT NOT NULL, name VARCHAR(20), score INT")
    load(hooks, db, t, "prepare")
    prepare(hooks, db, t, "prepared", [{"id": 2}])
    prepare(hooks, db, t, "visible", [{"id": 3}])
    commit(hooks, db, "visible")
    prepare(hooks, db, second, "committed", [{"id": 4}])
    hooks.settings(commit_wait_second=0.05)
    hold_publishes(hooks, db)
    assert "publish timeout" in hooks.txn("commit", db, "committed").message
    if how == "change":
        assert hooks.hook("POST", "/leader", {"fe": 1}) == {"lost": ["prepare"]}
    else:
        hooks.hook("POST", "/fe/0/kill")
        with pytest.raises(ConnectionRefusedError):
            hooks.state(db, "prepared")
    states = {name: state_at(hooks, 1, db, name) for name in kept_names()}
    assert states == {
        "prepare": "UNKNOWN",
        "prepared": "PREPARED",
        "committed": "COMMITTED",
        "visible": "VISIBLE",
    }
    for op in ("load", "prepare", "commit", "rollback"):
        body = ROW if op == "load" else None
        answer = hooks.txn(op, db, "prepare", t, body, to=hooks.fe[1])
        assert answer.code not in ("OK", "Success"), op
    hooks.clear_faults()
    assert hooks.txn("commit", db, "prepared", to=hooks.fe[1]).code == "OK"
    assert hooks.txn("begin", db, "prepare", t, to=hooks.fe[1]).code == "OK"
    wait_for(lambda: state_at(hooks, 1, db, "committed") == "VISIBLE", "the publish")
    assert hooks.rows(f"{db}.{t}", "id") == [(2,), (3,)]
    assert hooks.rows(f"{db}.{second}", "id") == [(4,)]


def kept_names() -> list[str]:
    return ["prepare", "prepared", "committed", "visible"]


def state_at(hooks: Client, front_end: int, db: str, label: str) -> str:
    path = f"/api/{db}/get_load_state?label={label}"
    return str(hooks.request("GET", path, to=hooks.fe[front_end]).get("state"))


@pytest.mark.parametrize("call", ["begin", "state", "cancel"])
def test_follower_sends_to_the_leader(hooks: Client, db: str, t: str, label: str, call: str):
    """Line 42."""

    def ask() -> Answer:
        if call == "begin":
            return hooks.txn("begin", db, label, t, to=hooks.fe[1])
        path = {"state": f"get_load_state?label={label}", "cancel": f"x/_cancel?label={label}"}
        method = "POST" if call == "cancel" else "GET"
        return hooks.request(method, f"/api/{db}/{path[call]}", to=hooks.fe[1])

    answer = ask()
    first = urlsplit(answer.hops[0])
    assert (first.hostname, first.port) == hooks.fe[0]
    assert len(answer.hops) == (2 if call == "begin" else 1)
    hooks.hook("POST", "/leader", {"fe": 1})
    assert len(ask().hops) == (1 if call == "begin" else 0)


def test_any_front_end_redirects_a_plain_load(cluster: Client, db: str, t: str, label: str):
    """Line 42: only transactions need the leader."""
    headers = cluster.headers(Expect="100-continue", label=label)
    path = f"/api/{db}/{t}/_stream_load"
    for address in cluster.fe:
        moved = cluster.request("PUT", path, headers, b"", address, follow=False)
        target = urlsplit(moved.headers["location"])
        assert moved.status == 307 and (target.hostname, target.port) not in cluster.fe


@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
@pytest.mark.parametrize("op", OPS)
def test_answer_is_lost(hooks: Client, db: str, t: str, label: str, op: str, action: str):
    """Line 49 for commit, and every other call: what is lost is the answer, or the call."""
    if op in ("commit", "rollback"):
        prepare(hooks, db, t, label)
    elif op == "prepare":
        load(hooks, db, t, label)
    elif op == "load":
        begin(hooks, db, t, label)
    hooks.fault(op, action, label=label)
    with pytest.raises(ConnectionError):
        hooks.txn(op, db, label, t, ROW if op == "load" else None)
    done = action == "drop_after"
    assert hooks.state(db, label) == {
        "begin": ("UNKNOWN", "PREPARE"),
        "load": ("PREPARE", "PREPARE"),
        "prepare": ("PREPARE", "PREPARED"),
        "commit": ("PREPARED", "VISIBLE"),
        "rollback": ("PREPARED", "ABORTED"),
    }[op][done]
    assert hooks.rows(f"{db}.{t}") == (STORED if op == "commit" and done else [])
    again = hooks.txn(op, db, label, t, ROW if op == "load" else None)
    refused = {"begin": "LABEL_ALREADY_EXISTS", "prepare": "TXN_NOT_EXISTS"}
    assert again.code == (refused.get(op, "OK") if done else "OK")
    if op == "load":
        assert hooks.txn("prepare", db, label).get("NumberLoadedRows") == 1 + done
    elif op == "commit":
        assert hooks.state(db, label) == "VISIBLE" and hooks.rows(f"{db}.{t}") == STORED


@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
def test_answer_of_a_plain_load_is_lost(
    hooks: Client, db: str, t: str, label: str, action: str
):
    """Line 49, for a plain load."""
    hooks.fault("stream_load", action, label=label)
    with pytest.raises(ConnectionError):
        hooks.load(db, t, label, ROW)
    done = action == "drop_after"
    assert hooks.state(db, label) == ("VISIBLE" if done else "UNKNOWN")
    assert hooks.load(db, t, label, ROW).code == ("Label Already Exists" if done else "Success")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_answer_of_a_commit_by_the_back_end_is_lost(
    hooks: Client, db: str, t: str, label: str
):
    """Line 49, without prepare: the second commit is the front end's to answer."""
    load(hooks, db, t, label)
    hooks.fault("commit", "drop_after", label=label)
    with pytest.raises(ConnectionError):
        hooks.txn("commit", db, label)
    assert hooks.state(db, label) == "VISIBLE"
    again = hooks.txn("commit", db, label)
    assert again.code == "OK" and "has already committed" in again.message
    assert hooks.rows(f"{db}.{t}") == STORED
