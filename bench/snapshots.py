# SPDX-License-Identifier: Apache-2.0
"""Whole jobs: how much memory snapshots of different sizes take."""

from __future__ import annotations

from pathlib import Path

from tests.harness.starrocks import StandIn

from .figures import Figure, short
from .jobs import Job, NullStarRocks
from .servers import FilledServer

NULL = "null server for rows, stand-in for SQL"


def snapshots(folder: Path, server: FilledServer, standin: StandIn) -> list[Figure]:
    peaks, halves, rates = {}, {}, {}
    for table, rows in (("small", server.large_rows // 10), ("large", server.large_rows)):
        standin.fresh_database("bench")
        null = NullStarRocks(folder / table)
        job = Job(folder / table, server, standin, null, table)
        null.wait_for_id(rows // 2, 300)
        halves[table] = job.memory("VmHWM")
        stats = null.wait_for_id(rows, 300)
        peaks[table], busy = job.memory("VmHWM"), job.processor_seconds()
        rates[table] = rows / (stats["last_load"] - stats["first_load"])
        job.stop()
        null.stop()
    small, large = server.large_rows // 10, server.large_rows
    return [
        Figure(
            f"memory: peak of a snapshot of {large:,} rows over one of {small:,}".replace(",", " "),
            (peaks["large"] / peaks["small"] - 1) * 100,
            "% more",
            "<= 10",
            "snapshots",
            f"{peaks['large']:.0f} MB against {peaks['small']:.0f} MB; "
            f"half way through the large one {halves['large']:.0f} MB",
            NULL,
        ),
        Figure(
            "snapshot, MySQL to StarRocks, the whole job",
            rates["large"],
            "rows/s",
            "",
            "snapshots",
            f"the small one {short(rates['small'])}; "
            f"{short(large / busy)} rows/s of processor time",
            NULL,
        ),
    ]
