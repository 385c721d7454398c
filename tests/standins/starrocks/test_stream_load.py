# SPDX-License-Identifier: Apache-2.0
"""Checklist lines 9 to 20: one load, one transaction."""

from __future__ import annotations

import gzip
import json

import lz4.frame
import pytest
import zstandard

from client import Client, Wire, head_bytes

ROWS = [{"id": i, "name": f"n{i}", "score": i * 10} for i in range(1, 2001)]
STORED = [(r["id"], r["name"], r["score"]) for r in ROWS]


def array(rows: list[dict]) -> bytes:
    return json.dumps(rows).encode()


def test_chunked_lz4_json(cluster: Client, db: str, t: str, label: str):
    """Line 9."""
    answer = cluster.load(
        db,
        t,
        label,
        lz4.frame.compress(array(ROWS)),
        format="json",
        strip_outer_array="true",
        compression="lz4_frame",
        Transfer__Encoding="chunked",
    )
    assert answer.code == "Success", answer.body
    assert cluster.rows(f"{db}.{t}") == STORED


def test_csv_in_format_lz4(cluster: Client, db: str, t: str, label: str):
    """Line 9."""
    body = "".join(f"{i}\t{n}\t{s}\n" for i, n, s in STORED).encode()
    assert cluster.load(db, t, label, lz4.frame.compress(body), format="lz4").code == "Success"
    assert cluster.rows(f"{db}.{t}") == STORED


@pytest.mark.parametrize(
    "name, compress", [("gzip", gzip.compress), ("zstd", zstandard.compress)]
)
def test_other_compressions(
    cluster: Client, db: str, t: str, label: str, name: str, compress
):
    """Line 9."""
    body = compress(array(ROWS))
    more = {"format": "json", "strip_outer_array": "true", "compression": name}
    assert cluster.load(db, t, label, body, **more).code == "Success"
    assert cluster.rows(f"{db}.{t}") == STORED


def test_unknown_table_and_database(cluster: Client, db: str, t: str, label: str):
    """Line 10."""
    answer = cluster.load(db, "nowhere", label, ROWS[:1])
    assert answer.code in ("Fail", "FAILED") and "nowhere" in answer.message
    assert cluster.state(db, label) == "UNKNOWN"
    answer = cluster.load("no_such_db", t, label, ROWS[:1])
    assert answer.code in ("Fail", "FAILED") and "no_such_db" in answer.message


def test_array_without_strip(cluster: Client, db: str, t: str, label: str):
    """Line 11."""
    answer = cluster.load(db, t, label, array(ROWS[:2]), format="json")
    assert answer.code == "Fail"
    assert "you can set strip_outer_array=true" in answer.message
    assert cluster.state(db, label) == "ABORTED"
    assert cluster.rows(f"{db}.{t}") == []


def test_documents_one_after_another(cluster: Client, db: str, t: str, label: str):
    """Line 11."""
    body = b'{"id": 1, "name": "a"}\n{"id": 2}'
    assert cluster.load(db, t, label, body, format="json").code == "Success"
    assert cluster.rows(f"{db}.{t}") == [(1, "a", None), (2, None, None)]


def test_one_bad_row_fails_the_load(cluster: Client, db: str, t: str, label: str):
    """Line 12."""
    rows = [{"id": 1, "name": "fits"}, {"id": 2, "name": "x" * 21}]
    answer = cluster.load(db, t, label, rows)
    assert answer.code == "Fail" and "too many filtered rows" in answer.message
    assert answer.get("NumberFilteredRows") == 1 and answer.get("NumberTotalRows") == 2
    url = answer.get("ErrorURL")
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    log = cluster.request("GET", "/" + path, to=(name, int(port)))
    assert log.status == 200
    assert log.body.startswith(b"Error: ") and b"x" * 21 in log.body
    assert b"fits" not in log.body
    assert cluster.rows(f"{db}.{t}") == []


def test_bad_rows_within_the_ratio(cluster: Client, db: str, t: str, label: str):
    """Line 13."""
    rows = [{"id": 1, "name": "good"}, {"name": "no key"}]
    answer = cluster.load(db, t, label, rows, max_filter_ratio="0.5")
    assert answer.code == "Success"
    assert (answer.get("NumberLoadedRows"), answer.get("NumberFilteredRows")) == (1, 1)
    assert cluster.rows(f"{db}.{t}") == [(1, "good", None)]


def test_where(cluster: Client, db: str, t: str, label: str):
    """Line 14."""
    rows = [{"id": 1, "score": 5}, {"id": 2, "score": 50}]
    answer = cluster.load(db, t, label, rows, where="score > 10")
    assert answer.code == "Success"
    assert answer.get("NumberUnselectedRows") == 1 and answer.get("NumberLoadedRows") == 1
    assert cluster.rows(f"{db}.{t}", "id") == [(2,)]


