# SPDX-License-Identifier: Apache-2.0
"""MySQL to StarRocks as a running process, and the null server it may write to."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import requests

from tests.harness.mysql_server import MysqlServer
from tests.harness.ports import accepts, free_port
from tests.harness.processes import Process
from tests.harness.starrocks import StandIn
from tests.harness.waiting import wait_for

from .machine import BUILD, SLUICE
from .orders import DATABASE

CDC = """
env { job.name = "bench", job.mode = "STREAMING", checkpoint.interval = %(interval_ms)d }
source {
  MySQL-CDC {
    base-url = "jdbc:mysql://127.0.0.1:%(mysql)d/%(database)s?useSSL=false"
    username = root
    password = ""
    table-names = ["%(database)s.%(table)s"]
    exactly_once = true
  }
}
sink {
  StarRocks {
    nodeUrls = [%(nodes)s]
    base-url = "jdbc:mysql://%(sql)s?useSSL=false"
    username = root
    password = ""
    database = %(database)s
    enable_upsert_delete = true
    batch_max_rows = 100000
    batch_max_bytes = 50000000
  }
}
"""


class NullStarRocks:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = [str(BUILD / "bench" / "null_starrocks"), str(self.port)]
        self.process = Process(command, folder / "null.log")
        wait_for(lambda: accepts(self.port), "the null server", 20)

    def get(self, path: str) -> Any:
        return requests.get(f"http://127.0.0.1:{self.port}/{path}", timeout=30).json()

    def set(self, **settings: int) -> None:
        """`prepare_ms`: how long a prepare takes to be answered."""
        for name, value in settings.items():
            self.get(f"set?{name}={value}")

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("stats")
        return found

    def wait_for_id(self, number: int, seconds: float) -> dict[str, Any]:
        """Until row `number` is committed; what the server saw."""
        what = f"row {number} in the null server"
        wait_for(lambda: self.stats()["committed_id"] >= number, what, seconds, poll_s=0.05)
        return self.stats()

    def wait_for_commits(self, count: int, seconds: float) -> list[tuple[float, int]]:
        """Until there are so many; when each came, and its last row."""
        what = f"{count} commits in the null server"
        wait_for(lambda: len(self.stats()["commits"]) >= count, what, seconds, poll_s=0.05)
        commits: list[tuple[float, int]] = self.stats()["commits"]
        return commits

    def stop(self) -> None:
        self.process.kill()


class Job:
    """`sluice run`, running from the constructor on; `folder` keeps its state."""

    def __init__(
        self,
        folder: Path,
        mysql: MysqlServer,
        starrocks: StandIn,
        null: NullStarRocks | None = None,
        table: str = "orders",
        interval_ms: int = 1000,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        nodes = [f"127.0.0.1:{null.port}"] if null else starrocks.nodes
        text = CDC % {
            "interval_ms": interval_ms,
            "mysql": mysql.port,
            "database": DATABASE,
            "table": table,
            "nodes": ", ".join(f'"{node}"' for node in nodes),
            "sql": starrocks.sql,
        }
        (folder / "job.conf").write_text(text, encoding="utf-8")
        command = [str(SLUICE), "run", "-c", "job.conf", "--state", "state"]
        self.process = Process(command, folder / "job.log", cwd=folder)

    def memory(self, field: str) -> float:
        """VmRSS (now) or VmHWM (the most so far), in MB."""
        self.process.check_alive()
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(rf"{field}:\s*(\d+) kB", status)
        assert found, f"no {field} of process {self.process.pid}"
        return int(found[1]) * 1024 / 1e6

    def processor_seconds(self) -> float:
        """Of all its threads, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        code = self.process.end(seconds=60)
        assert code == 0, f"the job ended with {code}\n{self.process.log_tail()}"
