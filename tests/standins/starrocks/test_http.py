# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 1 to 8: HTTP rules, redirects, authentication."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from client import Client, Wire, basic, head_bytes

ROW = b'[{"id": 1, "name": "a", "score": 2}]'
ANSWER_FIELDS = (
    "TxnId Label Status Message NumberTotalRows NumberLoadedRows NumberFilteredRows "
    "NumberUnselectedRows LoadBytes LoadTimeMs BeginTxnTimeMs StreamLoadPlanTimeMs "
    "ReadDataTimeMs WriteDataTimeMs CommitAndPublishTimeMs"
).split()


def json_headers(cluster: Client, label: str) -> dict[str, str]:
    return cluster.headers(
        Expect="100-continue", label=label, format="json", strip_outer_array="true"
    )


def redirected(cluster: Client, db: str, t: str, label: str) -> tuple[tuple[str, int], str]:
    path = f"/api/{db}/{t}/_stream_load"
    answer = cluster.request("PUT", path, json_headers(cluster, label), ROW, follow=False)
    parts = urlsplit(answer.headers["location"])
    return (str(parts.hostname), int(parts.port or 80)), parts.path


def test_front_end_redirects_a_stream_load(cluster: Client, db: str, t: str, label: str):
    """Line 1."""
    path = f"/api/{db}/{t}/_stream_load?a=1"
    answer = cluster.request("PUT", path, json_headers(cluster, label), ROW, follow=False)
    assert answer.status == 307
    assert not answer.saw_continue
    assert answer.headers["connection"].lower() == "close"
    target = urlsplit(answer.headers["location"])
    assert target.path + "?" + target.query == path
    assert (target.hostname, target.port) not in cluster.fe
    assert answer.body == b""


def test_back_end_loads(cluster: Client, db: str, t: str, label: str):
    """Line 2."""
    address, path = redirected(cluster, db, t, label)
    answer = cluster.once("PUT", path, json_headers(cluster, label), ROW, address)
    assert answer.status == 200 and answer.saw_continue
    assert answer.code == "Success" and answer.get("Label") == label
    assert set(ANSWER_FIELDS) <= set(answer.json)
    assert answer.get("NumberLoadedRows") == 1 and answer.get("LoadBytes") == len(ROW)
    assert cluster.rows(f"{db}.{t}") == [(1, "a", 2)]


def test_front_end_wants_expect(cluster: Client, db: str, t: str, label: str):
    """Line 3."""
    headers = json_headers(cluster, label)
    del headers["Expect"]
    answer = cluster.request("PUT", f"/api/{db}/{t}/_stream_load", headers, ROW, follow=False)
    assert answer.status == 200
    assert answer.code == "FAILED"
    assert "There is no 100-continue header" in answer.message
    assert cluster.state(db, label) == "UNKNOWN"


def test_back_end_wants_authorization(cluster: Client, db: str, t: str, label: str):
    """Line 4."""
    address, path = redirected(cluster, db, t, label)
    headers = json_headers(cluster, label)
    del headers["Authorization"]
    answer = cluster.once("PUT", path, headers, ROW, address)
    assert answer.status == 200 and answer.code == "Fail"
    assert "no valid Basic authorization" in answer.message
    assert cluster.rows(f"{db}.{t}") == []


@pytest.mark.parametrize(
    "method, path",
    [
        ("PUT", "/api/{db}/{t}/_stream_load"),
        ("POST", "/api/transaction/begin"),
        ("POST", "/api/transaction/commit"),
        ("GET", "/api/{db}/get_load_state?label=x"),
        ("POST", "/api/{db}/x/_cancel"),
    ],
)
def test_wrong_password(cluster: Client, db: str, t: str, method: str, path: str):
    """Line 5."""
    headers = {
        "Authorization": basic(cluster.user, "not the password"),
        "Expect": "100-continue",
        "db": db,
        "table": t,
        "label": "x",
    }
    answer = cluster.request(method, path.format(db=db, t=t), headers, follow=False)
    assert answer.status == 401
    assert "www-authenticate" in answer.headers
    assert f"Access denied for {cluster.user}" in answer.message


def test_user_without_insert(cluster: Client, db: str, t: str, label: str):
    """Line 6."""
    user = f"u{label[2:14]}"
    cluster.sql(f"CREATE USER '{user}' IDENTIFIED BY 'secret'")
    try:
        cluster.sql(f"GRANT SELECT ON TABLE {db}.{t} TO USER '{user}'")
        headers = json_headers(cluster, label)
        headers["Authorization"] = basic(user, "secret")
        path = f"/api/{db}/{t}/_stream_load"
        assert cluster.request("PUT", path, headers, ROW, follow=False).status == 401
        cluster.sql(f"GRANT INSERT ON TABLE {db}.{t} TO USER '{user}'")
        assert cluster.request("PUT", path, headers, ROW).code == "Success"
    finally:
        cluster.sql(f"DROP USER '{user}'")
    assert cluster.rows(f"{db}.{t}", "id") == [(1,)]


def test_probes_do_no_harm(cluster: Client, db: str, t: str, label: str):
    """Line 7."""
    address, _ = redirected(cluster, db, t, label)
    for target in (*cluster.fe, address, cluster.mysql):
        socket.create_connection(target, timeout=10).close()
    for target in (*cluster.fe, address):
        wire = Wire(target)
        wire.send(b"\r\n")
        wire.close()
    assert cluster.request("GET", "/api/health", {}).get("status") == "OK"
    assert cluster.request("GET", "/api/bootstrap", {}).get("status") == "OK"
    assert cluster.load(db, t, label, ROW, format="json", strip_outer_array="true").code == (
        "Success"
    )


def test_begin_without_length_or_expect(
    cluster: Client, db: str, t: str, label: str, other: str
):
    """Line 8."""
    def begin(name: str, address: tuple[str, int]):
        wire = Wire(address)
        headers = {"Host": "x", **cluster.headers(db=db, table=t, label=name)}
        wire.send(head_bytes("POST", "/api/transaction/begin", headers))
        answer = wire.read_answer()
        wire.close()
        return answer

    moved = begin(label, cluster.fe[0])
    assert moved.status == 307
    target = urlsplit(moved.headers["location"])
    answer = begin(label, (str(target.hostname), int(target.port or 80)))
    assert answer.code == "OK" and answer.get("TxnId") > 0
    assert cluster.txn("begin", db, other, t, Content__Length="0").code == "OK"
    for name in (label, other):
        assert cluster.txn("rollback", db, name).code == "OK"
