# SPDX-License-Identifier: Apache-2.0
"""The short version of the kill run; ./dev kills is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.engine import PHASES
from harness.kills import KillReport, KillRun
from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80, Flavour
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn

KILLS = 20
SEED = 20
# Every source and every target.
PAIRS = [
    (MYSQL80, "starrocks"),
    (MYSQL80, "mysql_target"),
    (MYSQL80, "postgres_target"),
    (MYSQL56, "starrocks"),
    (MARIADB, "postgres_target"),
]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda value: str(value))
def test_nothing_is_lost_or_doubled_over_kills_in_every_phase(
    source: Flavour, target: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = MysqlServer(tmp_path / "source", flavour=source)
    try:
        report = KillRun(tmp_path, server, request.getfixturevalue(target), KILLS, SEED).run()
    finally:
        server.stop()
    _check(report)


def test_no_row_is_doubled_where_no_key_would_hide_it(
    mysql: MysqlServer, standin: StandIn, tmp_path: Path
) -> None:
    _check(KillRun(tmp_path, mysql, standin, KILLS, SEED, appended=True).run())


def _check(report: KillReport) -> None:
    assert len(report.kills) == KILLS
    assert set(report.phases) == set(PHASES)
    assert all(kill.rows > 0 for kill in report.kills)
    assert report.differences == 0
    assert report.problems == []
    assert report.committed > 0
