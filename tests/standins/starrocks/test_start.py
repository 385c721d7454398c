# SPDX-License-Identifier: Apache-2.0
"""How the stand-in starts, is emptied and ends. No line of the checklist."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Iterator

import pymysql
import pytest

from client import Client
from conftest import started
from steps import ROW


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Client]:
    """One front end and one back end, with a password, a fixed port and a setting."""
    if os.environ.get("SLUICE_STARROCKS_FE"):
        pytest.skip("is about the stand-in itself")
    port = free_port()
    process, client = started(
        tmp_path,
        *("--front-ends", "1", "--back-ends", "1", "--fe-http-port", str(port)),
        *("--user", "admin", "--password", "secret", "--set", "label_keep_max_num=7"),
    )
    assert client.fe == [("127.0.0.1", port)]
    client.user, client.password = "admin", "secret"
    try:
        yield client
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0, (tmp_path / "log").read_text()


def make_table(small: Client) -> None:
    small.sql("CREATE DATABASE d")
    small.sql(
        "CREATE TABLE d.t (id BIGINT NOT NULL, name VARCHAR(20), score INT) PRIMARY KEY (id) "
        "DISTRIBUTED BY HASH (id)"
    )


def test_options_and_reset(small: Client):
    assert small.hook("GET", "/ping") == {"ok": True}
    nodes = small.hook("GET", "/nodes")
    assert (len(nodes["fe"]), len(nodes["be"]), nodes["leader"]) == (1, 1, 0)
    assert small.hook("GET", "/settings")["label_keep_max_num"] == 7
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        small.connect(user="root", password="")
    make_table(small)
    assert small.load("d", "t", "L", ROW).code == "Success"
    stats = small.hook("GET", "/stats")
    assert (stats["loads"], stats["rows"], stats["commits"], stats["rows_visible"]) == (1, 1, 1, 1)
    small.fault("any", "hang", count=None)
    small.hook("POST", "/be/0/kill")
    small.hook("POST", "/reset")
    assert small.hook("GET", "/transactions") == small.hook("GET", "/faults") == []
    assert small.sql("SHOW DATABASES") == [("information_schema",)]
    make_table(small)
    assert small.state("d", "L") == "UNKNOWN"
    assert small.load("d", "t", "L", ROW).code == "Success"
    assert small.rows("d.t", "id") == [(1,)]
