# SPDX-License-Identifier: Apache-2.0
"""Columns and table schemas, and how SHOW CREATE TABLE prints them."""

from __future__ import annotations

import itertools
import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Callable

from .sqltypes import FAIL, Bad, SqlType, converter

NOW = "CURRENT_TIMESTAMP"

_uids = itertools.count(1)

MODEL_NAMES = {
    "PRIMARY": "PRIMARY_KEYS",
    "DUPLICATE": "DUP_KEYS",
    "UNIQUE": "UNIQUE_KEYS",
    "AGGREGATE": "AGG_KEYS",
}
COLUMN_KEYS = {"PRIMARY": "PRI", "DUPLICATE": "DUP", "UNIQUE": "UNI", "AGGREGATE": "AGG"}


class SqlError(Exception):
    """A statement the server refuses: MySQL error code and text."""

    def __init__(self, message: str, code: int = 1064) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Column:
    name: str
    type: SqlType
    nullable: bool = True
    # None: no default. Otherwise the literal text, or a function as the server shows it: NOW,
    # "now(3)" of one with digits, "uuid()".
    default: str | None = None
    default_expr: str | None = None
    auto_increment: bool = False
    aggregate: str = ""
    comment: str = ""
    is_key: bool = False
    uid: int = field(default_factory=lambda: next(_uids))

    @property
    def has_default(self) -> bool:
        return self.default is not None or self.default_expr is not None or self.auto_increment

    @property
    def now_digits(self) -> int | None:
        """Behind the second, of a default that is the present moment."""
        if self.default_expr == NOW:
            return 0
        found = re.fullmatch(r"now\(([0-6])\)", self.default_expr or "")
        return int(found[1]) if found else None

    def definition(self) -> str:
        parts = [f"`{self.name}`", self.type.sql()]
        if self.aggregate:
            parts.append(self.aggregate)
        parts.append("NULL" if self.nullable else "NOT NULL")
        if self.auto_increment:
            parts.append("AUTO_INCREMENT")
        if self.default is not None:
            parts.append(f'DEFAULT "{self.default}"')
        elif self.default_expr is not None:
            text = self.default_expr
            plain = self.now_digits is not None
            parts.append(f"DEFAULT {text if plain else f'({text})'}")
        parts.append(f'COMMENT "{escape(self.comment)}"')
        return " ".join(parts)

    def default_value(self) -> Callable[[], Any]:
        """The value of a missing field; raises Bad if the default does not convert."""
        digits = self.now_digits
        if digits is not None:
            unit: int = 10 ** (6 - digits)
            return lambda: _cut(datetime.now(), unit)
        if self.default_expr is not None:
            return lambda: str(uuid.uuid4())
        if self.default is None:
            return lambda: None
        value = converter(self.type)(self.default, self.type)
        if value is FAIL:
            raise Bad(f"Invalid default value '{self.default}' for '{self.name}'")
        return lambda: value


def _cut(moment: datetime, unit: int) -> datetime:
    return moment.replace(microsecond=moment.microsecond // unit * unit)


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@dataclass(frozen=True)
class Schema:
    columns: tuple[Column, ...]
    model: str
    version: int = 0

    @property
    def keys(self) -> list[Column]:
        return [column for column in self.columns if column.is_key]

    @property
    def key_indexes(self) -> list[int]:
        return [index for index, column in enumerate(self.columns) if column.is_key]

    def find(self, name: str) -> Column | None:
        """Column names are case-insensitive."""
        wanted = name.lower()
        return next((c for c in self.columns if c.name.lower() == wanted), None)

    def index(self, name: str) -> int:
        wanted = name.lower()
        for position, column in enumerate(self.columns):
            if column.name.lower() == wanted:
                return position
        raise SqlError(f"Column '{name}' does not exist")

    def key_of(self, row: tuple[Any, ...]) -> Any:
        """A single key column is its own key; several are a tuple."""
        indexes = self.key_indexes
        if len(indexes) == 1:
            return row[indexes[0]]
        return tuple(row[index] for index in indexes)

    def with_columns(self, columns: list[Column]) -> Schema:
        return replace(self, columns=tuple(columns), version=self.version + 1)


@dataclass
class TableOptions:
    comment: str = ""
    distributed_by: list[str] = field(default_factory=list)
    buckets: int = 0
    order_by: list[str] = field(default_factory=list)
    partition_by: str = ""
    properties: dict[str, str] = field(default_factory=dict)


def create_table_text(name: str, schema: Schema, options: TableOptions) -> str:
    lines = ",\n".join(f"  {column.definition()}" for column in schema.columns)
    text = f"CREATE TABLE `{name}` (\n{lines}\n) ENGINE=OLAP "
    if schema.keys:
        text += f"\n{schema.model} KEY({', '.join(f'`{c.name}`' for c in schema.keys)})"
    if options.comment:
        text += f'\nCOMMENT "{escape(options.comment)}"'
    if options.partition_by:
        text += f"\nPARTITION BY {options.partition_by}"
    if options.distributed_by:
        columns = ", ".join(f"`{column}`" for column in options.distributed_by)
        text += f"\nDISTRIBUTED BY HASH({columns})"
    else:
        text += "\nDISTRIBUTED BY RANDOM"
    if options.buckets:
        text += f" BUCKETS {options.buckets} "
    if options.order_by:
        text += f"\nORDER BY({', '.join(f'`{column}`' for column in options.order_by)})"
    shown = dict(sorted(all_properties(schema, options).items()))
    body = ",\n".join(f'"{key}" = "{escape(value)}"' for key, value in shown.items())
    return text + f"\nPROPERTIES (\n{body}\n);"


def all_properties(schema: Schema, options: TableOptions) -> dict[str, str]:
    shown = {"compression": "LZ4", "replicated_storage": "true", "replication_num": "1"}
    if schema.model == "PRIMARY":
        shown["enable_persistent_index"] = "true"
    shown["fast_schema_evolution"] = "true"
    shown.update(options.properties)
    return shown
