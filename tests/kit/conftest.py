# SPDX-License-Identifier: Apache-2.0
"""Servers for the laws; at the end, the laws that were left out and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.harness.mysql_server import MysqlServer  # noqa: E402
from tests.harness.postgres_server import PostgresServer  # noqa: E402
from tests.harness.starrocks import StandIn, StarRocks, real_cluster  # noqa: E402
from tests.kit.program import Control, Kit, skipped  # noqa: E402


@pytest.fixture(scope="session")
def control() -> Iterator[Control]:
    control = Control()
    yield control
    control.stop()


@pytest.fixture(scope="session")
def mysql(control: Control, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MysqlServer]:
    server = MysqlServer(tmp_path_factory.mktemp("mysql"))

    with control.restarting("/mysql/restart", server):
        yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(
    control: Control, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))

    def restart() -> None:
        server.kill()
        server.start()

    control.events["/postgres/restart"] = restart
    yield server
    server.stop()


@pytest.fixture(scope="session")
def starrocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StarRocks]:
    server = StarRocks() if real_cluster() else StandIn(tmp_path_factory.mktemp("starrocks"))
    yield server
    server.stop()


@pytest.fixture
def kit(control: Control) -> Kit:
    return Kit(control)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if skipped:
        terminalreporter.section("laws that do not apply")
    for law, reason in sorted(skipped.items()):
        terminalreporter.line(f"{law}: {reason}")
