# SPDX-License-Identifier: Apache-2.0
"""The long kill run: PYTHONPATH=tests python -m e2e.kill_run --kills 200 --target postgres."""

from __future__ import annotations

import argparse
import datetime
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.engine import PHASES, ROOT
from harness.jdbc_targets import MysqlTarget, PostgresTarget
from harness.kills import KillReport, KillRun
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn, StarRocks, real_cluster
from harness.target import Target

HEAD = """# Track record

Runs that tried to make sluice lose or double rows, newest first. Each kill is a SIGKILL of a job
that copies MySQL 8.0.33 while its tables are written to; a test hook may hold the job in a phase
until the kill. Afterwards both sides are read by a client that shares no code with either, and
compared row by row; every transaction that the target committed is traced to a durable checkpoint.

Repeat the newest one with `./dev kills`.
"""


def commit() -> str:
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    )
    return shown.stdout.strip() or "unknown"


def entry(report: KillReport, target: str) -> str:
    recovered = sorted(kill.recovered_s for kill in report.kills if kill.recovered_s > 0)
    rows = [kill.rows for kill in report.kills]
    lines = [
        f"## {datetime.date.today().isoformat()}, {len(report.kills)} kills, seed {report.seed}",
        "",
        "| what | figure |",
        "| --- | --- |",
        f"| commit | {commit()} |",
        f"| target | {target} |",
        f"| kills | {len(report.kills)} in {report.cycles} jobs, {report.seconds:.0f} s |",
        *(f"| … in phase {phase} | {report.phases[phase]} |" for phase in PHASES),
        f"| rows changed at the source meanwhile | {report.rows_written} |",
        f"| rows changed between two kills | {min(rows)} to {max(rows)} |",
        f"| rows compared | {report.rows_compared} |",
        f"| differences | {report.differences} |",
        f"| target transactions committed, all of durable checkpoints | {report.committed} |",
        f"| problems in the target's book of transactions | {len(report.problems)} |",
        "| start to the next published checkpoint | "
        f"median {statistics.median(recovered):.2f} s, longest {recovered[-1]:.2f} s |",
        "",
    ]
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    earlier = path.read_text(encoding="utf-8") if path.exists() else HEAD
    head, mark, rest = earlier.partition("\n## ")
    path.write_text(f"{head.rstrip()}\n\n{text}{mark}{rest}", encoding="utf-8")


def target_of(name: str, folder: Path) -> tuple[Target, str]:
    """Running, and how it is called."""
    if name == "mysql":
        return MysqlTarget(folder / "target"), "MySQL 8.0.33, by the Jdbc sink"
    if name == "postgres":
        return PostgresTarget(folder / "target"), "PostgreSQL 15, by the Jdbc sink"
    if real_cluster():
        return StarRocks(), "StarRocks cluster"
    return StandIn(folder / "starrocks"), "StarRocks stand-in"


def main() -> int:
    parser = argparse.ArgumentParser(prog="kill_run", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    parser.add_argument(
        "--target", choices=["starrocks", "mysql", "postgres"], default="starrocks"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-kills-") as name:
        folder = Path(name)
        mysql = MysqlServer(folder / "mysql")
        target, shown = target_of(options.target, folder)
        try:
            say = lambda text: print(text, flush=True)  # noqa: E731
            run = KillRun(folder, mysql, target, options.kills, options.seed, say=say)
            report = run.run()
        finally:
            target.stop()
            mysql.stop()
    text = entry(report, shown)
    print(text)
    for problem in report.problems:
        print(f"problem: {problem}")
    if options.report is not None:
        write(options.report, text)
    return 1 if report.problems or report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
