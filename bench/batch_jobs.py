# SPDX-License-Identifier: Apache-2.0
"""Jobs of made-up rows as processes: what more readers and writers bring, what wide rows need."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.harness.starrocks import StandIn

from .figures import Figure, ratios, short, spread
from .jobs import NullStarRocks
from .machine import SLUICE
from .snapshots import NULL

READER_RATE = 300_000  # rows a second, env.read_limit
READER_S = 3
SCALING_RUNS = 3
WIDE_COLUMNS = 500
WIDE_ROWS = 100_000

FAKE_TO_STARROCKS = """
env { job.name = "made-up", job.mode = "BATCH", parallelism = %(parallelism)d,
      checkpoint.interval = 1000%(env)s }
source {
  FakeSource {
    row.num = %(rows)d
    string.length = 20
    auto.increment.enabled = true
    schema {
      table = "bench.made_up"
      columns = [{ name = id, type = bigint }%(columns)s]
      primaryKey { name = id, columnNames = [id] }
    }
  }
}
sink {
  StarRocks {
    nodeUrls = ["127.0.0.1:%(null)d"]
    base-url = "jdbc:mysql://%(sql)s?useSSL=false"
    username = root
    password = ""
    database = bench
    enable_upsert_delete = true
  }
}
"""


@dataclass(frozen=True)
class Ended:
    wall_s: float
    processor_s: float
    peak_mb: float


def run(folder: Path, job: str) -> Ended:
    """`sluice run` to its end, from a new state directory."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.conf").write_text(job, encoding="utf-8")
    command = [str(SLUICE), "run", "-c", "job.conf", "--state", "state", "--fresh"]
    begin = time.monotonic()
    with (folder / "job.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begin
    if process.returncode != 0:
        raise AssertionError(f"{folder / 'job.log'}: {(folder / 'job.log').read_text()[-2000:]}")
    return Ended(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def scaling(folder: Path, standin: StandIn) -> list[Figure]:
    """Three readers and writers against one, all in one process."""
    null = NullStarRocks(folder)
    one, three, again = [], [], []
    busiest = 0.0
    for _ in range(SCALING_RUNS):
        for parallelism, rates in ((1, one), (3, three), (1, again)):
            standin.fresh_database("bench")
            job = FAKE_TO_STARROCKS % {
                "parallelism": parallelism,
                "env": f", read_limit.rows_per_second = {READER_RATE}",
                "rows": READER_RATE * READER_S,
                "columns": ", { name = a, type = string }, { name = b, type = double }",
                "null": null.port,
                "sql": standin.sql,
            }
            ended = run(folder, job)
            rates.append(parallelism * READER_RATE * READER_S / ended.wall_s)
            busiest = max(busiest, ended.processor_s / ended.wall_s / (os.cpu_count() or 1))
    null.stop()
    more = ratios(three, one)
    return [
        Figure(
            "scaling: three limited readers and writers over one, in one process",
            median(more),
            "times",
            ">= 2.8",
            "made_up",
            f"{spread(more, ratios(one, again))}; {short(READER_RATE)} rows/s a reader, "
            f"{busiest * 100:.0f} % of the processors at most",
            NULL,
        )
    ]


def wide(folder: Path, standin: StandIn) -> list[Figure]:
    null = NullStarRocks(folder)
    standin.fresh_database("bench")
    columns = "".join(f", {{ name = c{i}, type = string }}" for i in range(1, WIDE_COLUMNS))
    job = FAKE_TO_STARROCKS % {
        "parallelism": 1,
        "env": "",
        "rows": WIDE_ROWS,
        "columns": columns,
        "null": null.port,
        "sql": standin.sql,
    }
    ended = run(folder, job)
    null.stop()
    row_bytes = 20 * WIDE_COLUMNS
    return [
        Figure(
            f"memory: rows of {WIDE_COLUMNS} columns, peak",
            ended.peak_mb,
            "MB",
            "",
            "made_up",
            f"{WIDE_ROWS} rows of {row_bytes / 1000:g} kB; "
            f"{short(WIDE_ROWS / ended.processor_s)} rows/s of processor time",
            NULL,
        )
    ]


def made_up(folder: Path, standin: StandIn) -> list[Figure]:
    return [*scaling(folder / "scaling", standin), *wide(folder / "wide", standin)]
