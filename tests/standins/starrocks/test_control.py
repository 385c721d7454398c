# SPDX-License-Identifier: Apache-2.0
"""The stand-in can be told to fail: each kind of fault, at each place, as often as asked.

No line of the checklist; lost nodes, slow publishes and lost answers are in test_faults.
"""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import pymysql
import pytest

from client import Answer, Client, Wire, head_bytes, wait_for
from steps import JSON, ROW, STORED, begin, commit, load, prepare


class Call(threading.Thread):
    """A call that may hang; its outcome once it ends."""

    def __init__(self, call) -> None:
        super().__init__(daemon=True)
        self.call, self.answer, self.error = call, None, None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.call()
        except OSError as error:
            self.error = error

    def end(self) -> None:
        self.join(30)
        assert not self.is_alive()


@pytest.mark.parametrize("op", ["begin", "load", "prepare", "commit", "rollback"])
def test_refuse(hooks: Client, db: str, t: str, label: str, op: str):
    """An answer that refuses, and the transaction as it was."""
    if op != "begin":
        load(hooks, db, t, label)
    before = hooks.state(db, label)
    hooks.fault(op, "refuse", status="TIMEOUT", message="told to")
    answer = hooks.txn(op, db, label, t, ROW if op == "load" else None)
    assert (answer.status, answer.code, answer.message) == (200, "TIMEOUT", "told to")
    assert hooks.state(db, label) == before
    assert hooks.txn(op, db, label, t, ROW if op == "load" else None).code == "OK"


def test_refuse_a_plain_load(hooks: Client, db: str, t: str, label: str):
    hooks.fault("stream_load", "refuse", label=label)
    answer = hooks.load(db, t, label, ROW)
    assert answer.code == "Fail" and "retry later" in answer.message
    assert answer.get("TxnId") == -1 and hooks.state(db, label) == "UNKNOWN"
    hooks.fault("stream_load", "refuse", node="fe")
    answer = hooks.load(db, t, label, ROW)
    assert answer.code == "FAILED" and not answer.hops
    assert hooks.load(db, t, label, ROW).code == "Success"


@pytest.mark.parametrize("node", ["fe", "be"])
def test_http_error(hooks: Client, db: str, t: str, label: str, node: str):
    hooks.fault("begin", "http_error", node=node, http_status=503, message="busy")
    answer = hooks.txn("begin", db, label, t)
    assert (answer.status, answer.body) == (503, b"busy")
    assert len(answer.hops) == (1 if node == "be" else 0)
    begin(hooks, db, t, label)


@pytest.mark.parametrize("call", ["get_load_state", "cancel", "health", "bootstrap"])
def test_calls_that_front_ends_answer(hooks: Client, db: str, t: str, label: str, call: str):
    begin(hooks, db, t, label)
    method, path = {
        "get_load_state": ("GET", f"/api/{db}/get_load_state?label={label}"),
        "cancel": ("POST", f"/api/{db}/x/_cancel?label={label}"),
        "health": ("GET", "/api/health"),
        "bootstrap": ("GET", "/api/bootstrap"),
    }[call]
    hooks.fault(call, "http_error", http_status=500)
    assert hooks.request(method, path).status == 500
    hooks.fault(call, "refuse")
    assert hooks.request(method, path).code == "FAILED"
    hooks.fault(call, "drop_before")
    with pytest.raises(ConnectionError):
        hooks.request(method, path)
    assert hooks.state(db, label) == "PREPARE"
    assert hooks.request(method, path).get("status") == "OK"


@pytest.mark.parametrize("action", ["hang", "hang_after"])
def test_hang(hooks: Client, db: str, t: str, label: str, action: str):
    """No answer until the fault is cleared; then the connection is closed without one."""
    prepare(hooks, db, t, label)
    fault = hooks.fault("commit", action, label=label)
    call = Call(lambda: hooks.txn("commit", db, label))
    wait_for(lambda: hooks.fault_hits(fault) == 1, "the call to arrive")
    done = action == "hang_after"
    if done:
        hooks.wait_state(db, label, "VISIBLE")
    assert call.is_alive() and hooks.state(db, label) == ("VISIBLE" if done else "PREPARED")
    hooks.clear_faults()
    call.end()
    assert isinstance(call.error, ConnectionError) and call.answer is None
    commit(hooks, db, label)
    assert hooks.rows(f"{db}.{t}") == STORED


def test_hang_of_a_load_does_not_stop_others(
    hooks: Client, db: str, t: str, label: str, other: str
):
    fault = hooks.fault("stream_load", "hang", label=label)
    call = Call(lambda: hooks.load(db, t, label, ROW))
    wait_for(lambda: hooks.fault_hits(fault) == 1, "the call to arrive")
    assert hooks.load(db, t, other, [{"id": 2}]).code == "Success"
    hooks.hook("DELETE", f"/faults/{fault}")
    call.end()
    assert hooks.state(db, label) == "UNKNOWN"
    assert hooks.rows(f"{db}.{t}", "id") == [(2,)]


