# SPDX-License-Identifier: Apache-2.0
"""MySQL and PostgreSQL as targets of the Jdbc sink, and the book that it keeps in them."""

from __future__ import annotations

import binascii
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pymysql.converters

from . import postgres_server, values
from .mysql_server import MysqlServer
from .postgres_server import PostgresServer
from .target import JOBS, Durable, Row
from .values import Column, Normal

LEDGER = "__sluice_ledger"


class _Ledger:
    """What both have: one row for each checkpoint and writer that was committed."""

    def execute(self, database: str, sql: str) -> list[Row]:
        """One statement; its rows."""
        raise NotImplementedError

    def _tables(self, database: str) -> list[str]:
        raise NotImplementedError

    @property
    def shop_job(self) -> Path:
        return JOBS / "shop_jdbc.conf"

    def mark(self) -> str:
        return ""

    def _ledger(self, database: str) -> list[tuple[int, int, int]]:
        """(checkpoint, run, writer); old ones are forgotten."""
        if LEDGER not in self._tables(database):
            return []
        rows = self.execute(database, f"SELECT checkpoint, run, writer FROM {LEDGER}")
        return [(int(row[0]), int(row[1]), int(row[2])) for row in rows]

    def problems(
        self, database: str, after: str, durable: Durable | None, stopped: bool
    ) -> list[str]:
        found: list[str] = []
        ledger = self._ledger(database)
        for checkpoint, run, writer in ledger:
            if durable is not None and (checkpoint, run) not in durable:
                found.append(f"checkpoint {checkpoint} of run {run} is committed, but not durable")
        runs: dict[int, set[int]] = {}
        for checkpoint, run, _ in ledger:
            runs.setdefault(checkpoint, set()).add(run)
        found += [
            f"checkpoint {number} was committed by several runs: {sorted(of)}"
            for number, of in runs.items()
            if len(of) > 1
        ]
        twice = Counter((checkpoint, writer) for checkpoint, _, writer in ledger)
        found += [
            f"{what} was committed {times} times" for what, times in twice.items() if times > 1
        ]
        if stopped:
            stages = [name for name in self._tables(database) if name.startswith("__sluice_")]
            found += [f"the stage {name} is left" for name in stages if name != LEDGER]
        return found

    def committed(self, database: str, after: str) -> int:
        return len(self._ledger(database))


class MysqlTarget(_Ledger):
    """Another MySQL server than the source."""

    def __init__(self, folder: Path) -> None:
        self.server = MysqlServer(folder)

    def execute(self, database: str, sql: str) -> list[Row]:
        self.server.execute(f"USE `{database}`")
        return self.server.query(sql)

    def quoted(self, name: str) -> str:
        return f"`{name}`"

    def _tables(self, database: str) -> list[str]:
        return [str(row[0]) for row in self.server.query(f"SHOW TABLES FROM `{database}`")]

    def fresh_database(self, name: str) -> None:
        self.server.fresh_database(name)

    def job_variables(self, database: str) -> dict[str, Any]:
        return {
            "jdbc_url": f"jdbc:mysql://127.0.0.1:{self.server.port}/{database}?useSSL=false",
            "jdbc_user": "root",
            "jdbc_password": "",
            "database": database,
        }

    def reader(self) -> Any:
        return self.server.connect(conv=pymysql.converters.encoders)

    def columns(self, reader: Any, table: str) -> list[Column]:
        database, name = table.split(".", 1)
        with reader.cursor() as cursor:
            cursor.execute(
                "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE FROM information_schema.COLUMNS WHERE "
                f"TABLE_SCHEMA = '{database}' AND TABLE_NAME = '{name}' ORDER BY ORDINAL_POSITION"
            )
            rows = [[values.text(value) for value in row] for row in cursor.fetchall()]
        return [Column(row[0], row[1].lower(), row[2].lower()) for row in rows]

    def rows(self, reader: Any, table: str, columns: list[Column]) -> list[Row]:
        # The text of a FLOAT has six digits, that of a DOUBLE all of them.
        names = [
            f"`{one.name}` + 0e0" if one.data_type == "float" else f"`{one.name}`"
            for one in columns
        ]
        with reader.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(names)} FROM {table}")
            return list(cursor.fetchall())

    def normal(self, column: Column, source: Column) -> Normal:
        if column.data_type in values.BINARIES:
            return lambda value: None if value is None else values.raw(value)
        return values.of_target(column, source)

    def stop(self) -> None:
        self.server.stop()


class PostgresTarget(_Ledger):
    """Databases of a PostgreSQL server, tables in the schema public."""

    def __init__(self, folder: Path) -> None:
        self.server = PostgresServer(folder)

    def execute(self, database: str, sql: str) -> list[Row]:
        return self.server.query(sql, database)

    def quoted(self, name: str) -> str:
        return f'"{name}"'

    def _tables(self, database: str) -> list[str]:
        sql = (
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "'public'::regnamespace"
        )
        return [str(row[0]) for row in self.server.query(sql, database)]

    def fresh_database(self, name: str) -> None:
        self.server.fresh_database(name)

    def job_variables(self, database: str) -> dict[str, Any]:
        place = f"127.0.0.1:{self.server.port}/{database}"
        return {
            "jdbc_url": f"jdbc:postgresql://{place}?sslmode=disable",
            "jdbc_user": postgres_server.USER,
            "jdbc_password": postgres_server.PASSWORD,
            "database": database,
        }

    def reader(self) -> Any:
        return _Readers(self.server)

    def columns(self, reader: Any, table: str) -> list[Column]:
        database, name = table.split(".", 1)
        sql = (
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class ON "
            f"pg_class.oid = attrelid WHERE relname = '{name}' AND attnum > 0 AND relnamespace = "
            "'public'::regnamespace AND NOT attisdropped"
        )
        rows = reader.fetch(database, sql)
        return [Column(row[0], row[1].split("(")[0], row[1]) for row in rows]

    def rows(self, reader: Any, table: str, columns: list[Column]) -> list[Row]:
        database, name = table.split(".", 1)
        names = ", ".join(f'"{column.name}"::text' for column in columns)
        return list(reader.fetch(database, f'SELECT {names} FROM "{name}"'))

    def normal(self, column: Column, source: Column) -> Normal:
        if column.data_type == "bytea":
            return lambda value: None if value is None else binascii.unhexlify(value[2:])
        return values.of_target(replace(column, column_type=column.data_type), source)

    def stop(self) -> None:
        self.server.stop()


class _Readers:
    """PostgreSQL has one database a connection."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._open: dict[str, Any] = {}

    def fetch(self, database: str, sql: str) -> list[Row]:
        if database not in self._open:
            self._open[database] = self._server.connect(database)
        with self._open[database].cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
