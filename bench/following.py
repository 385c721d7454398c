# SPDX-License-Identifier: Apache-2.0
"""The figures of whole jobs that follow the log, on one server."""

from __future__ import annotations

from pathlib import Path

from tests.harness.starrocks import StandIn

from .changes import empty_server, full_rate, idle, latency, stand_in_rate
from .figures import Figure
from .recovery import recovery


def changes(folder: Path, standin: StandIn) -> list[Figure]:
    server = empty_server(folder / "mysql")
    found = []
    for name, measure in (
        ("idle", idle),
        ("full-rate", full_rate),
        ("stand-in", stand_in_rate),
        ("latency", latency),
        ("recovery", recovery),
    ):
        found += measure(folder / name, server, standin)
    server.stop()
    return found
