# SPDX-License-Identifier: Apache-2.0
"""A real MySQL 8.0 server: its own folder, one port for life, killed and started at will."""

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

from .ports import free_port
from .processes import Process
from .waiting import wait_for

VERSION = "8.0.33"
USER, PASSWORD = "sluice", "sl:uice p@ss"
START_S = 60
Row = tuple[Any, ...]

_server_ids = itertools.count(os.getpid() % 60000 * 100 + 1)

# Of the initialised directory that every instance begins as. The second account has what the
# documentation asks for, and nothing more.
ACCOUNTS = f"""
CREATE USER 'root'@'%' IDENTIFIED WITH caching_sha2_password BY '';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
CREATE USER '{USER}'@'%' IDENTIFIED WITH caching_sha2_password BY '{PASSWORD}';
GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '{USER}'@'%';
"""

OPTIONS: dict[str, str] = {
    "log-bin": "binlog",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "binlog_row_metadata": "MINIMAL",
    "gtid_mode": "ON",
    "enforce_gtid_consistency": "ON",
    "default_time_zone": "+00:00",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_0900_ai_ci",
    # Small and quick. A commit survives the death of the process, not of the machine.
    "innodb_buffer_pool_size": "96M",
    "innodb_flush_log_at_trx_commit": "2",
    "sync_binlog": "0",
    "innodb_doublewrite": "OFF",
    "performance_schema": "OFF",
    "mysqlx": "OFF",
    "skip_name_resolve": "ON",
    "max_connections": "200",
}


def cache_folder() -> Path:
    return Path(os.environ.get("SLUICE_CACHE") or Path.home() / ".cache" / "sluice")


def mysql_home() -> Path:
    home = os.environ.get("SLUICE_MYSQL_HOME")
    found = Path(home) if home else cache_folder() / f"mysql-{VERSION}"
    if not (found / "bin" / "mysqld").exists():
        raise AssertionError(f"no MySQL server in {found}: run ./dev setup")
    return found


def _template() -> Path:
    """An initialised data directory, made once and then copied."""
    ready = cache_folder() / f"mysql-data-{VERSION}-1"
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "mysql-data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready.exists():
            return ready
        making = ready.with_suffix(f".{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        accounts = making.with_suffix(".sql")
        # The server wants one statement a line.
        accounts.write_text(ACCOUNTS.strip() + "\n", encoding="utf-8")
        log = making.with_suffix(".log")
        command = [*_mysqld(making), "--initialize-insecure", f"--init-file={accounts}"]
        code = Process(command, log).wait(120)
        if code != 0:
            raise AssertionError(f"mysqld --initialize-insecure: {code}\n{log.read_text()}")
        # Each copy makes its own identity.
        (making / "auto.cnf").unlink(missing_ok=True)
        making.rename(ready)
        accounts.unlink()
        log.unlink()
    return ready


def _mysqld(datadir: Path) -> list[str]:
    home = mysql_home()
    user = ["--user=root"] if os.geteuid() == 0 else []
    return [
        str(home / "bin" / "mysqld"),
        "--no-defaults",
        f"--basedir={home}",
        f"--datadir={datadir}",
        *user,
    ]


class MysqlServer:
    """Running from the constructor on, on the data in `folder` if there is some. `options` add to
    or replace OPTIONS."""

    def __init__(self, folder: Path, options: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.options = {**OPTIONS, "server_id": str(next(_server_ids)), **(options or {})}
        self.datadir = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.datadir.exists():
            shutil.copytree(_template(), self.datadir)
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
            *_mysqld(self.datadir),
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
        self.execute(f"PURGE BINARY LOGS TO '{newest}'")
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
