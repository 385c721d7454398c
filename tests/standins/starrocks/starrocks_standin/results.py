# SPDX-License-Identifier: Apache-2.0
"""Rows of DuckDB or of the stand-in itself as MySQL result sets, with exact texts."""

from __future__ import annotations

import struct
from typing import Any, Sequence

from mysql_mimic import ResultColumn
from mysql_mimic.charset import CharacterSet
from mysql_mimic.results import ResultSet
from mysql_mimic.types import ColumnType, str_len

_TYPES = {
    "BOOLEAN": ColumnType.TINY,
    "TINYINT": ColumnType.TINY,
    "SMALLINT": ColumnType.SHORT,
    "INTEGER": ColumnType.LONG,
    "BIGINT": ColumnType.LONGLONG,
    "FLOAT": ColumnType.FLOAT,
    "DOUBLE": ColumnType.DOUBLE,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.DATETIME,
    "TIMESTAMP WITH TIME ZONE": ColumnType.DATETIME,
    "TIME": ColumnType.TIME,
    "BLOB": ColumnType.BLOB,
    "JSON": ColumnType.JSON,
    "HUGEINT": ColumnType.STRING,
    "UBIGINT": ColumnType.LONGLONG,
    "UINTEGER": ColumnType.LONGLONG,
}


def double_text(value: float) -> str:
    """The shortest text that reads back equal, without a trailing `.0`."""
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def float_text(value: float) -> str:
    wanted = struct.pack("<f", value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("<f", float(text)) == wanted:
            return double_text(float(text))
    return double_text(value)


def _encode_double(_: ResultColumn, value: Any) -> bytes:
    return double_text(value).encode()


def _encode_float(_: ResultColumn, value: Any) -> bytes:
    return float_text(value).encode()


def _encode_tiny(_: ResultColumn, value: Any) -> bytes:
    return str(int(value)).encode()


def _binary_tiny(_: ResultColumn, value: Any) -> bytes:
    return struct.pack("<b", int(value))


def _encode_text(_: ResultColumn, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def _binary_text(column: ResultColumn, value: Any) -> bytes:
    return str_len(_encode_text(column, value))


def column(name: str, kind: str) -> ResultColumn:
    """`kind` is DuckDB's name of the type."""
    mysql_type = _TYPES.get(kind, ColumnType.VAR_STRING)
    if kind.startswith("DECIMAL"):
        mysql_type = ColumnType.NEWDECIMAL
    if mysql_type == ColumnType.TINY:
        return ResultColumn(name, mysql_type, CharacterSet.utf8mb4, _encode_tiny, _binary_tiny)
    if mysql_type == ColumnType.DOUBLE:
        return ResultColumn(name, mysql_type, text_encoder=_encode_double)
    if mysql_type == ColumnType.FLOAT:
        return ResultColumn(name, mysql_type, text_encoder=_encode_float)
    if mysql_type == ColumnType.BLOB:
        return ResultColumn(
            name, mysql_type, CharacterSet.binary, _encode_text, _binary_text
        )
    if mysql_type in (ColumnType.VAR_STRING, ColumnType.STRING, ColumnType.JSON):
        return ResultColumn(
            name, mysql_type, CharacterSet.utf8mb4, _encode_text, _binary_text
        )
    return ResultColumn(name, mysql_type)


def result(rows: Sequence[Any], columns: Sequence[tuple[str, str]]) -> ResultSet:
    built = []
    for index, (name, kind) in enumerate(columns):
        if kind == "HUGEINT" and _fits_bigint(rows, index, name):
            kind = "BIGINT"
        built.append(column(name, kind))
    return ResultSet(rows=rows, columns=built)


def _fits_bigint(rows: Sequence[Any], index: int, name: str) -> bool:
    """DuckDB sums integers into HUGEINT where the server answers BIGINT."""
    if not name.lower().startswith(("sum(", "sum ")):
        return False
    top = 1 << 63
    return all(row[index] is None or -top <= row[index] < top for row in rows)


def texts(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> ResultSet:
    """What SHOW statements answer: every column is text."""
    shown = [tuple(None if v is None else str(v) for v in row) for row in rows]
    return ResultSet(rows=shown, columns=[column(name, "VARCHAR") for name in names])
