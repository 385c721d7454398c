# SPDX-License-Identifier: Apache-2.0
"""MySQL-CDC into the Console sink, against real servers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness.mysql_flavours import MYSQL80, Flavour
from harness.mysql_server import PASSWORD, USER, MysqlServer
from harness.processes import Process
from harness.waiting import wait_for

ROOT = Path(__file__).resolve().parents[3]
SLUICE = Path(os.environ.get("SLUICE") or ROOT / "build" / "release" / "sluice")
ROW = re.compile(r"SeaTunnelRow#tableId=(\S+) SeaTunnelRow#kind=(\S+) : (.*)$", re.M)

CONFIG = """
env {{ job.mode = "STREAMING", job.name = "cdc", checkpoint.interval = 300, job.retry.times = 0
  {env} }}
source {{ MySQL-CDC {{
  base-url = "jdbc:mysql://{host}:{port}/shop{parameters}"
  username = "{user}"
  password = "{password}"
  exactly_once = true
  {options}
}} }}
transform {{ {transform} }}
sink {{ Console {{}} }}
"""

MakeServer = Callable[..., MysqlServer]


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def option(name: str) -> str:
    """`startup__mode` and `table___pattern` as options are written."""
    return name.replace("___", "-").replace("__", ".")


class ConsoleJob:
    """One job file and its state; started as often as one likes."""

    def __init__(self, folder: Path, server: MysqlServer, tables: list[str], **more: str) -> None:
        self.folder = folder
        self.log = folder / "job.out"
        self.said = folder / "job.err"
        options = {"table-names": "[" + ",".join(f'"{name}"' for name in tables) + "]"}
        if not tables:
            del options["table-names"]
        values = {
            "host": "127.0.0.1",
            "port": str(server.port),
            "parameters": "",
            "transform": "",
            "env": "",
            "user": USER,
            "password": PASSWORD,
        }
        for name, value in more.items():
            (values if name in values else options)[option(name)] = value
        lines = "\n  ".join(f"{name} = {value}" for name, value in options.items())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "job.conf").write_text(CONFIG.format(options=lines, **values), encoding="utf-8")
        self.process: Process | None = None
        self.said_before = 0

    def start(self, *arguments: str) -> None:
        command = [str(SLUICE), "run", "-c", str(self.folder / "job.conf")]
        command += ["--state", str(self.folder / "state"), *arguments]
        self.said_before = len(self.text())
        # Rows and log lines apart: a long row is written in pieces.
        apart = ["/bin/sh", "-c", 'exec "$@" 2>>"$0"', str(self.said), *command]
        self.process = Process(apart, self.log)

    def text(self) -> str:
        """What it said, without the rows."""
        return read(self.said)

    def rows(self, table: str | None = None) -> list[tuple[str, str]]:
        """Kind and values as text, in the order printed by all runs so far."""
        # The last line may be half written.
        whole = read(self.log).rpartition("\n")[0]
        found = ROW.findall(whole)
        return [(kind, values) for path, kind, values in found if table in (None, path)]

    def all_rows(self) -> list[tuple[str, str]]:
        """Table and values as text; for jobs that have ended."""
        return [(path, values) for path, _, values in ROW.findall(read(self.log))]

    def wait_rows(self, count: int, table: str | None = None) -> list[tuple[str, str]]:
        def enough() -> bool:
            assert self.process is not None
            assert self.process.alive, self.text()[-2000:]
            return len(self.rows(table)) >= count

        wait_for(enough, f"{count} rows of {table}", 60)
        return self.rows(table)

    def wait_position(self, text: str) -> None:
        """Until the last checkpoint's position in the log holds `text`."""

        def there() -> bool:
            shown = subprocess.run(
                [str(SLUICE), "dump", "checkpoint", str(self.folder / "state")],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            return text in shown

        wait_for(there, f"a position with {text}", 60, poll_s=0.2)

    def fails(self, *arguments: str) -> str:
        """A start that ends with an error; what it said."""
        self.start(*arguments)
        return self.ends_with_error()

    def ends_with_error(self) -> str:
        """Waits for the end of the running start; what it said from its beginning on."""
        assert self.process is not None
        code = self.process.wait(60)
        assert code not in (0, -6, -11), self.text()
        return self.text()[self.said_before :]

    def stop(self) -> None:
        if self.process is not None and self.process.alive:
            assert self.process.end(seconds=60) == 0, self.text()


@pytest.fixture(scope="session")
def make_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeServer]:
    made: list[MysqlServer] = []

    def make(flavour: Flavour = MYSQL80, **options: str) -> MysqlServer:
        folder = tmp_path_factory.mktemp("mysql")
        given = {name.replace("__", "-"): value for name, value in options.items()}
        server = MysqlServer(folder, given, flavour)
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def shared_server(make_server: MakeServer) -> MysqlServer:
    return make_server()


@pytest.fixture
def server(shared_server: MysqlServer) -> MysqlServer:
    shared_server.fresh_database("shop")
    return shared_server


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Callable[..., ConsoleJob]]:
    made: list[ConsoleJob] = []

    def make(server: MysqlServer, tables: list[str], **more: Any) -> ConsoleJob:
        made.append(ConsoleJob(tmp_path / f"job{len(made)}", server, tables, **more))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None and one.process.alive:
            one.process.kill()
