# SPDX-License-Identifier: Apache-2.0
"""The result of the demonstration as a table."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Sequence

from harness.verify import Differences, Pair


@dataclass
class Result:
    snapshot_s: float = 0
    changed: int = 0  # rows, while the job ran
    written_s: float = 0
    latencies: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    transactions: int = 0  # checkpoints that the target committed
    problems: list[str] = field(default_factory=list)


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in rows]
    return ["  ".join(row).rstrip() for row in padded]


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def table(found: Differences, pairs: Sequence[Pair], result: Result, standin: bool) -> str:
    head = ("source", "target", "rows", "missing", "extra", "different")
    body = [
        (pair.source, pair.target, *(str(number) for number in (
            one.rows, one.missing, one.extra + one.doubled, one.different)))
        for one, pair in zip(found.tables, pairs)
    ]  # fmt: skip
    figures = [
        ("snapshot read", f"within {result.snapshot_s:.1f} s of the start of the job"),
        ("rows changed meanwhile",
         f"{result.changed}, {result.changed / result.written_s:.0f} a second"),
        ("kills survived", f"{len(result.recoveries)}"),
        ("start to next checkpoint", f"median {statistics.median(result.recoveries):.2f} s, "
                                     f"longest {max(result.recoveries):.2f} s"),
        ("differences", str(found.count)),
    ]  # fmt: skip
    if result.latencies:
        figures.insert(2, (
            "commit at source to visible",
            f"median {statistics.median(result.latencies):.2f} s, "
            f"p99 {_percentile(result.latencies, 0.99):.2f} s, with one commit a second",
        ))  # fmt: skip
    if standin:
        figures.append(("checkpoints in the target", f"{result.transactions}, "
                        f"{len(result.problems)} not of a durable checkpoint"))  # fmt: skip
        figures.append((
            "target", "the StarRocks stand-in of tests/standins: its speed is not StarRocks'",
        ))  # fmt: skip
    return "\n".join([*_lines([head, *body]), "", *_lines(figures), *result.problems])
