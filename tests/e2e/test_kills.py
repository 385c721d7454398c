# SPDX-License-Identifier: Apache-2.0
"""The short version of the kill run; ./dev kills is the long one."""

from __future__ import annotations

from pathlib import Path

from harness.engine import PHASES
from harness.kills import KillRun
from harness.mysql_server import MysqlServer
from harness.starrocks import StarRocks

KILLS = 20
SEED = 20


def test_nothing_is_lost_or_doubled_over_kills_in_every_phase(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Path
) -> None:
    report = KillRun(tmp_path, mysql, starrocks, KILLS, SEED).run()
    assert len(report.kills) == KILLS
    assert set(report.phases) == set(PHASES)
    assert all(kill.rows > 0 for kill in report.kills)
    assert report.differences == 0
    assert report.problems == []
