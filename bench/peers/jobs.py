# SPDX-License-Identifier: Apache-2.0
"""The job files that both engines run, and the two engines."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.harness.mysql_server import MysqlServer, cache_folder

HERE = Path(__file__).parent
VERSION = "2.3.8"
HEAP = "2g"
RUN_S = 900

MADE_UP = """
env {{ job.mode = "BATCH", parallelism = 1, job.name = "peers" }}
source {{ FakeSource {{
  row.num = {rows}
  split.num = 100
  string.length = 16
  schema = {{ fields {{ a = bigint, b = bigint, c = bigint, d = bigint, e = bigint, f = double,
    g = double, h = string, i = string, j = string }} }}
}} }}
sink {{ Console {{ log.print.data = false }} }}
"""

JDBC = """
env {{ job.mode = "BATCH", parallelism = 1, job.name = "peers" }}
source {{ Jdbc {{
  url = "jdbc:mysql://127.0.0.1:{port}/bench?useSSL=false&useCursorFetch=true"
  driver = "com.mysql.cj.jdbc.Driver"
  user = "root"
  password = ""
  query = "SELECT * FROM large WHERE id <= {half} UNION ALL SELECT * FROM large WHERE id <= {rest}"
  fetch_size = 10000
}} }}
sink {{ Console {{ log.print.data = false }} }}
"""


@dataclass(frozen=True)
class Cost:
    """Of one run: processor time of the whole process, wall time, most memory."""

    busy_s: float
    wall_s: float
    peak_mb: float


def text(template: str, server: MysqlServer, rows: int) -> str:
    half = (rows + 1) // 2
    return template.format(rows=rows, half=half, rest=rows - half, port=server.port)


def sluice(binary: Path) -> list[str]:
    return [str(binary), "run", "--fresh", "-c"]


def seatunnel() -> list[str]:
    """Fetches it where it is not there yet."""
    home = cache_folder() / f"seatunnel-{VERSION}"
    subprocess.run([HERE / "seatunnel.sh", home], check=True)
    config = home / "config"
    return [
        "java",
        f"-Xmx{HEAP}",
        f"-DSEATUNNEL_HOME={home}",
        f"-Dseatunnel.config={config / 'seatunnel.yaml'}",
        f"-Dhazelcast.config={config / 'hazelcast.yaml'}",
        f"-Dhazelcast.client.config={config / 'hazelcast-client.yaml'}",
        f"-Dlog4j2.configurationFile={config / 'log4j2.properties'}",
        "-cp",
        # This one replaces classes of its base, so it comes first.
        f"{home / 'starter'}:{home / 'lib' / f'seatunnel-config-shade-{VERSION}.jar'}"
        f":{home / 'lib'}/*",
        "LocalJob",
    ]


def run(command: list[str], job: str) -> Cost:
    """Runs a job to its end, in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "job.conf"
        file.write_text(job, encoding="utf-8")
        log = Path(folder) / "out"
        begin = time.monotonic()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, str(file)],
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "SEATUNNEL_HOME": _home_of(command)},
            )
        usage = _wait(process, begin + RUN_S)
        if process.returncode != 0:
            said = log.read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"{command[0]}: {process.returncode}\n{said[-3000:]}")
    return Cost(usage[0], time.monotonic() - begin, usage[1])


def _home_of(command: list[str]) -> str:
    homes = [word.partition("=")[2] for word in command if word.startswith("-DSEATUNNEL_HOME=")]
    return homes[0] if homes else ""


def _wait(process: subprocess.Popen[bytes], until: float) -> tuple[float, float]:
    """Processor seconds and megabytes at most, of a process that ends in time."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        if time.monotonic() > until:
            process.kill()
        time.sleep(0.02)
