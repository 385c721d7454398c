# SPDX-License-Identifier: Apache-2.0
"""Databases, tables and their rows. Only the event loop changes them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .convert import KEEP, make_slow
from .schema import Schema, SqlError, TableOptions
from .sqltypes import Bad

Row = tuple[Any, ...]

# Past this many unsynchronised batches the query engine reloads the whole table.
MAX_CHANGES = 20000


@dataclass
class Batch:
    """Rows of one transaction for one table, of one schema version.

    `kind` is "dict" (key -> row, None deletes; the last row of a key won), "list" (rows in order)
    or "ops" ((key, row or None) in order, rows may hold KEEP).
    """

    schema: Schema
    kind: str
    data: Any = None
    merge_condition: str | None = None

    def __post_init__(self) -> None:
        if self.data is None:
            self.data = {} if self.kind == "dict" else []


class Table:
    def __init__(self, table_id: int, name: str, schema: Schema, options: TableOptions) -> None:
        self.id = table_id
        self.name = name
        self.schema = schema
        self.options = options
        self.state = "NORMAL"
        self.created = 0.0
        self.dropped = False
        # Primary and unique key: key -> row. Aggregate: the same. Duplicate: a list of rows.
        self.rows: dict[Any, Row] = {}
        self.log: list[Row] = []
        self.epoch = 0
        # What the query engine has not seen yet; None means everything.
        self.changes: list[dict[Any, Row | None]] | None = None
        self.versions = 1
        self._auto = itertools.count(1)
        self.renamed_from: set[str] = set()

    @property
    def keyed(self) -> bool:
        return self.schema.model != "DUPLICATE"

    def batch_kind(self) -> str:
        return "dict" if self.schema.model in ("PRIMARY", "UNIQUE") else "list"

    def next_auto(self) -> int:
        return next(self._auto)

    def all_rows(self) -> list[Row]:
        return list(self.rows.values()) if self.keyed else self.log

    def row_count(self) -> int:
        return len(self.rows) if self.keyed else len(self.log)

    def apply(self, batch: Batch) -> None:
        """Makes the rows of a committed transaction visible."""
        self.versions += 1
        data = batch.data
        if batch.schema is not self.schema:
            data = Remap(batch.schema, self.schema).batch(batch)
        if batch.kind == "ops":
            self._record(self._apply_ops(data, batch.merge_condition))
        elif batch.kind == "dict":
            self._record(self._apply_dict(data))
        elif self.schema.model == "AGGREGATE":
            self._record(self._aggregate(data))
        else:
            self.log.extend(data)

    def _record(self, changed: dict[Any, Row | None]) -> None:
        if self.changes is None:
            return
        self.changes.append(changed)
        if len(self.changes) > MAX_CHANGES:
            self.reload()

    def reload(self) -> None:
        """The query engine must read the whole table again."""
        self.changes = None
        self.epoch += 1

    def _apply_dict(self, data: dict[Any, Row | None]) -> dict[Any, Row | None]:
        if None not in data.values():
            self.rows.update(data)  # type: ignore[arg-type]
            return data
        rows = self.rows
        for key, row in data.items():
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
        return data

    def _apply_ops(
        self, ops: list[tuple[Any, Row | None]], condition: str | None
    ) -> dict[Any, Row | None]:
        changed: dict[Any, Row | None] = {}
        at = None if condition is None else self.schema.index(condition)
        for key, row in ops:
            old = self.rows.get(key)
            if row is None:
                self.rows.pop(key, None)
                changed[key] = None
                continue
            if at is not None and old is not None and not _at_least(row[at], old[at]):
                continue
            merged = self._fill(row, old)
            self.rows[key] = changed[key] = merged
        return changed

    def _fill(self, row: Row, old: Row | None) -> Row:
        if KEEP not in row:
            return row
        if old is not None:
            return tuple(o if v is KEEP else v for v, o in zip(row, old))
        columns = self.schema.columns
        return tuple(c.default_value()() if v is KEEP else v for v, c in zip(row, columns))

    def _aggregate(self, data: list[Row]) -> dict[Any, Row | None]:
        changed: dict[Any, Row | None] = {}
        functions = [column.aggregate for column in self.schema.columns]
        for row in data:
            key = self.schema.key_of(row)
            old = self.rows.get(key)
            if old is not None:
                row = tuple(_fold(f, o, v) for f, o, v in zip(functions, old, row))
            self.rows[key] = changed[key] = row
        return changed

    def delete_keys(self, keys: list[Any]) -> None:
        self.versions += 1
        for key in keys:
            self.rows.pop(key, None)
        self._record(dict.fromkeys(keys))

    def clear(self) -> None:
        self.rows = {}
        self.log = []
        self.reload()

    def change_schema(self, schema: Schema) -> None:
        """Rewrites every row; the new schema keeps the uid of columns that stay."""
        remap = Remap(self.schema, schema)
        if remap.identity:
            self.schema = schema
        else:
            rows = [remap.row(row) for row in self.all_rows()]
            self.schema = schema
            if self.keyed:
                self.rows = {schema.key_of(row): row for row in rows}
            else:
                self.log = rows
        self.reload()


def _at_least(new: Any, old: Any) -> bool:
    if old is None:
        return True
    return new is not None and bool(new >= old)


def _fold(function: str, old: Any, new: Any) -> Any:
    if function == "" or function == "REPLACE":
        return new
    if new is None:
        return old
    if old is None or function == "REPLACE_IF_NOT_NULL":
        return new
    if function == "SUM":
        return old + new
    if function == "MIN":
        return min(old, new)
    return max(old, new) if function == "MAX" else new


class Remap:
    """Moves rows of one schema version to another, by the columns' uid."""

    def __init__(self, old: Schema, new: Schema) -> None:
        places = {column.uid: index for index, column in enumerate(old.columns)}
        self.steps: list[tuple[int, Any]] = []
        for column in new.columns:
            place = places.get(column.uid, -1)
            if place < 0:
                self.steps.append((-1, column.default_value()))
            elif old.columns[place].type == column.type:
                self.steps.append((place, None))
            else:
                self.steps.append((place, _retype(make_slow(column, False))))
        self.identity = len(old.columns) == len(new.columns) and all(
            step == (index, None) for index, step in enumerate(self.steps)
        )

    def row(self, row: Row) -> Row:
        return tuple(
            make() if place < 0 else (row[place] if make is None else make(row[place]))
            for place, make in self.steps
        )

    def batch(self, batch: Batch) -> Any:
        if self.identity:
            return batch.data
        if batch.kind == "dict":
            return {k: None if r is None else self.row(r) for k, r in batch.data.items()}
        if batch.kind == "ops":
            return [(k, None if r is None else self.row(r)) for k, r in batch.data]
        return [self.row(row) for row in batch.data]


