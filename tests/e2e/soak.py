# SPDX-License-Identifier: Apache-2.0
"""A job for hours, compared again and again: PYTHONPATH=tests python -m e2e.soak 24.

The engine is killed before some of the comparisons; between two kills one process is measured
again and again. A process that grows ends the run, and so does work that is left in the target.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
import time
from pathlib import Path

from harness.mysql_flavours import MYSQL80, Flavour
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer

from .kill_run import SOURCES, TARGETS, commit, target_of, write

PRELOAD = 60_000
EQUAL_S = 300
KILL_EVERY = 4  # checks
# What a process may hold, by what it held at its first check.
GROWTH = 1.3
GROWTH_MB = 30


def resident_mb(pid: int) -> float:
    """What the process holds in memory now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no VmRSS of process {pid}")


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def check_growth(held: list[float]) -> None:
    """`held` are the MB of one process, oldest first."""
    bound = held[0] * GROWTH + GROWTH_MB
    if held[-1] > bound:
        shown = ", ".join(f"{one:.1f}" for one in held)
        raise AssertionError(f"more than {bound:.1f} MB in memory of one process: {shown}")


class Soak:
    """Compares every `every` seconds until `seconds` are over."""

    def __init__(
        self, folder: Path, source: Flavour, target: str, rate: float, seconds: float, every: float
    ) -> None:
        self.source = MysqlServer(folder / "mysql", flavour=source)
        self.target, self.shown = target_of(target, folder)
        self.shop = Shop(self.source)
        self.shop.preload(PRELOAD)
        self.job = ShopJob(folder / "job", self.shop, self.target)
        # Old checkpoints are removed here, as in production.
        self.job.options = []
        self.writer = Writer(self.shop, rate=rate)
        self.seconds, self.every = seconds, every
        self.memory: list[list[float]] = [[]]  # of each process
        self.rows_compared = 0
        self.checks = 0

    def run(self) -> None:
        self.job.start()
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            self._wait(min(self.every, end - time.monotonic()))
            self._check()
        self.writer.stop()
        code = self.job.stop()
        if code != 0:
            raise AssertionError(f"the job ended with {code}\n{self.job.log}")
        if problems := self.job.problems(stopped=True, traced=False):
            raise AssertionError("the target's book:\n" + "\n".join(problems))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.job.check_alive()
            time.sleep(1)

    def _check(self) -> None:
        held = self.memory[-1]
        held.append(resident_mb(self.job.process.pid))
        check_growth(held)
        if (self.checks + 1) % KILL_EVERY == 0:
            self.job.kill()
            self.job.start()
            self.memory.append([])
        self.writer.pause(120)
        found = self.job.wait_until_equal(EQUAL_S)
        self.writer.resume()
        self.checks += 1
        self.rows_compared += found.rows
        print(
            f"{time.strftime('%H:%M:%S')}  check {self.checks}: {found.rows} rows equal, "
            f"{self.writer.rows} row changes so far, {held[-1]:.1f} MB in memory, "
            f"{size_mb(self.job.state):.1f} MB of state",
            flush=True,
        )

    def end(self) -> None:
        self.job.end()
        self.target.stop()
        self.source.stop()

    def entry(self, source: str) -> str:
        hours = self.seconds / 3600
        processes = [held for held in self.memory if held]
        growth = max(max(held) - held[0] for held in processes)
        return "\n".join(
            [
                f"## {datetime.date.today().isoformat()}, {hours:g} hours of soak",
                "",
                "| what | figure |",
                "| --- | --- |",
                f"| commit | {commit()} |",
                f"| source, target | {source}, {self.shown} |",
                f"| comparisons | {self.checks}, all equal |",
                f"| SIGKILLs, each before a comparison | {self.checks // KILL_EVERY} |",
                f"| rows changed at the source | {self.writer.rows} |",
                f"| rows compared | {self.rows_compared} |",
                f"| memory at the first and the last | {processes[0][0]:.1f} MB, "
                f"{processes[-1][-1]:.1f} MB; most {max(map(max, processes)):.1f} MB |",
                f"| most that one process grew between its checks | {growth:.1f} MB |",
                "",
            ]
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("hours", type=float)
    parser.add_argument("--every", type=float, default=60, help="minutes between comparisons")
    parser.add_argument("--rate", type=float, default=100, help="transactions a second")
    parser.add_argument("--source", choices=SOURCES, default=str(MYSQL80))
    parser.add_argument("--target", choices=TARGETS, default="starrocks")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-soak-") as name:
        soak = Soak(
            Path(name),
            SOURCES[options.source],
            options.target,
            options.rate,
            options.hours * 3600,
            options.every * 60,
        )
        try:
            soak.run()
        finally:
            soak.end()
    text = soak.entry(options.source)
    print(text)
    if options.report is not None:
        write(options.report, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
