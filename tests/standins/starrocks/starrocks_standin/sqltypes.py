# SPDX-License-Identifier: Apache-2.0
"""Column types: their text forms, their DuckDB twins and the conversion of loaded values.

A stored value is None, int, bool (as int), float, Decimal, date, datetime, str or bytes. JSON and
nested types are kept as JSON text.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Callable

INT_BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64, "LARGEINT": 128}
DISPLAY_WIDTH = {"TINYINT": 4, "SMALLINT": 6, "INT": 11, "BIGINT": 20, "LARGEINT": 40}
NESTED = ("ARRAY", "MAP", "STRUCT")
OPAQUE = ("BITMAP", "HLL", "PERCENTILE")
MAX_VARCHAR = 1048576
STRING_LENGTH = 65533
KEY_KINDS = ("BOOLEAN", *INT_BITS, "VARCHAR", "CHAR", "DATE", "DATETIME", "DECIMAL")

# 50 digits hold every DECIMAL(38, s) after scaling.
EXACT = Context(prec=100)


class Bad(Exception):
    """A row that cannot be stored; the text goes to the error log."""


class _Fail:
    """Marks a value that does not convert: NULL, or a bad row in strict mode."""


FAIL = _Fail()


@dataclass(frozen=True)
class SqlType:
    kind: str
    length: int = 0
    scale: int = 0
    inner: str = ""

    def sql(self) -> str:
        """The form of SHOW CREATE TABLE."""
        if self.kind in DISPLAY_WIDTH:
            return f"{self.kind.lower()}({DISPLAY_WIDTH[self.kind]})"
        if self.kind == "DECIMAL":
            return f"decimal({self.length}, {self.scale})"
        return self.canonical()

    def canonical(self) -> str:
        """The form of DESC."""
        if self.kind in ("CHAR", "VARCHAR"):
            return f"{self.kind.lower()}({self.length})"
        if self.kind == "VARBINARY":
            return f"varbinary({self.length})" if self.length else "varbinary"
        if self.kind == "DECIMAL":
            return f"decimal({self.length},{self.scale})"
        if self.kind in NESTED:
            return f"{self.kind.lower()}<{self.inner}>"
        return self.kind.lower()

    def mysql_column(self) -> str:
        """The form of COLUMN_TYPE and SHOW FULL COLUMNS."""
        if self.kind == "BOOLEAN":
            return "tinyint(1)"
        if self.kind == "LARGEINT":
            return "bigint(20) unsigned"
        return self.sql()

    def mysql_data(self) -> str:
        """The form of DATA_TYPE."""
        names = {"BOOLEAN": "tinyint", "LARGEINT": "bigint unsigned"}
        return names.get(self.kind, self.kind.lower())

    def duck(self) -> str:
        names = {
            "INT": "INTEGER",
            "LARGEINT": "HUGEINT",
            "DATETIME": "TIMESTAMP",
            "VARBINARY": "BLOB",
            "JSON": "JSON",
        }
        if self.kind == "DECIMAL":
            return f"DECIMAL({self.length},{self.scale})"
        if self.kind in ("BOOLEAN", "FLOAT", "DOUBLE", "DATE") or self.kind in INT_BITS:
            return names.get(self.kind, self.kind)
        return names.get(self.kind, "VARCHAR")


def max_of(kind: str) -> int:
    return (1 << (INT_BITS[kind] - 1)) - 1


def _to_bool(value: Any, _: SqlType) -> Any:
    if isinstance(value, (int, float, Decimal)):
        return 1 if value else 0
    text = str(value).strip().lower() if isinstance(value, str) else ""
    if text in ("true", "false"):
        return 1 if text == "true" else 0
    return (1 if int(text) else 0) if re.fullmatch(r"[+-]?\d+", text) else FAIL


def _to_int(value: Any, sql_type: SqlType) -> Any:
    top = max_of(sql_type.kind)
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"[+-]?\d+(\.\d*)?", text, re.ASCII):
            return FAIL
        number = int(text.split(".")[0] or 0)
    elif isinstance(value, (bool, int)):
        number = int(value)
    elif isinstance(value, (float, Decimal)):
        if not math.isfinite(value):
            return FAIL
        number = int(value)
    else:
        return FAIL
    return number if -top - 1 <= number <= top else FAIL


def _to_float(value: Any, sql_type: SqlType) -> Any:
    try:
        number = float(value) if isinstance(value, (str, int, float, Decimal)) else math.nan
    except (ValueError, OverflowError):
        return FAIL
    top = 3.4028235677973366e38 if sql_type.kind == "FLOAT" else math.inf
    return number if math.isfinite(number) and abs(number) < top else FAIL


def _to_decimal(value: Any, sql_type: SqlType) -> Any:
    if isinstance(value, float):
        value = repr(value)
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value, EXACT)
    except (InvalidOperation, TypeError, ValueError):
        return FAIL
    if not number.is_finite():
        return FAIL
    try:
        number = number.quantize(Decimal(1).scaleb(-sql_type.scale), ROUND_HALF_UP, EXACT)
    except InvalidOperation:
        number = Decimal("Infinity")
    # abs() would round to the digits of the default context.
    if number.copy_abs() >= Decimal(10) ** (sql_type.length - sql_type.scale):
        raise Bad(f"Decimal '{value}' is out of range. The type is {sql_type.canonical()}")
    return number


_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?", re.ASCII)


def parse_datetime(text: str) -> datetime | None:
    """The forms the server accepts; a time zone, a zero date or anything else gives None."""
    text = text.strip()
    match = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    parts = match.groups()
    fraction = (parts[6] if len(parts) > 6 else None) or "0"
    try:
        return datetime(
            *(int(part or 0) for part in parts[:6]), microsecond=int(fraction.ljust(6, "0"))
        )
    except ValueError:
        return None


def _to_date(value: Any, _: SqlType) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    moment = parse_datetime(value) if isinstance(value, str) else None
    return FAIL if moment is None else moment.date()


def _to_datetime(value: Any, _: SqlType) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    moment = parse_datetime(value) if isinstance(value, str) else None
    return FAIL if moment is None else moment


def json_text(value: Any, spaced: bool = False) -> str:
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(value, ensure_ascii=False, separators=separators, default=_json_number)


def _json_number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def text_of(value: Any) -> str:
    """What a number, boolean or nested value becomes in a text column."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (dict, list)):
        return json_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def _to_text(value: Any, sql_type: SqlType) -> Any:
    text = text_of(value)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > sql_type.length:
        raise Bad(
            f"String (length={size}) is too long. The type is "
            f"{sql_type.kind.lower()}({sql_type.length}) and max length is {sql_type.length}"
        )
    return text


