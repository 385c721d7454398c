# SPDX-License-Identifier: Apache-2.0
"""Servers of the end-to-end tests: started once a module, on free ports, in a temporary folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.jdbc_targets import MysqlTarget, PostgresTarget  # noqa: E402
from harness.mysql_server import MysqlServer  # noqa: E402
from harness.starrocks import StandIn, StarRocks, real_cluster  # noqa: E402


@pytest.fixture(scope="module")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlServer]:
    server = MysqlServer(tmp_path_factory.mktemp("mysql"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StarRocks]:
    """The stand-in, or the cluster that SLUICE_STARROCKS_FE names."""
    target = StarRocks() if real_cluster() else StandIn(tmp_path_factory.mktemp("starrocks"))
    yield target
    target.stop()


@pytest.fixture(scope="module")
def mysql_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlTarget]:
    target = MysqlTarget(tmp_path_factory.mktemp("mysql-target"))
    yield target
    target.stop()


@pytest.fixture(scope="module")
def postgres_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresTarget]:
    target = PostgresTarget(tmp_path_factory.mktemp("postgres-target"))
    yield target
    target.stop()


@pytest.fixture
def standin(starrocks: StarRocks) -> Iterator[StandIn]:
    """For tests that break the target; whole again afterwards."""
    if not isinstance(starrocks, StandIn):
        pytest.skip("breaks the target by a control port, which a real cluster has not")
    yield starrocks
    starrocks.clear_faults()
