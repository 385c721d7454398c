# SPDX-License-Identifier: Apache-2.0
"""Values of both servers in one form, so that equal contents compare equal.

Both sides are read as the text of the wire. What a value means is decided by the type of its MySQL
column; how it is written on the other side, by the type of the column there.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Callable

INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year")
BINARIES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry")
TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set")


@dataclass(frozen=True)
class Column:
    """One column of one server, as its information_schema shows it."""

    name: str
    data_type: str  # lower case, without length
    column_type: str  # lower case, in full
    key: int = 0  # place in the primary key, from 1; 0: not part of it

    @property
    def is_boolean(self) -> bool:
        return self.column_type in ("tinyint(1)", "bit(1)", "boolean")


@dataclass(frozen=True)
class Unreadable:
    """A value that does not have the form of its type; equal to nothing of the other side."""

    text: str
    why: str


Normal = Callable[[Any], Any]


def text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, (bytes, bytearray)) else str(value)


def raw(value: Any) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return str(value).encode("utf-8", "surrogateescape")


def _boolean(value: Any) -> bool:
    plain = text(value).strip().lower()
    return plain == "true" if plain in ("true", "false") else int(plain) != 0


def _single(value: Any) -> str:
    """The bits of the nearest FLOAT: its decimal forms differ between servers."""
    return struct.pack("<f", float(text(value))).hex()


def _double(value: Any) -> str:
    return struct.pack("<d", float(text(value))).hex()


def _decimal(value: Any) -> Decimal:
    number = Decimal(text(value))
    return Decimal(0) if number == 0 else number


def _moment(value: Any) -> str:
    plain = text(value)
    shape = "%Y-%m-%d %H:%M:%S.%f" if "." in plain else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(plain, shape).isoformat(timespec="microseconds")


def _day(value: Any) -> str:
    return datetime.strptime(text(value), "%Y-%m-%d").date().isoformat()


def _clock(value: Any) -> str:
    plain = text(value)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _json_value(value: Any) -> Any:
    """Numbers by value: 1.0 is 1, which a server may print either way."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("no JSON number")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _json_value(item) for name, item in value.items()}
    return value


def _json(value: Any) -> str:
    return json.dumps(_json_value(json.loads(text(value))), sort_keys=True)


def _from_base64(value: Any) -> bytes:
    return base64.b64decode(raw(value), validate=True)


def _bits(value: Any) -> int:
    return int.from_bytes(raw(value), "big")


def _guarded(normal: Normal) -> Normal:
    def call(value: Any) -> Any:
        if value is None:
            return None
        try:
            return normal(value)
        except (ValueError, ArithmeticError, OverflowError, binascii.Error) as error:
            return Unreadable(repr(value), str(error))

    return call


_BY_TYPE: dict[str, Normal] = {
    **{name: lambda value: int(text(value)) for name in INTEGERS},
    **{name: text for name in TEXTS},
    **{name: raw for name in BINARIES},
    "decimal": _decimal,
    "float": _single,
    "double": _double,
    "datetime": _moment,
    "timestamp": _moment,
    "date": _day,
    "time": _clock,
    "json": _json,
}


def of_source(column: Column, target: Column) -> Normal:
    """How a value read from MySQL is to look."""
    if column.data_type == "bit":
        if column.is_boolean:
            return _guarded(lambda value: _bits(value) != 0)
        return _guarded(raw)
    if column.is_boolean and target.is_boolean:
        return _guarded(_boolean)
    return _guarded(_BY_TYPE[column.data_type])


def of_target(column: Column, source: Column) -> Normal:
    """The same for a value read from StarRocks, whose `column` holds the one of `source`."""
    if source.is_boolean and column.is_boolean:
        return _guarded(_boolean)
    binary = source.data_type in BINARIES or source.data_type == "bit"
    if binary:
        return _guarded(raw if "binary" in column.data_type else _from_base64)
    return _guarded(_BY_TYPE[source.data_type])
