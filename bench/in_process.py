# SPDX-License-Identifier: Apache-2.0
"""Figures of the engine alone: decoding and encoding from memory, and what the engine adds."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from .figures import Figure, events_of, ratios, short, spread
from .machine import measure
from .servers import FilledServer

ENGINE_ROWS = 4_000_000
ENGINE_JOB = """
env { job.name = "engine-cost", job.mode = "BATCH", parallelism = 1 }
source {
  FakeSource {
    row.num = %d
    string.length = 16
    schema {
      table = "bench.rows"
      columns = [
        { name = i1, type = bigint }, { name = i2, type = bigint }, { name = i3, type = bigint }
        { name = i4, type = bigint }, { name = i5, type = bigint }
        { name = d1, type = double }, { name = d2, type = double }
        { name = s1, type = string }, { name = s2, type = string }, { name = s3, type = string }
      ]
    }
  }
}
sink { Checksum {} }
"""


def decode(server: FilledServer) -> list[Figure]:
    figures = []
    for per_event, target in ((50, ">= 1"), (1, ">= 0.5")):
        found = measure("decode_bench", server.log(per_event)[1], 15)
        row_bytes = found["log_bytes"][0] / found["rows"][0]
        figures.append(
            Figure(
                f"log decode from memory, {events_of(per_event)}",
                found["rows_per_second"][0] / 1e6,
                "M rows/s",
                target,
                "decode",
                f"best of 15: {short(found['rows_per_second_best'][0] / 1e6)}; "
                f"{row_bytes:.0f} bytes of log a row",
            )
        )
    return figures


def encode(server: FilledServer) -> list[Figure]:
    found = measure("encode_bench", server.log(50)[1], 15)
    return [
        Figure(
            "JSON for StarRocks, one core",
            found["megabytes_per_second"][0],
            "MB/s",
            "",
            "encode",
            f"{short(found['rows_per_second'][0] / 1e6)} M rows/s of "
            f"{found['bytes_per_row'][0]:.0f} bytes",
        )
    ]


def engine(folder: Path) -> list[Figure]:
    folder.mkdir(parents=True, exist_ok=True)
    job = folder / "engine.conf"
    job.write_text(ENGINE_JOB % ENGINE_ROWS, encoding="utf-8")
    found = measure("engine_bench", job, folder / "state", 12)
    each = 1e9 / ENGINE_ROWS
    costs = [(a - b) * each for a, b in zip(found["job"], found["generation"], strict=True)]
    made = median(found["generation"]) * each
    same = ratios(found["generation_again"], found["generation"])
    return [
        Figure(
            "engine cost, made-up rows to a checksum, less making them",
            median(costs),
            "ns/row",
            "<= 80",
            "engine",
            f"{spread(costs, same)}; making a row: {short(made)} ns",
        )
    ]