def _to_binary(value: Any, sql_type: SqlType) -> Any:
    data = value if isinstance(value, bytes) else text_of(value).encode("utf-8", "surrogateescape")
    limit = sql_type.length or MAX_VARCHAR
    if len(data) > limit:
        raise Bad(f"Binary (length={len(data)}) is too long, max length is {limit}")
    return data


def _to_json(value: Any, _: SqlType) -> Any:
    return json_text(value, spaced=True)


def _to_nested(value: Any, sql_type: SqlType) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except ValueError:
            return FAIL
    wanted = list if sql_type.kind == "ARRAY" else dict
    return json_text(value) if isinstance(value, wanted) else FAIL


def converter(sql_type: SqlType) -> Callable[[Any, SqlType], Any]:
    """The conversion of one value that is not None; may answer FAIL or raise Bad."""
    kind = sql_type.kind
    if kind in INT_BITS:
        return _to_int
    if kind in NESTED:
        return _to_nested
    table: dict[str, Callable[[Any, SqlType], Any]] = {
        "BOOLEAN": _to_bool,
        "FLOAT": _to_float,
        "DOUBLE": _to_float,
        "DECIMAL": _to_decimal,
        "DATE": _to_date,
        "DATETIME": _to_datetime,
        "VARBINARY": _to_binary,
        "JSON": _to_json,
    }
    return table.get(kind, _to_text)


def epoch_text(seconds: float | None) -> str | None:
    """Server-side times as SHOW statements print them."""
    if not seconds:
        return None
    return str(datetime(1970, 1, 1) + timedelta(seconds=int(seconds)))
