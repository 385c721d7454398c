# SPDX-License-Identifier: Apache-2.0
"""How long a checkpoint holds the rows up, and what checkpoints cost."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from .figures import Figure, percentile, ratios, short, spread
from .in_process import ENGINE_JOB
from .machine import measure

# Milliseconds of a prepare: rows of a job that sees some checkpoints of it.
ROWS = {200: 60_000_000, 5000: 150_000_000}
INTERVAL_MS = 100  # or as long as the checkpoint before takes
COST_ROWS = 4_000_000
COST_RUNS = 6
NEVER_MS = 3_600_000


def _job(folder: Path, rows: int, interval_ms: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    job = folder / f"{rows}-{interval_ms}.conf"
    settings = f"env {{ checkpoint.interval = {interval_ms},"
    job.write_text((ENGINE_JOB % rows).replace("env {", settings, 1), encoding="utf-8")
    return job


def pauses(folder: Path) -> list[Figure]:
    figures = []
    for prepare_ms, rows in ROWS.items():
        job = _job(folder, rows, INTERVAL_MS)
        found = measure("pause_bench", job, folder / "state", prepare_ms)
        across = [seconds * 1000 for seconds in found["across"]]
        within = [seconds * 1000 for seconds in found["within"]]
        rate = found["rows"][0] / found["seconds"][0] / 1e6
        figures.append(
            Figure(
                f"checkpoint pause at full rate, prepare answers in {prepare_ms / 1000:g} s, p99",
                percentile(across, 0.99),
                "ms",
                "<= 10",
                "pauses",
                f"median {short(median(across))}, {len(across)} checkpoints; between chunks "
                f"without one: p99 {short(percentile(within, 0.99))}, most {short(max(within))}; "
                f"{short(rate)} M rows/s",
            )
        )
    return [*figures, _cost(folder)]


def _cost(folder: Path) -> Figure:
    often, never, again = [], [], []
    for _ in range(COST_RUNS):
        for interval_ms, times in ((INTERVAL_MS, often), (NEVER_MS, never), (NEVER_MS, again)):
            job = _job(folder, COST_ROWS, interval_ms)
            times.append(measure("pause_bench", job, folder / "state", 0)["seconds"][0])
    slower = [ratio - 1 for ratio in ratios(often, never)]
    return Figure(
        f"time that a checkpoint every {INTERVAL_MS} ms adds to a job of made-up rows",
        median(slower) * 100,
        "%",
        "",
        "pauses",
        spread([share * 100 for share in slower], ratios(never, again)),
    )