def test_delay(hooks: Client, db: str, t: str, label: str):
    """Answered late, but answered."""
    fault = hooks.fault("begin", "delay", delay_ms=20)
    begin(hooks, db, t, label)
    assert hooks.fault_hits(fault) == 1


def test_a_follower_that_is_named_fails_before_it_redirects(
    hooks: Client, db: str, t: str, label: str
):
    fault = hooks.fault("begin", "refuse", node="fe1", message="told to")
    begin(hooks, db, t, label)
    assert hooks.txn("rollback", db, label).code == "OK" and hooks.fault_hits(fault) == 0
    answer = hooks.txn("begin", db, label, t, to=hooks.fe[1])
    assert (answer.message, answer.hops) == ("told to", [])
    assert hooks.fault_hits(fault) == 1


def test_a_killed_front_end_takes_its_sql_port_along(hooks: Client):
    with hooks.connect() as connection, hooks.connect(host=hooks.fe[1][0]) as other:
        hooks.hook("POST", "/fe/0/kill")
        with pytest.raises(pymysql.err.OperationalError):
            connection.query("SELECT 1")
        with pytest.raises(pymysql.err.OperationalError, match="refused"):
            hooks.connect()
        other.query("SELECT 1")
        hooks.hook("POST", "/fe/0/start")
        hooks.connect().close()


@pytest.mark.parametrize("kind", ["fe", "be"])
def test_a_killed_node_drops_what_it_was_doing(
    hooks: Client, db: str, t: str, label: str, kind: str
):
    """Connections are reset at once and new ones refused, until it is started again."""
    target = hooks.fe[1]
    if kind == "be":
        moved = urlsplit(hooks.txn("begin", db, label, t).hops[-1])
        target = (str(moved.hostname), int(moved.port or 80))
    index = hooks.coordinator(label) if kind == "be" else 1
    headers = {"Host": "x", **hooks.headers(Expect="100-continue", label="mine", **JSON)}
    wire = Wire(target)
    try:
        path = f"/api/{db}/{t}/_stream_load"
        if kind == "be":
            wire.send(head_bytes("PUT", path, {**headers, "Content-Length": "99"}))
            assert wire.read_head()[0] == 100
            wire.send(b'[{"id": 1}')
        hooks.hook("POST", f"/{kind}/{index}/kill")
        with pytest.raises(ConnectionError):
            wire.send(b"GET /api/health HTTP/1.1\r\n\r\n")
            wire.read_answer()
    finally:
        wire.close()
    with pytest.raises(ConnectionRefusedError):
        Wire(target)
    assert hooks.state(db, "mine") == ("ABORTED" if kind == "be" else "UNKNOWN")
    hooks.hook("POST", f"/{kind}/{index}/start")
    assert hooks.request("GET", "/api/health", {}, to=target).get("status") == "OK"
    assert hooks.rows(f"{db}.{t}") == []


def test_a_killed_back_end_finishes_nothing(hooks: Client, db: str, t: str, label: str):
    """What it had not answered ends where it stood, even before the front ends notice."""
    fault = hooks.fault("stream_load", "delay", label=label, delay_ms=100)
    call = Call(lambda: hooks.load(db, t, label, ROW))
    wait_for(lambda: hooks.fault_hits(fault) == 1, "the call to arrive")
    for index in range(2):
        hooks.hook("POST", f"/be/{index}/kill", {"detect_ms": 3_600_000})
    call.end()
    assert isinstance(call.error, ConnectionError)
    # By the stand-in's own timer: past the moment at which the load would have gone on.
    hooks.fault("health", "delay", delay_ms=200)
    assert hooks.request("GET", "/api/health").status == 200
    assert hooks.history(label) == [] and hooks.rows(f"{db}.{t}") == []


def test_faults_count_and_skip(hooks: Client, db: str, t: str):
    hooks.fault("begin", "refuse", skip=1, count=2, table=t)
    codes = [hooks.txn("begin", db, f"x-{i}", t).code for i in range(5)]
    refused = "SERVICE_UNAVAILABLE"
    assert codes == ["OK", refused, refused, "OK", "OK"]


def test_faults_choose_by_label_table_and_database(
    hooks: Client, db: str, t: str, make_table
):
    second = make_table("id BIGINT NOT NULL")
    hooks.fault("begin", "refuse", count=None, db=db, table=second, label="a-*")
    codes = {
        (table, name): hooks.txn("begin", db, name, table).code
        for table, name in ((t, "a-1"), (second, "b-1"), (second, "a-2"))
    }
    assert codes == {(t, "a-1"): "OK", (second, "b-1"): "OK", (second, "a-2"): (
        "SERVICE_UNAVAILABLE")}  # fmt: skip


