# SPDX-License-Identifier: Apache-2.0
"""The machine, the programs of this build, and who runs on which core."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
SLUICE = BUILD / "sluice"
PROGRAM_S = 300


def client_core() -> int:
    return max(os.sched_getaffinity(0))


def on_client_core(command: list[str]) -> list[str]:
    return ["taskset", "-c", str(client_core()), *command]


def keep_off_client_core(pid: int) -> None:
    """The server and all its threads; with one core there is no choice."""
    others = os.sched_getaffinity(0) - {client_core()}
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), others or {client_core()})


def measure(program: str, *args: object) -> dict[str, list[float]]:
    """Runs build/release/bench/PROGRAM; what it printed, by name."""
    command = on_client_core([str(BUILD / "bench" / program), *map(str, args)])
    run = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_S, check=False)
    if run.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {run.returncode}\n{run.stderr}")
    found: dict[str, list[float]] = defaultdict(list)
    for line in run.stdout.splitlines():
        name, _, value = line.partition(" ")
        found[name].append(float(value))
    return found


def _output(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return run.stdout.strip()


def describe() -> list[tuple[str, str]]:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))
    changed = " and changes" if _output("git", "status", "--porcelain", "-uno") else ""
    load = os.getloadavg()[0]
    return [
        ("date", date.today().isoformat()),
        ("commit", _output("git", "rev-parse", "--short", "HEAD") + changed),
        ("processor", f"{cpu[1] if cpu else 'unknown'}, {os.cpu_count()} cores"),
        ("memory", f"{int(memory[1]) // 2**20 if memory else 0} GiB"),
        ("system", _output("uname", "-sr")),
        ("compiler", _output("c++", "--version").splitlines()[0] + ", -O2"),
        ("load before", f"{load:.1f} of {os.cpu_count()} cores were busy with something else"),
    ]
