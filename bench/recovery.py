# SPDX-License-Identifier: Apache-2.0
"""How soon a job that was killed commits again."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.harness.mysql_server import MysqlServer
from tests.harness.starrocks import StandIn

from .changes import Steady, empty_table, insert
from .figures import Figure, percentile, short
from .jobs import Job, NullStarRocks
from .snapshots import NULL

KILLS = 12
INTERVAL_S = 1.0


def recovery(folder: Path, server: MysqlServer, standin: StandIn) -> list[Figure]:
    """SIGKILL in the middle of 1,000 rows a second, and a start of the same command at once."""
    empty_table(server, standin)
    null = NullStarRocks(folder)
    job = Job(folder, server, standin, null)
    insert(server, 1, 100)
    null.wait_for_id(100, 60)
    writer = Steady(server, 101)
    waits = []
    for number in range(KILLS):
        time.sleep(0.7 + 0.1 * number)  # at different moments of the interval
        job.process.kill()
        killed = time.time()
        before = len(null.stats()["commits"])
        job = Job(folder, server, standin, null)
        commits = null.wait_for_commits(before + 1, 60)
        waits.append(commits[before][0] - killed - INTERVAL_S)
    last = writer.stop()
    null.wait_for_id(last, 60)
    job.stop()
    null.stop()
    return [
        Figure(
            "recovery: SIGKILL of the process to its first commit, less one interval, p99",
            percentile(waits, 0.99),
            "s",
            "<= 5",
            "changes",
            f"median {short(median(waits))}, {KILLS} kills, started again at once",
            NULL,
        )
    ]
