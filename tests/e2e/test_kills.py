# SPDX-License-Identifier: Apache-2.0
"""The short version of the kill run; ./dev kills is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.engine import PHASES
from harness.kills import KillRun
from harness.mysql_server import MysqlServer

KILLS = 20
SEED = 20


@pytest.mark.parametrize("target", ["starrocks", "mysql_target", "postgres_target"])
def test_nothing_is_lost_or_doubled_over_kills_in_every_phase(
    mysql: MysqlServer, target: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = KillRun(tmp_path, mysql, request.getfixturevalue(target), KILLS, SEED).run()
    assert len(report.kills) == KILLS
    assert set(report.phases) == set(PHASES)
    assert all(kill.rows > 0 for kill in report.kills)
    assert report.differences == 0
    assert report.problems == []
    assert report.committed > 0
