# SPDX-License-Identifier: Apache-2.0
"""Starts the stand-in, or uses the cluster that SLUICE_STARROCKS_FE names."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from client import Client, wait_for  # noqa: E402

HERE = Path(__file__).parent
_numbers = itertools.count(1)
TableMaker = Callable[..., str]


def _address(text: str, port: int) -> tuple[str, int]:
    host, _, given = text.strip().partition(":")
    return host, int(given or port)


def _real() -> Client | None:
    front_ends = os.environ.get("SLUICE_STARROCKS_FE", "")
    if not front_ends:
        return None
    fe = [_address(text, 8030) for text in front_ends.split(",")]
    mysql = _address(os.environ.get("SLUICE_STARROCKS_MYSQL", fe[0][0]), 9030)
    user = os.environ.get("SLUICE_STARROCKS_USER", "root")
    return Client(fe, mysql, user, os.environ.get("SLUICE_STARROCKS_PASSWORD", ""), None)


def started(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], Client]:
    """A stand-in that answers, on free ports unless the options name some."""
    ports_file = folder / "ports.json"
    command = [sys.executable, "-m", "starrocks_standin", "--ports-file", str(ports_file)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=HERE, stdout=log, stderr=log)
    wait_for(lambda: ports_file.exists() or process.poll() is not None, "the stand-in", 60)
    assert process.poll() is None, (folder / "log").read_text()
    ports = json.loads(ports_file.read_text())
    fe = list(zip(ports["fe_host"], ports["fe_http"]))
    local = ("127.0.0.1", ports["control"])
    return process, Client(fe, ("127.0.0.1", ports["mysql"]), "root", "", local)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    real = _real()
    if real is not None:
        yield real
        return
    folder = tmp_path_factory.mktemp("starrocks")
    process, client = started(folder)
    try:
        yield client
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0, (folder / "log").read_text()


@pytest.fixture
def hooks(cluster: Client) -> Iterator[Client]:
    """The cluster, for tests that break it; whole again afterwards."""
    if cluster.control is None:
        pytest.skip("needs a control hook of the stand-in")
    settings = cluster.hook("GET", "/settings")
    try:
        yield cluster
    finally:
        cluster.clear_faults()
        cluster.settings(**settings)
        cluster.advance_clock(-cluster.advanced)
        nodes = cluster.hook("GET", "/nodes")
        for kind in ("fe", "be"):
            for index, node in enumerate(nodes[kind]):
                if not node["alive"]:
                    cluster.hook("POST", f"/{kind}/{index}/start")
        cluster.hook("POST", "/leader", {"fe": 0})


@pytest.fixture
def db(cluster: Client) -> Iterator[str]:
    name = f"sluice_{os.getpid()}_{next(_numbers)}_{uuid.uuid4().hex[:8]}"
    cluster.sql(f"CREATE DATABASE {name}")
    yield name
    cluster.sql(f"DROP DATABASE {name}")


@pytest.fixture
def make_table(cluster: Client, db: str) -> TableMaker:
    """make_table(columns, model) -> name; the first column is the key."""

    def make(columns: str, model: str = "PRIMARY", key: str = "id", name: str = "") -> str:
        name = name or f"t{next(_numbers)}"
        cluster.sql(
            f"CREATE TABLE {db}.`{name}` ({columns}) ENGINE=OLAP {model} KEY ({key}) "
            f'DISTRIBUTED BY HASH ({key}) BUCKETS 1 PROPERTIES ("replication_num" = "1")'
        )
        return name

    return make


@pytest.fixture
def t(make_table: TableMaker) -> str:
    return make_table("id BIGINT NOT NULL, name VARCHAR(20) NULL, score INT NULL")


@pytest.fixture
def label() -> str:
    return f"L-{uuid.uuid4().hex}"


@pytest.fixture
def other() -> str:
    return f"M-{uuid.uuid4().hex}"