def _retype(convert: Any) -> Any:
    def change(value: Any) -> Any:
        if value is None or value is KEEP:
            return value
        try:
            return convert(str(value) if isinstance(value, Decimal) else value)
        except Bad:
            return None

    return change


@dataclass
class Database:
    id: int
    name: str
    tables: dict[str, Table] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        table = self.tables.get(name)
        if table is None:
            raise SqlError(
                f"Getting analyzing error. Detail message: Unknown table '{self.name}.{name}'.",
                5502,
            )
        return table


class Catalog:
    """All databases. Ids are unique over databases and tables, as on the server."""

    def __init__(self) -> None:
        self.databases: dict[str, Database] = {}
        self._ids = itertools.count(10001)
        # Grows with every change of a definition, so that views of it can be cached.
        self.version = 0

    def next_id(self) -> int:
        return next(self._ids)

    def database(self, name: str) -> Database:
        database = self.databases.get(name)
        if database is None:
            raise SqlError(
                f"Getting analyzing error. Detail message: Unknown database '{name}'.", 5501
            )
        return database

    def find(self, db: str, table: str) -> Table | None:
        database = self.databases.get(db)
        return None if database is None else database.tables.get(table)

    def create_database(self, name: str) -> Database:
        self.version += 1
        database = Database(self.next_id(), name)
        self.databases[name] = database
        return database

    def create_table(self, db: str, name: str, schema: Schema, options: TableOptions) -> Table:
        self.version += 1
        table = Table(self.next_id(), name, schema, options)
        self.databases[db].tables[name] = table
        return table

    def drop_table(self, db: str, name: str) -> None:
        self.version += 1
        self.databases[db].tables.pop(name).dropped = True

    def drop_database(self, name: str) -> None:
        self.version += 1
        for table in self.databases.pop(name).tables.values():
            table.dropped = True
