# SPDX-License-Identifier: Apache-2.0
"""How long a job of one row takes, from the shell's point of view."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from statistics import median

from .figures import Figure, ratios, short, spread
from .machine import SLUICE

RUNS = 25
JOB = """
env { job.name = "one-row", job.mode = "BATCH" }
source {
  FakeSource { row.num = 1, schema { table = "a.b", columns = [{ name = x, type = int }] } }
}
sink { Console {} }
"""


def _wall(*command: str) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def start(folder: Path) -> list[Figure]:
    folder.mkdir(parents=True, exist_ok=True)
    job, state = folder / "one-row.conf", folder / "state"
    job.write_text(JOB, encoding="utf-8")
    run = (str(SLUICE), "run", "-c", str(job), "--state", str(state))
    first, again, bare = [], [], []
    for _ in range(RUNS):
        for times in (first, again):
            shutil.rmtree(state, ignore_errors=True)
            times.append(_wall(*run))
        bare.append(_wall(str(SLUICE), "version"))
    return [
        Figure(
            "start: `sluice run` of a job of one row, wall",
            median(first),
            "s",
            "<= 0.1",
            "start",
            f"{spread(first, ratios(first, again))}; `sluice version` {short(median(bare))} s",
        )
    ]