def test_chances_repeat_with_the_seed(hooks: Client):
    def tries() -> list[str | int]:
        hooks.hook("POST", "/seed", {"seed": 7})
        return [hooks.request("GET", "/api/health", {}).status for _ in range(40)]

    hooks.fault("health", "http_error", count=None, probability=0.5)
    first = tries()
    assert {200, 500} == set(first) and tries() == first


def test_sql_can_fail(hooks: Client, db: str, t: str):
    """The MySQL port: refused with a message, or cut before or after the statement."""
    table = f"{db}.{t}"
    with hooks.connect() as connection, connection.cursor() as cursor:
        hooks.fault("mysql", "refuse", sql="^INSERT", message="told to")
        cursor.execute("SELECT 1")
        with pytest.raises(pymysql.err.MySQLError, match="told to"):
            cursor.execute(f"INSERT INTO {table} VALUES (1, 'a', 2)")
    assert hooks.rows(table) == []
    for action, found in (("drop_before", []), ("drop_after", STORED)):
        with hooks.connect().cursor() as cursor:
            hooks.fault("mysql", action, sql="^INSERT")
            with pytest.raises(pymysql.err.OperationalError):
                cursor.execute(f"INSERT INTO {table} VALUES (1, 'a', 2)")
        assert hooks.rows(table) == found


def test_a_held_request_is_acted_upon_although_its_sender_is_gone(
    hooks: Client, db: str, t: str, label: str
):
    """What a killed client had on its way arrives when the rule is cleared."""
    load(hooks, db, t, label)
    rule = hooks.fault("commit", "hold", db=db)
    path, headers = "/api/transaction/commit", hooks.headers(db=db, label=label)
    moved = urlsplit(hooks.request("POST", path, headers, follow=False).headers["location"])
    wire = Wire((str(moved.hostname), int(moved.port or 80)))
    wire.send(head_bytes("POST", path, {"Host": "x", **headers}))
    wait_for(lambda: hooks.fault_hits(rule) == 1, "the commit on its way")
    wire.close()
    assert hooks.state(db, label) == "PREPARE"
    hooks.hook("DELETE", f"/faults/{rule}")
    hooks.wait_state(db, label, "VISIBLE")
    assert hooks.rows(f"{db}.{t}") == STORED


def test_a_forgotten_label_loads_again(hooks: Client, db: str, t: str, label: str):
    """The record keeps what the cluster forgot."""
    prepare(hooks, db, t, label)
    commit(hooks, db, label)
    assert hooks.hook("POST", "/labels/forget", {"db": db, "label": label}) == {"forgotten": 1}
    assert hooks.state(db, label) == "UNKNOWN"
    assert hooks.load(db, t, label, [{"id": 2}]).code == "Success"
    assert [r["forgotten"] for r in hooks.history(label)] == [True, False]
    assert hooks.rows(f"{db}.{t}", "id") == [(1,), (2,)]


def test_the_record_tells_what_became_of_each_transaction(hooks: Client, db: str, t: str):
    prepare(hooks, db, t, "kept", [{"id": 1}, {"id": 2}])
    commit(hooks, db, "kept")
    prepare(hooks, db, t, "dropped")
    assert hooks.txn("rollback", db, "dropped").code == "OK"
    found = hooks.hook("GET", f"/transactions?db={db}")
    told = [(r["label"], r["table"], r["state"], r["rows"], r["load_count"]) for r in found]
    assert told == [("kept", t, "VISIBLE", 2, 1), ("dropped", t, "ABORTED", 1, 1)]
    assert list(found[0]["times"]) == ["begin", "prepared", "committed", "visible"]
    after = hooks.hook("GET", f"/transactions?db={db}&after={found[0]['txn_id']}")
    assert [r["label"] for r in after] == ["dropped"]
    assert hooks.hook("GET", f"/transactions?db={db}&state=VISIBLE") == found[:1]


@pytest.mark.parametrize(
    "path, body",
    [
        ("/faults", b'{"op": "begin", "action": "explode"}'),
        ("/faults", b'{"op": "prepared", "action": "refuse"}'),
        ("/faults", b'{"op": "begin", "action": "refuse", "tabel": "t"}'),
        ("/settings", b'{"publish": 1}'),
        ("/settings", b'{"publish_ms": "1"}'),
        ("/fe/9/kill", b""),
        ("/clock/advance", b"{}"),
        ("/faults", b"{"),
    ],
)
def test_mistaken_calls_are_refused(hooks: Client, path: str, body: bytes):
    assert hooks.control is not None
    answer = hooks.once("POST", path, {}, body, hooks.control)
    assert answer.status == 400 and answer.get("error")


def test_unknown_calls_are_not_found(hooks: Client):
    assert hooks.control is not None
    answers: list[Answer] = [
        hooks.once(method, "/nothing", {}, None, hooks.control) for method in ("GET", "POST")
    ]
    assert [answer.status for answer in answers] == [404, 404]
