# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL server: its own folder, one port for life, killed and started at will."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Mapping

import psycopg

from .ports import free_port
from .processes import Process
from .waiting import wait_for

HOME = Path(os.environ.get("SLUICE_POSTGRES_HOME", "/usr/lib/postgresql/15"))
USER, PASSWORD = "sluice", "sl:uice p@ss"
START_S = 60
Row = tuple[Any, ...]

OPTIONS: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "64MB",
    # A commit survives the death of the process, not of the machine.
    "fsync": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresServer:
    """Running from the constructor on. The server refuses root, so its files then belong to the
    account that its package made."""

    def __init__(self, folder: Path, options: Mapping[str, str] | None = None) -> None:
        if not (HOME / "bin" / "postgres").exists():
            raise AssertionError(f"no PostgreSQL server in {HOME}: run ./dev setup")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.options = {**OPTIONS, **(options or {})}
        # The account must reach it, and a socket's name must be short.
        self._place = Path(tempfile.mkdtemp(prefix="sluice-pg-", dir="/tmp"))
        self.datadir = self._place / "data"
        self._as: list[str] = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self._place, account.pw_uid, account.pw_gid)
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._connections: dict[str, Any] = {}
        self._process: Process | None = None
        self._make()
        self.start()

    def _make(self) -> None:
        words = self._place / "password"
        words.write_text(PASSWORD + "\n", encoding="utf-8")
        words.chmod(0o644)
        command = [
            *(*self._as, str(HOME / "bin" / "initdb"), f"--pgdata={self.datadir}"),
            *(f"--username={USER}", f"--pwfile={words}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"initdb: {done.returncode}\n{done.stdout}{done.stderr}")

    def start(self) -> None:
        """On the same port and data as before."""
        command = [
            *(*self._as, str(HOME / "bin" / "postgres"), "-D", str(self.datadir)),
            *("-p", str(self.port), "-k", str(self._place)),
            *(part for name, value in self.options.items() for part in ("-c", f"{name}={value}")),
        ]
        self._process = Process(command, self.folder / "postgres.log", cwd=Path("/"))
        wait_for(self._answers, f"PostgreSQL on port {self.port}", START_S, poll_s=0.05)

    @property
    def process(self) -> Process:
        assert self._process is not None, "the server was not started"
        return self._process

    def _answers(self) -> bool:
        self.process.check_alive()
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL of the first process; the others notice and end."""
        self._forget()
        self.process.kill()
        wait_for(self._others_ended, "the end of the server's other processes", START_S)
        (self.datadir / "postmaster.pid").unlink(missing_ok=True)

    def _others_ended(self) -> bool:
        return not any(self._belongs(int(one.name)) for one in Path("/proc").glob("[0-9]*"))

    def _belongs(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve() == self.datadir
        except OSError:
            return False

    def stop(self) -> None:
        self._forget()
        if self._process is not None and self._process.alive:
            self._process.end(signal.SIGINT, 60)
        shutil.rmtree(self._place, ignore_errors=True)

    def connect(self, database: str = "postgres", **more: Any) -> Any:
        """A connection of its own; the caller closes it."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=USER,
            password=PASSWORD,
            **{"autocommit": True, "connect_timeout": 10, **more},
        )

    def _forget(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def query(self, sql: str, database: str = "postgres") -> list[Row]:
        """From one thread only."""
        if database not in self._connections or self._connections[database].closed:
            self._connections[database] = self.connect(database)
        with self._connections[database].cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    def execute(self, *statements: str, database: str = "postgres") -> None:
        for sql in statements:
            self.query(sql, database)

    def fresh_database(self, name: str) -> None:
        if name in self._connections:
            self._connections.pop(name).close()
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
