# SPDX-License-Identifier: Apache-2.0
"""Figures against a real MySQL: the snapshot, and the log as the server sends it."""

from __future__ import annotations

from statistics import median

from .figures import Figure, events_of, ratios, short, spread
from .machine import keep_off_client_core, measure
from .servers import LOG_ROWS, WARM_ROWS, FilledServer

SPLIT_ROWS = 8096  # the default of snapshot.split.size


def snapshot(server: FilledServer) -> list[Figure]:
    keep_off_client_core(server.process.pid)
    rows = min(WARM_ROWS, server.large_rows)
    where = ("127.0.0.1", server.port, "large", rows, SPLIT_ROWS, 15)
    found = measure("snapshot_bench", *where)
    faster = ratios(found["library"], found["worker"])
    same = ratios(found["library"], found["library_again"])
    rate = rows / median(found["worker"]) / 1e6
    return [
        Figure(
            "MySQL snapshot ÷ the client library alone",
            median(faster),
            "",
            ">= 0.8",
            "snapshot",
            f"{spread(faster, same)}; {short(rate)} M rows/s",
        )
    ]


def live(server: FilledServer) -> list[Figure]:
    keep_off_client_core(server.process.pid)
    figures = []
    for per_event, rows in LOG_ROWS.items():
        name, path = server.log(per_event)
        found = measure("live_bench", "127.0.0.1", server.port, name, path, 10)
        of_memory = ratios(found["memory"], found["live"])
        parts = [a + b for a, b in zip(found["stream"], found["memory"], strict=True)]
        of_parts = ratios(parts, found["live"])
        same = ratios(found["memory"], found["memory_again"])
        rate = rows / median(found["live"]) / 1e6
        events = events_of(per_event)
        figures.append(
            Figure(
                f"log live ÷ decode from memory, {events}",
                median(of_memory),
                "",
                ">= 0.7",
                "live",
                f"{spread(of_memory, same)}; {short(rate)} M rows/s",
            )
        )
        figures.append(
            Figure(
                f"log live ÷ receiving alone and then decoding alone, {events}",
                median(of_parts),
                "",
                "",
                "live",
                spread(of_parts),
            )
        )
        # Processor time: the core that decodes also receives.
        both = [a + b for a, b in zip(found["receiving"], found["memory"], strict=True)]
        ceiling = ratios(found["memory"], both)
        share = rows / median(found["receiving"]) / 1e6
        figures.append(
            Figure(
                f"the most that log live ÷ decode can be on one core, {events}",
                median(ceiling),
                "",
                "",
                "live",
                f"{spread(ceiling)}; receiving and dropping: {short(share)} M rows/s of processor "
                f"time; the server sends {short(rows / median(found['stream']) / 1e6)} M rows/s",
            )
        )
        figures.append(_profile(found, rows, events))
    return figures


def _profile(found: dict[str, list[float]], rows: int, events: str) -> Figure:
    """What the processor time of a live row is spent on."""
    whole, decoding, receiving = (
        median(found[name]) / rows * 1e9 for name in ("live_cpu", "memory", "receiving")
    )
    return Figure(
        f"log live: processor time of a row, {events}",
        whole,
        "ns",
        "",
        "live",
        f"decoding {short(decoding)}, receiving {short(receiving)}, the rest "
        f"{short(whole - decoding - receiving)}: events handed from thread to thread, their "
        "transactions and positions followed",
    )
