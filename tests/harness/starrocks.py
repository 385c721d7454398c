# SPDX-License-Identifier: Apache-2.0
"""The target: the StarRocks stand-in, or the cluster that SLUICE_STARROCKS_FE names."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import pymysql
import pymysql.converters
import requests

from . import transactions, values
from .ports import free_port
from .processes import Process
from .target import JOBS, Durable
from .values import Column, Normal
from .waiting import wait_for

STANDIN = Path(__file__).resolve().parents[1] / "standins" / "starrocks"
Row = tuple[Any, ...]


def real_cluster() -> str:
    """Addresses of front ends, host[:port] with commas; empty: the stand-in is used."""
    return os.environ.get("SLUICE_STARROCKS_FE", "")


def _address(text: str, port: int) -> str:
    return text.strip() if ":" in text else f"{text.strip()}:{port}"


class StarRocks:
    """Addresses and SQL of a cluster. `control` is None for a real one."""

    def __init__(self) -> None:
        front_ends = real_cluster().split(",")
        self.nodes = [_address(text, 8030) for text in front_ends]
        default = front_ends[0].split(":")[0]
        self.sql = _address(os.environ.get("SLUICE_STARROCKS_MYSQL", default), 9030)
        self.user = os.environ.get("SLUICE_STARROCKS_USER", "root")
        self.password = os.environ.get("SLUICE_STARROCKS_PASSWORD", "")
        self.control: str | None = None
        self._connection: Any = None

    def connect(self, **more: Any) -> Any:
        host, _, port = self.sql.rpartition(":")
        return pymysql.connect(
            host=host,
            port=int(port),
            user=self.user,
            password=self.password,
            **{"autocommit": True, "read_timeout": 120, "connect_timeout": 10, **more},
        )

    def query(self, sql: str) -> list[Row]:
        """From one thread only."""
        if self._connection is None:
            self._connection = self.connect()
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        except (pymysql.OperationalError, pymysql.InterfaceError):
            self.forget()
            raise

    def forget(self) -> None:
        if self._connection is not None and self._connection.open:
            self._connection.close()
        self._connection = None

    def fresh_database(self, name: str) -> None:
        self.query(f"DROP DATABASE IF EXISTS `{name}`")
        self.query(f"CREATE DATABASE `{name}`")

    @property
    def shop_job(self) -> Path:
        return JOBS / "shop.conf"

    def job_variables(self, database: str) -> dict[str, Any]:
        return {
            "nodes": json.dumps(self.nodes),
            "starrocks_sql": self.sql,
            "starrocks_user": self.user,
            "starrocks_password": self.password,
            "database": database,
        }

    def reader(self) -> Any:
        # Without decoders every value stays what the server sent.
        return self.connect(conv=pymysql.converters.encoders, charset="utf8mb4")

    def columns(self, reader: Any, table: str) -> list[Column]:
        database, name = table.split(".", 1)
        try:
            with reader.cursor() as cursor:
                cursor.execute(f"SHOW FULL COLUMNS FROM `{database}`.`{name}`")
                rows = list(cursor.fetchall())
        except pymysql.err.ProgrammingError:
            return []
        except pymysql.err.OperationalError as error:
            if error.args and error.args[0] in (1049, 1146, 5501, 5502):
                return []
            raise
        columns = []
        for row in rows:
            full = values.text(row[1]).lower()
            columns.append(Column(values.text(row[0]), full.split("(")[0].split("<")[0], full))
        return columns

    def rows(self, reader: Any, table: str, columns: list[Column]) -> list[Row]:
        names = ", ".join(f"`{column.name}`" for column in columns)
        with reader.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {table}")
            return list(cursor.fetchall())

    def normal(self, column: Column, source: Column) -> Normal:
        return values.of_target(column, source)

    # A real cluster shows no history.

    def mark(self) -> str:
        return "0"

    def problems(
        self, database: str, after: str, durable: Durable | None, stopped: bool
    ) -> list[str]:
        return []

    def committed(self, database: str, after: str) -> int:
        return 0

    def tables(self, database: str) -> list[str]:
        return sorted(str(row[0]) for row in self.query(f"SHOW TABLES FROM `{database}`"))

    def stop(self) -> None:
        self.forget()


class StandIn(StarRocks):
    """The stand-in, running from the constructor on. Its data is in memory."""

    def __init__(
        self, folder: Path, *options: str, front_ends: int = 2, back_ends: int = 2
    ) -> None:
        super().__init__()
        self.user, self.password = "root", ""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        ports_file = folder / "ports.json"
        ports_file.unlink(missing_ok=True)
        self.process = Process(
            [
                *(sys.executable, "-m", "starrocks_standin", "--ports-file", str(ports_file)),
                *("--front-ends", str(front_ends), "--back-ends", str(back_ends)),
                *self._ports(front_ends, back_ends),
                *options,
            ],
            folder / "standin.log",
            cwd=STANDIN,
        )
        wait_for(lambda: self._is_ready(ports_file), "ports of the stand-in", 60)
        self.ports: dict[str, Any] = json.loads(ports_file.read_text(encoding="utf-8"))
        hosts = zip(self.ports["fe_host"], self.ports["fe_http"])
        self.nodes = [f"{host}:{port}" for host, port in hosts]
        self.sql = f"127.0.0.1:{self.ports['mysql']}"
        self.control = f"http://127.0.0.1:{self.ports['control']}"

    @staticmethod
    def _ports(front_ends: int, back_ends: int) -> list[str]:
        """Fixed ones, for nodes that are killed and come back."""
        found = [f"--mysql-port={free_port()}", f"--control-port={free_port()}"]
        found += [f"--fe-http-port={free_port()}" for _ in range(front_ends)]
        return found + [f"--be-http-port={free_port()}" for _ in range(back_ends)]

    def _is_ready(self, ports_file: Path) -> bool:
        self.process.check_alive()
        return ports_file.exists()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """One call of the control port."""
        answer = requests.request(
            method, f"{self.control}{path}", json=body, params=query, timeout=30
        )
        if answer.status_code != 200:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def transactions(self, **filters: str) -> list[dict[str, Any]]:
        """Every transaction ever begun; `db`, `table`, `label`, `state` take globs."""
        found = self.call("GET", "/transactions", **filters)
        assert isinstance(found, list)
        return found

    def mark(self) -> str:
        return str(max((int(txn["txn_id"]) for txn in self.transactions()), default=0))

    def problems(
        self, database: str, after: str, durable: Durable | None, stopped: bool
    ) -> list[str]:
        book = self.transactions(db=database, after=after)
        return transactions.problems_of(book, database, durable, stopped=stopped)

    def committed(self, database: str, after: str) -> int:
        return sum(
            txn["state"] in transactions.DONE and transactions.parse_label(txn["label"]) is not None
            for txn in self.transactions(db=database, after=after)
        )

    def fault(self, op: str, action: str, **more: Any) -> int:
        """Plants a fault; its id. By default it fires once."""
        found = self.call("POST", "/faults", {"op": op, "action": action, **more})
        return int(found[0]["id"])

    def fault_hits(self, number: int) -> int:
        rules = self.call("GET", "/faults")
        return sum(int(rule["hits"]) for rule in rules if rule["id"] == number)

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def settings(self, **values: Any) -> None:
        self.call("POST", "/settings", values)

    def node(self, kind: str, index: int, event: str, **more: Any) -> list[str]:
        """`kind` is fe or be; `event` is kill, start or restart. The labels lost with a leader."""
        lost = self.call("POST", f"/{kind}/{index}/{event}", more)["lost"]
        if kind == "fe":
            self.forget()  # its connections are cut
        return list(lost)

    @contextmanager
    def without_first_front_end(self) -> Iterator[list[str]]:
        """It is dead, and the tests ask the second one. The labels lost with it."""
        sql = self.sql
        lost = self.node("fe", 0, "kill")
        self.sql = f"{self.nodes[1].rpartition(':')[0]}:{sql.rpartition(':')[2]}"
        try:
            yield lost
        finally:
            self.sql = sql
            self.node("fe", 0, "start")
            self.change_leader(0)

    def change_leader(self, index: int) -> list[str]:
        """The labels that were lost with the old leader."""
        return list(self.call("POST", "/leader", {"fe": index})["lost"])

    def stop(self) -> None:
        super().stop()
        self.process.end(seconds=30)
