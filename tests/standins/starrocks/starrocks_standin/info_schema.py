# SPDX-License-Identifier: Apache-2.0
"""The information_schema tables, made when a query names them."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from .cluster import Cluster
from .schema import COLUMN_KEYS, MODEL_NAMES, Column, all_properties
from .sqltypes import INT_BITS, epoch_text, json_text
from .storage import Database, Table
from .transactions import ABORTED, COMMITTED, PREPARE, PREPARED, VISIBLE

Columns = list[tuple[str, str]]
Rows = list[tuple[Any, ...]]

_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19, "LARGEINT": 39}


def _typed(text: str) -> Columns:
    """`NAME` is text, `NAME#` a number."""
    return [
        (name.rstrip("#"), "BIGINT" if name.endswith("#") else "VARCHAR") for name in text.split()
    ]


def _all_tables(cluster: Cluster) -> Iterator[tuple[Database, Table]]:
    for database in list(cluster.catalog.databases.values()):
        for table in list(database.tables.values()):
            yield database, table


def schemata(cluster: Cluster) -> tuple[Columns, Rows]:
    columns = _typed(
        "CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH"
    )
    names = ["information_schema", *cluster.catalog.databases]
    return columns, [("def", name, "utf8", "utf8_general_ci", None) for name in names]


def tables(cluster: Cluster) -> tuple[Columns, Rows]:
    columns = _typed(
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION# ROW_FORMAT TABLE_ROWS# "
        "AVG_ROW_LENGTH# DATA_LENGTH# MAX_DATA_LENGTH# INDEX_LENGTH# DATA_FREE# AUTO_INCREMENT# "
        "CREATE_TIME UPDATE_TIME CHECK_TIME TABLE_COLLATION CHECKSUM# CREATE_OPTIONS TABLE_COMMENT"
    )
    rows: Rows = []
    for database, table in _all_tables(cluster):
        created = epoch_text(table.created)
        head = ("def", database.name, table.name, "BASE TABLE", "StarRocks", None, "")
        sizes = (table.row_count(), 0, 0, None, None, None, None)
        tail = (created, created, None, "utf8_general_ci", None, "", table.options.comment)
        rows.append((*head, *sizes, *tail))
    return columns, rows


def tables_config(cluster: Cluster) -> tuple[Columns, Rows]:
    columns = _typed(
        "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY "
        "DISTRIBUTE_KEY DISTRIBUTE_TYPE DISTRIBUTE_BUCKET# SORT_KEY PROPERTIES TABLE_ID#"
    )
    rows: Rows = []
    for database, table in _all_tables(cluster):
        schema, options = table.schema, table.options
        keys = ", ".join(f"`{column.name}`" for column in schema.keys)
        hashed = ", ".join(f"`{name}`" for name in options.distributed_by)
        rows.append(
            (
                database.name,
                table.name,
                "OLAP",
                MODEL_NAMES[schema.model],
                keys if schema.model in ("PRIMARY", "UNIQUE") else "",
                options.partition_by,
                hashed,
                "HASH" if hashed else "RANDOM",
                options.buckets,
                ", ".join(f"`{name}`" for name in options.order_by) or keys,
                json_text(all_properties(schema, options)),
                table.id,
            )
        )
    return columns, rows


def _sizes(column: Column) -> tuple[Any, ...]:
    """Character length, octet length, precision, scale, fraction digits of a time."""
    kind = column.type.kind
    if kind in ("CHAR", "VARCHAR"):
        return column.type.length, column.type.length * 3, None, None, None
    if kind == "DECIMAL":
        return None, None, column.type.length, column.type.scale, None
    if kind in INT_BITS:
        return None, None, _DIGITS[kind], 0, None
    if kind == "DOUBLE":
        return None, None, 15, None, None
    return None, None, 7 if kind == "FLOAT" else None, None, 6 if kind == "DATETIME" else None


def key_mark(table: Table, column: Column) -> str:
    return COLUMN_KEYS[table.schema.model] if column.is_key else ""


def shown_default(column: Column) -> str | None:
    return column.default if column.default is not None else column.default_expr


def columns_table(cluster: Cluster) -> tuple[Columns, Rows]:
    columns = _typed(
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION# COLUMN_DEFAULT "
        "IS_NULLABLE DATA_TYPE CHARACTER_MAXIMUM_LENGTH# CHARACTER_OCTET_LENGTH# "
        "NUMERIC_PRECISION# NUMERIC_SCALE# DATETIME_PRECISION# CHARACTER_SET_NAME COLLATION_NAME "
        "COLUMN_TYPE COLUMN_KEY EXTRA PRIVILEGES COLUMN_COMMENT COLUMN_SIZE# DECIMAL_DIGITS# "
        "GENERATION_EXPRESSION SRS_ID#"
    )
    rows: Rows = []
    full = cluster.settings.columns_in_full
    for database, table in _all_tables(cluster):
        for position, column in enumerate(table.schema.columns, 1):
            text = column.type.kind in ("CHAR", "VARCHAR")
            sizes = _sizes(column)
            rows.append(
                (
                    "def",
                    database.name,
                    table.name,
                    column.name,
                    position,
                    shown_default(column) if full else None,
                    "YES" if full and column.nullable else "NO",
                    column.type.mysql_data(),
                    *sizes,
                    "utf8" if text else None,
                    "utf8_general_ci" if text else None,
                    column.type.mysql_column(),
                    key_mark(table, column),
                    "auto_increment" if column.auto_increment else "",
                    "",
                    column.comment,
                    sizes[0] if text else sizes[2],
                    sizes[3],
                    "",
                    None,
                )
            )
    return columns, rows


_LOAD_STATES = {
    PREPARE: "LOADING",
    PREPARED: "PREPARED",
    COMMITTED: "COMMITED",
    VISIBLE: "FINISHED",
    ABORTED: "CANCELLED",
}


def loads(cluster: Cluster) -> tuple[Columns, Rows]:
    columns = _typed(
        "JOB_ID# LABEL DB_NAME TABLE_NAME STATE PROGRESS TYPE PRIORITY SCAN_ROWS# FILTERED_ROWS# "
        "UNSELECTED_ROWS# SINK_ROWS# CREATE_TIME LOAD_START_TIME LOAD_COMMIT_TIME "
        "LOAD_FINISH_TIME ERROR_MSG TRACKING_SQL"
    )
    rows: Rows = []
    for txn in cluster.transactions.history:
        if txn.forgotten:
            continue
        times = txn.times
        begun = epoch_text(times["begin"])
        ended = epoch_text(times.get("visible") or times.get("aborted"))
        kind = "INSERT" if txn.kind == "insert" else "STREAM_LOAD"
        total = txn.rows + txn.filtered + txn.unselected
        rows.append(
            (
                txn.id,
                txn.label,
                txn.db,
                ",".join(table.name for table in txn.tables),
                _LOAD_STATES[txn.state],
                "",
                kind,
                "NORMAL",
                total,
                txn.filtered,
                txn.unselected,
                txn.rows,
                begun,
                begun,
                epoch_text(times.get("committed")),
                ended,
                txn.reason,
                "",
            )
        )
    return columns, rows


def _empty(text: str) -> Callable[[Cluster], tuple[Columns, Rows]]:
    return lambda _: (_typed(text), [])


TABLES: dict[str, Callable[[Cluster], tuple[Columns, Rows]]] = {
    "schemata": schemata,
    "tables": tables,
    "tables_config": tables_config,
    "columns": columns_table,
    "loads": loads,
    "views": _empty("TABLE_CATALOG TABLE_SCHEMA TABLE_NAME VIEW_DEFINITION"),
    "key_column_usage": _empty(
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA "
        "TABLE_NAME COLUMN_NAME ORDINAL_POSITION# POSITION_IN_UNIQUE_CONSTRAINT# "
        "REFERENCED_TABLE_SCHEMA REFERENCED_TABLE_NAME REFERENCED_COLUMN_NAME"
    ),
    "table_constraints": _empty(
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_SCHEMA TABLE_NAME "
        "CONSTRAINT_TYPE"
    ),
    "referential_constraints": _empty(
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME UPDATE_RULE DELETE_RULE TABLE_NAME "
        "REFERENCED_TABLE_NAME"
    ),
    "statistics": _empty(
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME NON_UNIQUE# INDEX_SCHEMA INDEX_NAME SEQ_IN_INDEX# "
        "COLUMN_NAME COLLATION CARDINALITY# INDEX_TYPE"
    ),
    "routines": _empty("SPECIFIC_NAME ROUTINE_SCHEMA ROUTINE_NAME ROUTINE_TYPE"),
    "triggers": _empty("TRIGGER_SCHEMA TRIGGER_NAME EVENT_OBJECT_TABLE"),
}
