# SPDX-License-Identifier: Apache-2.0
"""The executable on jobs that need no server: rows made up, rows printed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.processes import Process

ROOT = Path(__file__).resolve().parents[3]
SLUICE = Path(os.environ.get("SLUICE", ROOT / "build/release/sluice"))

# Counts up from 1, so that every printed row is known beforehand. Each table has three splits.
JOB = """
env {{
  job.name = "{name}"
  job.mode = "{mode}"
  checkpoint.interval = 50
  {env}
}}
source {{
  FakeSource {{
    row.num = {rows}
    split.num = 3
    seed = {seed}
    auto.increment.enabled = true
    schema {{
      table = "db.t"
      fields {{ id = bigint }}
      primaryKey {{ name = pk, columnNames = [id] }}
    }}
  }}
}}
sink {{ Console {{}} }}
"""


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def ids(self) -> list[int]:
        """Of the printed rows, in order."""
        rows = [line for line in self.out.splitlines() if "rowIndex=" in line]
        return [int(row.rsplit(" ", 1)[1]) for row in rows]


class Cli:
    """Runs in a folder of its own: the default state directory is inside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.executable = SLUICE

    def job(
        self,
        rows: int = 10,
        mode: str = "BATCH",
        name: str = "counted",
        seed: int = 0,
        env: str = "",
    ) -> str:
        path = self.folder / "job.conf"
        path.write_text(JOB.format(rows=rows, mode=mode, name=name, seed=seed, env=env))
        return str(path)

    def __call__(self, *args: str, env: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            [str(SLUICE), *args],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str, log: str = "log", env: dict[str, str] | None = None) -> Process:
        return Process([str(SLUICE), *args], self.folder / log, cwd=self.folder, env=env)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)
