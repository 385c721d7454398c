# SPDX-License-Identifier: Apache-2.0
"""The long kill run: PYTHONPATH=tests python -m e2e.kill_run --kills 200 --target postgres."""

from __future__ import annotations

import argparse
import datetime
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.engine import PHASES, ROOT
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.kills import KillReport, KillRun
from harness.mysql_flavours import FLAVOURS, MYSQL80, Flavour
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn, StarRocks, real_cluster
from harness.target import Target

HEAD = """# Track record

Runs that tried to make sluice lose or double rows, newest first. Each kill is a SIGKILL of a job
that copies a MySQL or MariaDB server while its tables are written to; a test hook may hold the job
in a phase until the kill. Afterwards both sides are read by a client that shares no code with
either, and compared row by row; every transaction that the target committed is traced to a durable
checkpoint. With an append-only target rows are only inserted, into tables in which a row that comes
twice is there twice.

Repeat the newest one with `./dev kills`; `./dev kills 2000 --pairs all` goes over every server.
"""
SOURCES = {str(flavour): flavour for flavour in FLAVOURS}
TARGETS = ("starrocks", "mysql", "postgres")
APPENDED = "starrocks-appended"


@dataclass
class Run:
    """Kills over one source and one target, done."""

    source: str
    target: str
    report: KillReport


def commit() -> str:
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    )
    return shown.stdout.strip() or "unknown"


def recovery(runs: list[Run]) -> str:
    times = sorted(
        kill.recovered_s for run in runs for kill in run.report.kills if kill.recovered_s > 0
    )
    return f"median {statistics.median(times):.2f} s, longest {times[-1]:.2f} s"


def entry(runs: list[Run]) -> str:
    reports = [run.report for run in runs]
    rows = [kill.rows for report in reports for kill in report.kills]
    kills = sum(len(report.kills) for report in reports)
    lines = [
        f"## {datetime.date.today().isoformat()}, {kills} kills, seed {reports[0].seed}",
        "",
        "| what | figure |",
        "| --- | --- |",
        f"| commit | {commit()} |",
        f"| source | {', '.join(dict.fromkeys(run.source for run in runs))} |",
        f"| target | {', '.join(dict.fromkeys(run.target for run in runs))} |",
        f"| kills | {kills} in {sum(report.cycles for report in reports)} jobs, "
        f"{sum(report.seconds for report in reports):.0f} s |",
        *(
            f"| … in phase {phase} | {sum(report.phases[phase] for report in reports)} |"
            for phase in PHASES
        ),
        f"| rows changed at the source meanwhile | {sum(one.rows_written for one in reports)} |",
        f"| rows changed between two kills | {min(rows)} to {max(rows)} |",
        f"| rows compared | {sum(report.rows_compared for report in reports)} |",
        f"| differences | {sum(report.differences for report in reports)} |",
        "| target transactions committed, all of durable checkpoints | "
        f"{sum(report.committed for report in reports)} |",
        "| problems in the target's book of transactions | "
        f"{sum(len(report.problems) for report in reports)} |",
        f"| start to the next published checkpoint | {recovery(runs)} |",
        "",
    ]
    if len(runs) > 1:
        lines += ["| source | target | kills | rows compared | differences | start to publish |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| {run.source} | {run.target} | {len(run.report.kills)} | "
            f"{run.report.rows_compared} | {run.report.differences} | {recovery([run])} |"
            for run in runs
        ]
        lines += [""]
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    earlier = path.read_text(encoding="utf-8") if path.exists() else ""
    _, mark, rest = earlier.partition("\n## ")
    path.write_text(f"{HEAD.rstrip()}\n\n{text}{mark}{rest}", encoding="utf-8")


def target_of(name: str, folder: Path) -> tuple[Target, str]:
    """Running, and how it is called."""
    if name == "mysql":
        return MysqlTarget(folder / "target"), "MySQL 8.0.33, by the Jdbc sink"
    if name == "postgres":
        return PostgresTarget(folder / "target"), "PostgreSQL 15, by the Jdbc sink"
    more = ", append-only" if name == APPENDED else ""
    if real_cluster():
        return StarRocks(), f"StarRocks cluster{more}"
    return StandIn(folder / "starrocks"), f"StarRocks stand-in{more}"


def run_pair(source: Flavour, target_name: str, kills: int, seed: int) -> Run:
    with tempfile.TemporaryDirectory(prefix="sluice-kills-") as name:
        folder = Path(name)
        mysql = MysqlServer(folder / "mysql", flavour=source)
        target, shown = target_of(target_name, folder)
        print(f"== {source} to {shown}", flush=True)
        try:
            say = lambda text: print(text, flush=True)  # noqa: E731
            appended = target_name == APPENDED
            report = KillRun(
                folder, mysql, target, kills, seed, appended=appended, say=say
            ).run()
        finally:
            target.stop()
            mysql.stop()
    return Run(str(source), shown, report)


def main() -> int:
    parser = argparse.ArgumentParser(prog="kill_run", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--source", choices=SOURCES, default=str(MYSQL80))
    parser.add_argument("--target", choices=(*TARGETS, APPENDED), default="starrocks")
    parser.add_argument(
        "--pairs", choices=["one", "all"], default="one", help="all: every source and target"
    )
    options = parser.parse_args()
    pairs = [(SOURCES[options.source], options.target)]
    if options.pairs == "all":
        pairs = [(source, target) for source in FLAVOURS for target in (*TARGETS, APPENDED)]
    kills = -(-options.kills // len(pairs))
    runs = [run_pair(source, target, kills, options.seed) for source, target in pairs]
    text = entry(runs)
    print(text)
    problems = [problem for run in runs for problem in run.report.problems]
    for problem in problems:
        print(f"problem: {problem}")
    if options.report is not None:
        write(options.report, text)
    return 1 if problems or any(run.report.differences for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
