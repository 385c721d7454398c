# SPDX-License-Identifier: Apache-2.0
"""Many SIGKILLs at chosen phases of a live job, and the proof that nothing was lost or doubled.

The job is copied in cycles: each begins anew in an empty target database, is killed in every phase
and is then compared by contents. The source is written to all the time.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Callable

from .engine import PHASES
from .mysql_server import MysqlServer
from .shop import Shop
from .shop_job import ShopJob
from .shop_writer import Writer
from .target import Target
from .waiting import wait_for

HELD_S = 60
EQUAL_S = 120
FIRST = ("snapshot", "hand-over")  # they come once in a job, and in this order
PARALLELISM = (1, 3)
ROWS_PER_SECOND = 10_000
# Tables of StarRocks in which a row that comes twice is there twice.
APPENDED = {"model": "DUPLICATE", "upserts": "false"}


@dataclass
class Kill:
    phase: str
    cycle: int
    rows: int  # that the writer changed since the kill before
    recovered_s: float = 0  # until a checkpoint was published again


@dataclass
class KillReport:
    seed: int
    kills: list[Kill] = field(default_factory=list)
    cycles: int = 0
    rows_written: int = 0
    rows_compared: int = 0
    differences: int = 0
    committed: int = 0  # target transactions, each traced to a durable checkpoint
    problems: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def phases(self) -> Counter[str]:
        return Counter(kill.phase for kill in self.kills)


class KillRun:
    """Runs `kills` kills against a MySQL server and a target. `appended`: of inserts only, into
    tables of StarRocks that no key keeps from holding a row twice."""

    def __init__(
        self,
        folder: Path,
        mysql: MysqlServer,
        target: Target,
        kills: int,
        seed: int,
        preload: int = 60_000,
        appended: bool = False,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.folder = folder
        self.target = target
        self.random = Random(seed)
        self.total = kills
        self.say = say
        self.report = KillReport(seed)
        self.shop = Shop(mysql)
        self.shop.preload(preload)
        self.variables = APPENDED if appended else {}
        self.writer = Writer(self.shop, rate=60, seed=seed, inserts_only=appended)
        self._rows_seen = 0
        self._job: ShopJob | None = None

    def run(self) -> KillReport:
        began = time.monotonic()
        try:
            for cycle, plan in enumerate(plans(self.total, self.random)):
                self._cycle(cycle, plan)
        finally:
            if self._job is not None:
                self._job.end()
            self.report.rows_written = self.writer.stop()["rows"]
        self.report.seconds = time.monotonic() - began
        return self.report

    def _cycle(self, cycle: int, plan: list[str]) -> None:
        parallelism = PARALLELISM[cycle % len(PARALLELISM)]
        job = self._job = ShopJob(
            self.folder / f"cycle-{cycle}",
            self.shop,
            self.target,
            database=f"ods_{cycle}",
            parallelism=parallelism,
            # Slow enough for several kills in one snapshot.
            rows_per_second=ROWS_PER_SECOND // parallelism,
            **self.variables,
        )
        for phase in plan:
            self._kill_in(job, phase, cycle)
        job.start()
        self._recovered(job)
        self._prove(job)
        self.report.cycles += 1
        phases = dict(self.report.phases)
        self.say(f"cycle {cycle}: {len(self.report.kills)} kills so far, {phases}")

    def _kill_in(self, job: ShopJob, phase: str, cycle: int) -> None:
        """Sometimes the phase is met at once after the start, sometimes after some progress."""
        at_once = phase == "hand-over" or self.random.random() < 0.3
        if at_once:
            job.hold(phase)
        job.start()
        if not at_once:
            self._recovered(job)
            job.hold(phase)
        job.wait_held(phase, HELD_S)
        # Rows keep coming while the engine stands still, so that each kill cuts through some.
        wait_for(lambda: self.writer.rows > self._rows_seen, "rows in flight", HELD_S)
        rows, self._rows_seen = self.writer.rows - self._rows_seen, self.writer.rows
        job.kill()
        job.release(phase)
        self.report.kills.append(Kill(phase, cycle, rows))

    def _recovered(self, job: ShopJob) -> None:
        """Until a checkpoint is published after the start."""
        began, before = time.monotonic(), job.reached("published")

        def published() -> bool:
            job.check_alive()
            return job.reached("published") > before

        wait_for(published, f"a checkpoint after the start\n{job.log}", HELD_S)
        if self.report.kills and self.report.kills[-1].recovered_s == 0:
            self.report.kills[-1].recovered_s = time.monotonic() - began

    def _prove(self, job: ShopJob) -> None:
        self.writer.pause()
        differences = job.wait_until_equal(EQUAL_S)
        code = job.stop()
        if code != 0:
            self.report.problems.append(f"{job.log}: ended with {code}")
        self.report.rows_compared += differences.rows
        self.report.differences += job.compare().count
        self.report.problems += job.problems(stopped=True)
        self.report.committed += job.committed()
        self.writer.resume()


def plans(kills: int, random: Random) -> list[list[str]]:
    """The phases to kill in, for each cycle: even over all phases, the first ones first."""
    per_cycle = 24
    cycles = max(round(kills / per_cycle), 1)
    found: list[list[str]] = [[] for _ in range(cycles)]
    for number in range(kills):
        found[number * cycles // kills].append(PHASES[number % len(PHASES)])
    for plan in found:
        later = [phase for phase in plan if phase not in FIRST]
        random.shuffle(later)
        plan[:] = [phase for first in FIRST for phase in plan if phase == first] + later
    return found
