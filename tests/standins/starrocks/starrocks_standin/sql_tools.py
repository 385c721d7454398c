# SPDX-License-Identifier: Apache-2.0
"""Derived columns and `where` of a load, evaluated by the query engine."""

from __future__ import annotations

from typing import Any

import duckdb

from .duck import Engine
from .params import LoadError
from .rewrite import expression_sql
from .schema import Column, Schema, SqlError
from .sqltypes import SqlType, text_of

_ANY_TEXT = SqlType("VARCHAR", 1 << 30)


class SqlTools:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def derive(self, rows: list[dict[str, Any]], derived: list[tuple[str, str]]) -> None:
        """Fields of the body are text in the expressions."""
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        columns = [Column(name, _ANY_TEXT) for name in names]
        values = [tuple(_text(row.get(name)) for name in names) for row in rows]
        found = self._evaluate(columns, values, [text for _, text in derived])
        for row, results in zip(rows, found):
            for (name, _), value in zip(derived, results):
                row[name] = value

    def select(self, schema: Schema, rows: list[tuple[Any, ...]], condition: str) -> list[bool]:
        found = self._evaluate(list(schema.columns), rows, [condition])
        return [bool(row[0]) for row in found]

    def _evaluate(
        self, columns: list[Column], rows: list[tuple[Any, ...]], expressions: list[str]
    ) -> list[tuple[Any, ...]]:
        try:
            texts = [expression_sql(text) for text in expressions]
            return self._engine.evaluate(columns, rows, texts)
        except (SqlError, duckdb.Error) as error:
            raise LoadError(f"Failed to evaluate expression: {error}", "ANALYSIS_ERROR") from error


def _text(value: Any) -> str | None:
    return None if value is None else text_of(value)
