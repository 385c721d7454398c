# SPDX-License-Identifier: Apache-2.0
"""Compares MySQL and a target by contents, row by row and by primary key."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Callable, Sequence

import pymysql
import pymysql.converters

from . import values
from .mysql_server import MysqlServer
from .target import Target
from .values import Column

SAMPLES = 5
# Without decoders every value stays what the server sent.
RAW = pymysql.converters.encoders
Key = tuple[Any, ...]
Row = tuple[Any, ...]
TableName = Callable[[str], str]


@dataclass
class TableDifferences:
    """Of one table; the samples are for people."""

    table: str
    rows: int = 0
    missing: int = 0
    extra: int = 0
    different: int = 0
    doubled: int = 0
    samples: list[str] = field(default_factory=list)
    problem: str = ""  # why the tables could not be compared

    @property
    def count(self) -> int:
        return self.missing + self.extra + self.different + self.doubled + bool(self.problem)

    def add(self, kind: str, key: Key, more: str = "") -> None:
        found = getattr(self, kind) + 1
        setattr(self, kind, found)
        if found <= SAMPLES:
            self.samples.append(f"{kind} {key!r} {more}".rstrip())

    def __str__(self) -> str:
        head = (
            f"{self.table}: {self.rows} rows, {self.missing} missing, {self.extra} extra, "
            f"{self.different} different, {self.doubled} doubled"
        )
        problem = [f"  {self.problem}"] if self.problem else []
        return "\n".join([head, *problem, *(f"  {sample}" for sample in self.samples)])


@dataclass
class Differences:
    tables: list[TableDifferences]

    @property
    def rows(self) -> int:
        """Rows of the source."""
        return sum(table.rows for table in self.tables)

    @property
    def count(self) -> int:
        return sum(table.count for table in self.tables)

    @property
    def missing(self) -> int:
        return sum(table.missing for table in self.tables)

    @property
    def extra(self) -> int:
        return sum(table.extra + table.doubled for table in self.tables)

    @property
    def different(self) -> int:
        return sum(table.different for table in self.tables)

    @property
    def equal(self) -> bool:
        return self.count == 0

    def __str__(self) -> str:
        return "\n".join(str(table) for table in self.tables)


@dataclass
class Pair:
    """A table of MySQL and the one that must hold the same rows. Full names, database.table."""

    source: str
    target: str


def pairs(tables: Sequence[str], database: str, name: TableName) -> list[Pair]:
    """`name` makes the target's table name from the source's, without databases."""
    return [Pair(table, f"{database}.{name(table.split('.', 1)[1])}") for table in tables]


def compare(source: MysqlServer, target: Target, tables: Sequence[Pair]) -> Differences:
    """Reads everything on both sides, on connections of its own."""
    mysql = source.connect(conv=RAW, charset="utf8mb4")
    other = target.reader()
    try:
        return Differences([_compare_table(mysql, target, other, pair) for pair in tables])
    finally:
        mysql.close()
        other.close()


def wait_until_equal(
    source: MysqlServer,
    target: Target,
    tables: Sequence[Pair],
    seconds: float = 60,
    alive: Callable[[], None] = lambda: None,
) -> Differences:
    """Compares until nothing differs; fails with what still does. `alive` may fail at once."""
    until = time.monotonic() + seconds
    pause = 0.2
    while True:
        found = compare(source, target, tables)
        if found.equal:
            return found
        alive()
        if time.monotonic() >= until:
            raise AssertionError(f"not equal within {seconds:g} s:\n{found}")
        time.sleep(pause)
        pause = min(pause * 1.5, 2)


def _compare_table(mysql: Any, target: Target, other: Any, pair: Pair) -> TableDifferences:
    found = TableDifferences(pair.source)
    wanted = _mysql_columns(mysql, pair.source)
    have = {column.name: column for column in target.columns(other, pair.target)}
    keys = sorted((column for column in wanted if column.key), key=lambda column: column.key)
    absent = [column.name for column in wanted if column.name not in have]
    if not keys:
        raise AssertionError(f"{pair.source} has no primary key to compare by")
    if absent and have:
        found.problem = f"{pair.target} lacks columns {', '.join(absent)}"
        return found
    source_rows = _source_rows(mysql, pair, wanted, keys, have)
    target_rows = (
        _target_rows(target, other, pair, wanted, keys, have, found) if have else {}
    )
    if not have:
        found.problem = f"no table {pair.target}"
    _note_differences(found, wanted, source_rows, target_rows)
    return found


def _note_differences(
    found: TableDifferences, columns: list[Column], source: dict[Key, Row], target: dict[Key, Row]
) -> None:
    found.rows = len(source)
    for key, row in source.items():
        other = target.get(key)
        if other is None:
            found.add("missing", key)
        elif row != other:
            names = (column.name for column in columns)
            parts = [
                f"{name}: {a!r} there {b!r}" for name, a, b in zip(names, row, other) if a != b
            ]
            found.add("different", key, "; ".join(parts)[:500])
    for key in target.keys() - source.keys():
        found.add("extra", key)


def _fetch(connection: Any, sql: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _mysql_columns(mysql: Any, table: str) -> list[Column]:
    database, name = table.split(".", 1)
    keys = _fetch(
        mysql,
        "SELECT COLUMN_NAME, ORDINAL_POSITION FROM information_schema.KEY_COLUMN_USAGE WHERE "
        f"TABLE_SCHEMA = '{database}' AND TABLE_NAME = '{name}' AND CONSTRAINT_NAME = 'PRIMARY'",
    )
    places = {values.text(column): int(place) for column, place in keys}
    rows = _fetch(
        mysql,
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE FROM information_schema.COLUMNS WHERE "
        f"TABLE_SCHEMA = '{database}' AND TABLE_NAME = '{name}' ORDER BY ORDINAL_POSITION",
    )
    columns = []
    for row in rows:
        column, data_type, full = (values.text(value) for value in row)
        columns.append(Column(column, data_type.lower(), full.lower(), places.get(column, 0)))
    if not columns:
        raise AssertionError(f"no table {table} in MySQL")
    return columns


def _source_rows(
    mysql: Any, pair: Pair, columns: list[Column], keys: list[Column], have: dict[str, Column]
) -> dict[Key, Row]:
    # The text of a FLOAT has six digits, that of a DOUBLE all of them.
    names = [
        f"`{column.name}` + 0e0" if column.data_type == "float" else f"`{column.name}`"
        for column in columns
    ]
    normal = [values.of_source(column, have.get(column.name, column)) for column in columns]
    places = [columns.index(key) for key in keys]
    rows: dict[Key, Row] = {}
    for row in _fetch(mysql, f"SELECT {', '.join(names)} FROM {pair.source}"):
        values_of_row = tuple(one(value) for one, value in zip(normal, row))
        rows[tuple(values_of_row[place] for place in places)] = values_of_row
    return rows


def _target_rows(
    target: Target,
    other: Any,
    pair: Pair,
    columns: list[Column],
    keys: list[Column],
    have: dict[str, Column],
    found: TableDifferences,
) -> dict[Key, Row]:
    normal = [target.normal(have[column.name], column) for column in columns]
    places = [columns.index(key) for key in keys]
    rows: dict[Key, Row] = {}
    for row in target.rows(other, pair.target, [have[column.name] for column in columns]):
        values_of_row = tuple(one(value) for one, value in zip(normal, row))
        key = tuple(values_of_row[place] for place in places)
        if key in rows:
            found.add("doubled", key)
        rows[key] = values_of_row
    return rows
