# SPDX-License-Identifier: Apache-2.0
"""A real server: its own folder, one port for life, killed and started at will."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any, Mapping

import pymysql

from .mysql_flavours import COMMON, MYSQL80, PASSWORD, USER, Flavour, cache_folder
from .ports import free_port
from .processes import Process
from .waiting import wait_for

START_S = 60
Row = tuple[Any, ...]

_server_ids = itertools.count(os.getpid() % 60000 * 100 + 1)


def _template(flavour: Flavour) -> Path:
    """An initialised data directory, made once and then copied."""
    ready = cache_folder() / f"data-{flavour}-1"
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "mysql-data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready.exists():
            return ready
        making = ready.with_name(f"{ready.name}-{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        flavour.initialise(making)
        making.rename(ready)
    return ready


class MysqlServer:
    """Running from the constructor on, on the data in `folder` if there is some. `options` add to
    or replace the flavour's."""

    def __init__(
        self,
        folder: Path,
        options: Mapping[str, str] | None = None,
        flavour: Flavour = MYSQL80,
    ) -> None:
        self.folder = folder
        self.flavour = flavour
        self.port = free_port()
        own = {"server_id": str(next(_server_ids))}
        self.options = {**COMMON, **flavour.options, **own, **(options or {})}
        self.datadir = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.datadir.exists():
            shutil.copytree(_template(flavour), self.datadir)
        self._process: Process | None = None
        self._connection: Any = None
        self.start()

    @property
    def process(self) -> Process:
        assert self._process is not None, "the server was not started"
        return self._process

    def start(self) -> None:
        """On the same port and data as before."""
        command = [
            *self.flavour.command(self.datadir),
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self._socket()}",
            f"--pid-file={self.folder / 'mysqld.pid'}",
            *(f"--{name}={value}" for name, value in self.options.items()),
        ]
        self._process = Process(command, self.folder / "mysqld.log")
        wait_for(self._answers, f"MySQL on port {self.port}", START_S, poll_s=0.05)

    def _socket(self) -> str:
        # In the folder it could be longer than a socket's name may be.
        return f"{tempfile.gettempdir()}/sluice-test-{os.getpid()}-{self.port}.sock"

    def _answers(self) -> bool:
        self.process.check_alive()
        try:
            self.connect().close()
        except pymysql.Error:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, as a crash of the server."""
        self._forget()
        self.process.kill()

    def stop(self) -> None:
        self._forget()
        if self._process is not None and self._process.alive:
            self._process.end(signal.SIGTERM, 60)
        for suffix in ("", ".lock"):
            Path(self._socket() + suffix).unlink(missing_ok=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    def job_variables(self) -> dict[str, Any]:
        """For a job that reads the server."""
        return {"mysql_port": self.port, "mysql_user": USER, "mysql_password": PASSWORD}

    def connect(self, database: str | None = None, user: str = "root", **more: Any) -> Any:
        """A connection of its own; the caller closes it."""
        password = PASSWORD if user == USER else ""
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            database=database,
            **{
                "user": user,
                "password": password,
                "autocommit": True,
                "charset": "utf8mb4",
                "connect_timeout": 10,
                "read_timeout": 120,
                **more,
            },
        )

    def _forget(self) -> None:
        if self._connection is not None and self._connection.open:
            self._connection.close()
        self._connection = None

    def query(self, sql: str, parameters: Any = None) -> list[Row]:
        """As root; from one thread only."""
        if self._connection is None:
            self._connection = self.connect()
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def execute(self, *statements: str) -> None:
        for sql in statements:
            self.query(sql)

    def fresh_database(self, name: str) -> None:
        self.execute(
            f"DROP DATABASE IF EXISTS `{name}`",
            f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4",
        )

    def log_files(self) -> list[str]:
        return [str(row[0]) for row in self.query("SHOW BINARY LOGS")]

    def rotate_logs(self) -> str:
        """Begins a new file of the log; its name."""
        self.execute("FLUSH BINARY LOGS")
        return self.log_files()[-1]

    def purge_logs(self) -> str:
        """Leaves one empty file of the log; its name."""
        newest = self.rotate_logs()

        def only_newest() -> bool:
            # A connection that has ended holds its file until the server notices.
            self.execute(f"PURGE BINARY LOGS TO '{newest}'")
            return self.log_files() == [newest]

        wait_for(only_newest, "the old files of the log to go", 30, poll_s=0.1)
        return newest

    def cut_connections(self, user: str = USER) -> int:
        """Kills what `user` has open, replication included; how many there were."""
        found = self.query(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = %s", (user,)
        )
        for (number,) in found:
            try:
                self.execute(f"KILL {number}")
            except pymysql.Error:
                continue  # it ended by itself
        return len(found)
