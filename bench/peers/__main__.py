# SPDX-License-Identifier: Apache-2.0
"""sluice and Apache SeaTunnel on the same job files and the same machine; see bench/README.md."""

from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Callable, Sequence

from bench.figures import short
from bench.machine import ROOT, SLUICE
from bench.servers import FilledServer

from . import jobs
from .jobs import JDBC, MADE_UP, Cost

LARGE_ROWS = 10_000_000
REPORT = ROOT / "docs" / "peers.md"


@dataclass(frozen=True)
class Job:
    name: str
    rows: int
    large: str
    one_row: str  # what starting and ending costs


@dataclass(frozen=True)
class Result:
    job: Job
    ratios: list[float]
    ours: list[Cost]
    theirs: list[Cost]
    ours_start: float
    theirs_start: float


def all_jobs(server: FilledServer, rows: int) -> list[Job]:
    """Of so many rows that SeaTunnel is at each for more than a minute."""

    def job(name: str, template: str, count: int) -> Job:
        text = jobs.text
        return Job(name, count, text(template, server, count), text(template, server, 1))

    return [
        job("made-up rows to Console", MADE_UP, rows),
        job("Jdbc, a query of MySQL, to Console", JDBC, min(rows * 3 // 2, 2 * server.large_rows)),
    ]


def measure(job: Job, ours: list[str], theirs: list[str], runs: int) -> Result:
    """In turn; what starting costs is taken off."""
    start = [jobs.run(command, job.one_row).busy_s for command in (ours, theirs)]
    mine, other = [], []
    for _ in range(runs):
        mine.append(jobs.run(ours, job.large))
        other.append(jobs.run(theirs, job.large))
    ratios = [
        (b.busy_s - start[1]) / max(a.busy_s - start[0], 0.001) for a, b in zip(mine, other)
    ]
    return Result(job, ratios, mine, other, *start)


def table(results: Sequence[Result]) -> str:
    head = (
        "| job | rows per processor second: ratio | sluice | SeaTunnel | memory: sluice, SeaTunnel "
        "| wall |\n| --- | --- | --- | --- | --- | --- |\n"
    )
    return head + "\n".join(_row(result) for result in results) + "\n"


def _row(result: Result) -> str:
    def rate(costs: Sequence[Cost], start: float) -> str:
        busy = median(max(cost.busy_s - start, 0.001) for cost in costs)
        return f"{short(result.job.rows / busy)} rows/s"

    def of(costs: Sequence[Cost], value: Callable[[Cost], float]) -> str:
        return short(median(map(value, costs)))

    spread = f"{short(min(result.ratios))} to {short(max(result.ratios))}"
    return (
        f"| {result.job.name}, {result.job.rows:,} rows | {short(median(result.ratios))} "
        f"({spread}) | {rate(result.ours, result.ours_start)} "
        f"| {rate(result.theirs, result.theirs_start)} "
        f"| {of(result.ours, lambda cost: cost.peak_mb)}, "
        f"{of(result.theirs, lambda cost: cost.peak_mb)} MB "
        f"| {of(result.ours, lambda cost: cost.wall_s)}, "
        f"{of(result.theirs, lambda cost: cost.wall_s)} s |"
    )


def versions(binary: Path) -> str:
    def first_line(*command: str) -> str:
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return (run.stdout or run.stderr).splitlines()[0]

    return (
        f"{first_line(str(binary), 'version')}; Apache SeaTunnel {jobs.VERSION} (the newest whose "
        f"engine and connectors are all in Maven Central), its engine in one process, heap "
        f"{jobs.HEAP}, {first_line('java', '-version')}; MySQL 8.0.33."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev peers", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sluice", type=Path, default=SLUICE)
    parser.add_argument("--report", action="store_true", help=f"write {REPORT.name}")
    arguments = parser.parse_args()
    server = FilledServer(LARGE_ROWS)
    results = []
    try:
        ours, theirs = jobs.sluice(arguments.sluice), jobs.seatunnel()
        for job in all_jobs(server, arguments.rows):
            print(f"{job.name} ...", flush=True)
            results.append(measure(job, ours, theirs, arguments.runs))
            print(table(results[-1:]), flush=True)
    finally:
        server.stop()
    if arguments.report:
        text = (
            "# Beside Apache SeaTunnel\n\nWritten by `./dev peers --report`: the same job files on "
            "the same machine, in turn. What a job of one row costs, the start of the JVM among "
            f"it, is taken off.\n\n{versions(arguments.sluice)}\n\n"
        )
        REPORT.write_text(text + table(results), encoding="utf-8")


if __name__ == "__main__":
    main()
