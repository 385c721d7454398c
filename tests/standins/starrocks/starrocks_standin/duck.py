# SPDX-License-Identifier: Apache-2.0
"""The query engine: DuckDB tables that follow the stored rows, brought up to date when asked.

One thread runs everything that touches DuckDB; what it needs of the stored rows is copied on the
event loop first, so a query sees one moment.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable, Sequence

import duckdb
import orjson

from .schema import Column, Schema
from .storage import Row, Table

# Columns with their types, and rows.
Source = tuple[list[tuple[str, str]], Sequence[tuple[Any, ...]]]


@dataclass
class Sync:
    """Work to bring one table up to date."""

    name: str
    schema: Schema
    full: bool
    rows: list[Row]
    changed: dict[Any, Row | None]


@dataclass
class Seen:
    epoch: int
    schema: Schema
    position: int


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def duck_name(table: Table) -> str:
    return f"t_{table.id}"


def _encoder(column: Column) -> Callable[[Any], Any] | None:
    if column.type.kind == "VARBINARY":
        return lambda value: value.hex()
    if column.type.kind == "LARGEINT":
        return str
    return None


def _cast(column: Column, index: int) -> str:
    kind = column.type.kind
    if kind == "VARBINARY":
        return f"unhex(c{index})"
    if column.type.duck() in ("VARCHAR", "JSON"):
        return f"c{index}"
    if kind == "BOOLEAN":
        return f"CAST(CAST(c{index} AS TINYINT) AS BOOLEAN)"
    return f"CAST(c{index} AS {column.type.duck()})"


class Engine:
    def __init__(self) -> None:
        self._con = duckdb.connect(config={"threads": 1})
        self._thread = ThreadPoolExecutor(1, "sql")
        self._seen: dict[int, Seen] = {}
        self._dir = tempfile.mkdtemp(prefix="starrocks_standin_")

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._con.close()
        for name in os.listdir(self._dir):
            os.unlink(os.path.join(self._dir, name))
        os.rmdir(self._dir)

    async def run(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def query(self, sql: str, tables: list[Table]) -> tuple[list[Any], list[Any]]:
        """Rows, and (name, type) of the columns."""
        work = [sync for sync in map(self._plan, tables) if sync is not None]

        def execute() -> tuple[list[Any], list[Any]]:
            for sync in work:
                self._apply(sync)
            cursor = self._con.execute(sql)
            columns = [(item[0], str(item[1])) for item in cursor.description or []]
            return cursor.fetchall(), columns

        try:
            return await self.run(execute)
        except BaseException:
            for table in tables:
                self._seen.pop(table.id, None)
            raise

    def _plan(self, table: Table) -> Sync | None:
        seen = self._seen.get(table.id)
        name = duck_name(table)
        stale = seen is None or seen.epoch != table.epoch or seen.schema is not table.schema
        changed: dict[Any, Row | None] = {}
        if not stale and table.keyed:
            for part in table.changes or []:
                changed.update(part)
            stale = table.changes is None or 2 * len(changed) > len(table.rows) + 1000
        if stale:
            table.changes = []
            rows = list(table.all_rows())
            self._seen[table.id] = Seen(table.epoch, table.schema, len(rows))
            return Sync(name, table.schema, True, rows, {})
        assert seen is not None
        if table.keyed:
            table.changes = []
            return Sync(name, table.schema, False, [], changed) if changed else None
        fresh = table.log[seen.position :]
        seen.position += len(fresh)
        return Sync(name, table.schema, False, fresh, {}) if fresh else None

    def _apply(self, sync: Sync) -> None:
        columns = sync.schema.columns
        if sync.full:
            body = ", ".join(f"{quoted(c.name)} {c.type.duck()}" for c in columns)
            self._con.execute(f"CREATE OR REPLACE TABLE {sync.name} ({body})")
        rows = sync.rows
        if sync.changed:
            self._delete(sync)
            rows = [row for row in sync.changed.values() if row is not None]
        if rows:
            self._insert(sync.name, list(columns), rows)

    def _delete(self, sync: Sync) -> None:
        keys = sync.schema.keys
        single = len(keys) == 1
        rows = [(key,) if single else key for key in sync.changed]
        body = ", ".join(f"{quoted(c.name)} {c.type.duck()}" for c in keys)
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE gone ({body})")
        self._insert("gone", keys, rows)
        same = " AND ".join(
            f"{sync.name}.{quoted(c.name)} IS NOT DISTINCT FROM gone.{quoted(c.name)}"
            for c in keys
        )
        self._con.execute(f"DELETE FROM {sync.name} USING gone WHERE {same}")

    def _insert(self, name: str, columns: list[Column], rows: list[Row]) -> None:
        encoders = [_encoder(column) for column in columns]
        casts = [_cast(column, index) for index, column in enumerate(columns)]
        bulk_insert(self._con, self._dir, name, casts, encoders, rows)

    async def over(self, sources: dict[str, Source], sql: str) -> tuple[list[Any], list[Any]]:
        """Runs `sql` over short-lived tables."""

        def execute() -> tuple[list[Any], list[Any]]:
            for name, (columns, rows) in sources.items():
                body = ", ".join(f"{quoted(n)} {kind}" for n, kind in columns)
                self._con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({body})")
                casts = [f"CAST(c{i} AS {kind})" for i, (_, kind) in enumerate(columns)]
                bulk_insert(self._con, self._dir, name, casts, [None] * len(columns), rows)
            cursor = self._con.execute(sql)
            described = [(item[0], str(item[1])) for item in cursor.description or []]
            return cursor.fetchall(), described

        return await self.run(execute)

    def evaluate(
        self, columns: list[Column], rows: list[Row], expressions: list[str]
    ) -> list[tuple[Any, ...]]:
        """Values of the expressions for each row, in order. May run on any thread: it uses a
        database of its own."""
        con = duckdb.connect(config={"threads": 1})
        try:
            body = ", ".join(f"{quoted(c.name)} {c.type.duck()}" for c in columns)
            con.execute(f"CREATE TABLE t ({body}, n__ BIGINT)")
            casts = [_cast(column, index) for index, column in enumerate(columns)]
            casts.append(f"CAST(c{len(columns)} AS BIGINT)")
            encoders = [*map(_encoder, columns), None]
            numbered = [(*row, number) for number, row in enumerate(rows)]
            bulk_insert(con, self._dir, "t", casts, encoders, numbered)
            wanted = ", ".join(expressions)
            return con.execute(f"SELECT {wanted} FROM t ORDER BY n__").fetchall()
        finally:
            con.close()


def bulk_insert(
    con: duckdb.DuckDBPyConnection,
    directory: str,
    name: str,
    casts: list[str],
    encoders: list[Callable[[Any], Any] | None],
    rows: Sequence[Row],
) -> None:
    """Goes through a file of JSON lines, the only exact bulk way that needs no other library."""
    if not rows:
        return
    names = [f"c{index}" for index in range(len(casts))]
    special = [(names[i], encode) for i, encode in enumerate(encoders) if encode is not None]
    handle, path = tempfile.mkstemp(dir=directory)
    longest = 0
    with os.fdopen(handle, "wb") as file:
        for row in rows:
            record = dict(zip(names, row))
            for field, encode in special:
                if record[field] is not None:
                    record[field] = encode(record[field])
            line = orjson.dumps(record, default=str)
            longest = max(longest, len(line))
            file.write(line + b"\n")
    shape = ", ".join(f"{field}: 'VARCHAR'" for field in names)
    size = max(longest * 2, 1 << 20)
    con.execute(
        f"INSERT INTO {name} SELECT {', '.join(casts)} FROM read_json('{path}', "
        f"format='newline_delimited', maximum_object_size={size}, columns={{{shape}}})"
    )
    os.unlink(path)