def test_json_size_limit(hooks: Client, db: str, t: str, label: str, other: str):
    """Line 15."""
    hooks.hook("POST", "/settings", {"streaming_load_max_batch_size_mb": 0.001})
    answer = hooks.load(db, t, label, ROWS[:100])
    assert answer.code == "Fail"
    assert "The size of this batch exceed the max size [1048]" in answer.message
    assert hooks.load(db, t, label, ROWS[:100], ignore_json_size="true").code == "Success"
    assert hooks.txn("begin", db, other, t).code == "OK"
    assert hooks.txn("load", db, other, t, ROWS[:10]).code == "OK"
    second = hooks.txn("load", db, other, t, ROWS[10:30])
    assert "exceed the max size" in second.message
    assert hooks.state(db, other) == "ABORTED"
    assert len(hooks.rows(f"{db}.{t}")) == 100


def test_cut_body(cluster: Client, db: str, t: str, label: str):
    """Line 16."""
    headers = cluster.headers(
        Expect="100-continue", label=label, format="json", strip_outer_array="true"
    )
    path = f"/api/{db}/{t}/_stream_load"
    location = cluster.request("PUT", path, headers, b"", follow=False).headers["location"]
    host, _, port = location.removeprefix("http://").partition("/")[0].partition(":")
    wire = Wire((host, int(port)))
    wire.send(head_bytes("PUT", path, {"Host": host, **headers, "Content-Length": "1000"}))
    assert wire.read_head()[0] == 100
    wire.send(b'[{"id": 1}')
    wire.close()
    cluster.wait_state(db, label, "ABORTED")
    assert cluster.rows(f"{db}.{t}") == []


def test_label_after_success(cluster: Client, db: str, t: str, label: str):
    """Line 17."""
    assert cluster.load(db, t, label, ROWS[:1]).code == "Success"
    answer = cluster.load(db, t, label, ROWS[:5])
    assert answer.code == "Label Already Exists"
    assert answer.get("ExistingJobStatus") == "FINISHED"
    assert cluster.rows(f"{db}.{t}") == STORED[:1]


def test_label_after_fail(cluster: Client, db: str, t: str, label: str):
    """Line 18."""
    assert cluster.load(db, t, label, b"not json", format="json").code == "Fail"
    assert cluster.load(db, t, label, ROWS[:1]).code == "Success"
    assert cluster.rows(f"{db}.{t}") == STORED[:1]


OPS = [
    {"id": 1, "name": "absent"},
    {"id": 2, "name": "number", "__op": 0},
    {"id": 3, "name": "text", "__op": "0"},
    {"id": 4, "name": "gone", "__op": 1},
    {"id": 5, "name": "gone", "__op": "1"},
    {"id": 6, "name": "first"},
    {"id": 6, "name": "", "__op": 1},
    {"id": 7, "name": "", "__op": 1},
    {"id": 7, "name": "last", "__op": 0},
    {"id": 99, "__op": 1},
]
LEFT = [(1, "absent"), (2, "number"), (3, "text"), (7, "last")]


def test_op_in_json(cluster: Client, db: str, t: str, label: str, other: str):
    """Line 19."""
    before = [{"id": i, "name": "old"} for i in (4, 5, 6)]
    assert cluster.load(db, t, other, before).code == "Success"
    answer = cluster.load(db, t, label, OPS)
    assert answer.code == "Success" and answer.get("NumberLoadedRows") == len(OPS)
    assert cluster.rows(f"{db}.{t}", "id, name") == LEFT


@pytest.mark.parametrize("columns", ["id,name,score,__op", "id,name,score,tmp,__op=tmp"])
def test_op_in_csv(
    cluster: Client, db: str, t: str, label: str, other: str, columns: str
):
    """Line 19."""
    before = [{"id": i, "name": "old"} for i in (4, 5, 6)]
    assert cluster.load(db, t, other, before).code == "Success"
    lines = [f"{r['id']},{r.get('name', '')},\\N,{r.get('__op', 0)}\n" for r in OPS]
    more = {"columns": columns, "column_separator": ","}
    assert cluster.load(db, t, label, "".join(lines).encode(), **more).code == "Success"
    assert cluster.rows(f"{db}.{t}", "id, name") == LEFT


def test_op_as_a_constant(cluster: Client, db: str, t: str, label: str, other: str):
    """Line 19."""
    assert cluster.load(db, t, other, ROWS[:3]).code == "Success"
    columns = "id,name,score,__op='delete'"
    assert cluster.load(db, t, label, b"2\tx\t1\n", columns=columns).code == "Success"
    assert cluster.rows(f"{db}.{t}", "id") == [(1,), (3,)]


def test_op_to_a_duplicate_table(cluster: Client, db: str, make_table, label: str):
    """Line 20."""
    dup = make_table("id BIGINT NOT NULL, name VARCHAR(20)", "DUPLICATE")
    answer = cluster.load(db, dup, label, b"1\ta\t0\n", columns="id,name,__op")
    assert answer.code in ("Fail", "FAILED")
    assert cluster.rows(f"{db}.{dup}") == []
