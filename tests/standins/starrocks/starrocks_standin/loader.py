# SPDX-License-Identifier: Apache-2.0
"""One load in the making: bodies go in, a batch of stored rows and counts come out.

A Loader is used by one thread at a time; which one does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from .convert import KeyTooLong, build
from .decode import CsvReader, apply_jsonpaths, decompress, json_rows
from .params import LoadError, LoadParams
from .schema import Schema
from .sqltypes import Bad, json_text
from .storage import Batch, Table

MAX_ERROR_LINES = 50
KEY_TOO_LONG = "primary key size exceed the limit."

# (rows as dicts, [(name, expression)]) -> the rows with the derived fields added
Deriver = Callable[[list[dict[str, Any]], list[tuple[str, str]]], None]
# (schema, rows, condition) -> for each row whether it is selected
Selector = Callable[[Schema, list[tuple[Any, ...]], str], list[bool]]


@dataclass
class Tools:
    """What a loader borrows from the SQL engine."""

    derive: Deriver
    select: Selector


@dataclass
class Counts:
    loaded: int = 0
    filtered: int = 0
    unselected: int = 0

    @property
    def total(self) -> int:
        return self.loaded + self.filtered + self.unselected


@dataclass
class Plan:
    """How fields of a body meet the columns of the table; made once for a load."""

    fields: list[str]
    derived: list[tuple[str, str]] = field(default_factory=list)
    constant_op: int | None = None
    has_op: bool = False
    loaded: set[str] | None = None


def make_plan(schema: Schema, params: LoadParams) -> Plan:
    """Raises LoadError for parameters that do not fit the table."""
    primary = schema.model == "PRIMARY"
    if params.partial_update and not primary:
        raise LoadError("Only primary key table support partial update", "ANALYSIS_ERROR")
    if params.merge_condition:
        found = schema.find(params.merge_condition)
        if not primary:
            raise LoadError("Conditional update only support primary key table", "ANALYSIS_ERROR")
        if found is None or found.is_key:
            raise LoadError(
                f"merge condition column {params.merge_condition} must be a value column",
                "ANALYSIS_ERROR",
            )
    named = [item.name.lower() for item in params.columns]
    if "__op" in named and not primary:
        raise LoadError("load op column '__op' is only for primary key tables", "ANALYSIS_ERROR")
    if not params.columns:
        return Plan([c.name for c in schema.columns], has_op=primary and params.format == "json")
    plan = Plan([_canonical(schema, name) for name in params.sources])
    plan.has_op = primary and ("__op" in named or params.format == "json")
    for item in params.derived:
        _plan_derived(schema, plan, item.name, str(item.expression))
    _check_names(schema, plan, params, named)
    return plan


def _canonical(schema: Schema, name: str) -> str:
    if name.lower() == "__op":
        return "__op"
    column = schema.find(name)
    return name if column is None else column.name


def _plan_derived(schema: Schema, plan: Plan, name: str, expression: str) -> None:
    target = _canonical(schema, name)
    constant = expression.strip("'\"").lower()
    if target == "__op" and constant in ("delete", "upsert", "0", "1"):
        plan.constant_op = 1 if constant in ("delete", "1") else 0
        return
    if target != "__op" and schema.find(target) is None:
        raise LoadError(f"Unknown column '{name}' in 'columns'", "ANALYSIS_ERROR")
    plan.derived.append((target, expression))


def _check_names(schema: Schema, plan: Plan, params: LoadParams, named: list[str]) -> None:
    if params.partial_update:
        missing = [c.name for c in schema.keys if c.name.lower() not in named]
        if missing:
            raise LoadError(f"partial update should contain key column {missing[0]}")
        plan.loaded = {name for name in named if schema.find(name) is not None}
        return
    for column in schema.columns:
        if column.name.lower() in named or column.nullable or column.has_default:
            continue
        raise LoadError(f"Column has no default value. column: {column.name}", "ANALYSIS_ERROR")


class Loader:
    def __init__(
        self, table: Table, params: LoadParams, key_limit: int, tools: Tools | None = None
    ) -> None:
        self.params = params
        self.schema = table.schema
        self.plan = make_plan(self.schema, params)
        self.tools = tools
        kind = table.batch_kind()
        if params.partial_update or params.merge_condition:
            kind = "ops"
        self.batch = Batch(self.schema, kind, merge_condition=params.merge_condition or None)
        self.counts = Counts()
        self.errors: list[str] = []
        self.failure: LoadError | None = None
        self.requests = 0
        try:
            self._convert = build(
                self.schema,
                kind,
                params.strict_mode,
                self.plan.has_op,
                key_limit,
                self.plan.loaded,
                table.next_auto,
            )
        except Bad as error:
            raise LoadError(str(error), "ANALYSIS_ERROR") from error
        self._csv = CsvReader(params) if params.format == "csv" else None
        self._exact = any(
            c.type.kind == "LARGEINT" or c.type.kind == "DECIMAL" and c.type.length > 15
            for c in self.schema.columns
        )

    def feed(self, body: bytes) -> None:
        """Takes one complete body. A failure is kept and ends the load."""
        if self.failure is not None:
            return
        self.requests += 1
        try:
            data = decompress(body, self.params.compression)
            self._store(self._csv_rows(data) if self._csv else self._json_rows(data))
        except LoadError as error:
            self.failure = error
        except KeyTooLong:
            self.failure = LoadError(KEY_TOO_LONG)

    def finish(self) -> None:
        """The end of the last body; then `failure` and the filter ratio tell the outcome."""
        if self._csv is not None and self._csv.rest and self.failure is None:
            try:
                self._store(self._dicts(self._csv.finish()))
            except LoadError as error:
                self.failure = error
            except KeyTooLong:
                self.failure = LoadError(KEY_TOO_LONG)
        counts = self.counts
        considered = counts.total - counts.unselected
        if self.failure is None and considered:
            if counts.filtered / considered > self.params.max_filter_ratio:
                self.failure = LoadError("too many filtered rows")

    def _json_rows(self, data: bytes) -> list[Any]:
        rows = json_rows(data, self.params, self._exact)
        if self.params.jsonpaths:
            rows = apply_jsonpaths(rows, self.params.jsonpaths, self.plan.fields)
        elif self.params.columns:
            names = self.plan.fields if not self.plan.has_op else [*self.plan.fields, "__op"]
            rows = [
                {n: row[n] for n in names if n in row} if isinstance(row, dict) else row
                for row in rows
            ]
        return rows

    def _csv_rows(self, data: bytes) -> list[Any]:
        assert self._csv is not None
        return self._dicts(self._csv.feed(data))

    def _dicts(self, parsed: list[tuple[list[Any] | None, bytes]]) -> list[Any]:
        names = self.plan.fields
        expected = len(names)
        rows = []
        for fields, line in parsed:
            if fields is not None and len(fields) == expected:
                rows.append(dict(zip(names, fields)))
                continue
            text = line.decode("utf-8", "replace")
            if fields is None:
                self._bad("Invalid UTF-8 row", text)
            else:
                found = len(fields)
                self._bad(
                    "Value count does not match column count. "
                    f"Expect {expected}, but got {found}.",
                    text,
                )
        return rows

    def _store(self, rows: list[Any]) -> None:
        if self.plan.derived and self.tools is not None:
            rows = [row for row in rows if isinstance(row, dict)]
            self.tools.derive(rows, self.plan.derived)
        if self.plan.constant_op is not None:
            for row in rows:
                row["__op"] = self.plan.constant_op
        if self.params.where and self.tools is not None:
            rows = self._selected(rows, self.tools)
        self.counts.loaded += self._convert(rows, self.batch.data, self._bad)

    def _selected(self, rows: list[Any], tools: Tools) -> list[Any]:
        """Bad rows stay in, so that they count as filtered."""
        convert = build(self.schema, "list", self.params.strict_mode, False, 1 << 30)
        kept, good, converted = [], [], []
        for row in rows:
            before = len(converted)
            convert([row], converted, lambda *_: None)
            (good if len(converted) > before else kept).append(row)
        flags = tools.select(self.schema, converted, self.params.where)
        self.counts.unselected += flags.count(False)
        return kept + [row for row, chosen in zip(good, flags) if chosen]

    def _bad(self, reason: str, row: Any) -> None:
        self.counts.filtered += 1
        if len(self.errors) < MAX_ERROR_LINES:
            text = row if isinstance(row, str) else json_text(row)
            self.errors.append(f"Error: {reason}. Row: {text}")
