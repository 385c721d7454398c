# SPDX-License-Identifier: Apache-2.0
"""Steps that several files of the checklist take."""

from __future__ import annotations

from typing import Any

from client import Client

ROW = [{"id": 1, "name": "a", "score": 2}]
STORED = [(1, "a", 2)]
JSON = {"format": "json", "strip_outer_array": "true"}


def begin(cluster: Client, db: str, t: str, label: str, **headers: str) -> int:
    """A transaction in PREPARE; its TxnId."""
    answer = cluster.txn("begin", db, label, t, **headers)
    assert answer.code == "OK", answer.body
    return int(answer.get("TxnId"))


def load(cluster: Client, db: str, t: str, label: str, rows: Any = None, **begin_with: str) -> int:
    """A transaction in PREPARE that holds the rows; its TxnId."""
    number = begin(cluster, db, t, label, **begin_with)
    answer = cluster.txn("load", db, label, t, ROW if rows is None else rows)
    assert answer.code == "OK", answer.body
    return number


def prepare(cluster: Client, db: str, t: str, label: str, rows: Any = None, **headers: str) -> int:
    """A transaction in PREPARED that holds the rows; its TxnId."""
    number = load(cluster, db, t, label, rows)
    answer = cluster.txn("prepare", db, label, **headers)
    assert answer.code == "OK", answer.body
    return number


def commit(cluster: Client, db: str, label: str) -> None:
    answer = cluster.txn("commit", db, label)
    assert answer.code == "OK", answer.body
