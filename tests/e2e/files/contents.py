# SPDX-License-Identifier: Apache-2.0
"""Files as tests write and read them: by Python's csv and json, and by pyarrow."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

Row = tuple[str | None, ...]

EXTENSIONS = {"csv": "csv", "text": "txt", "json": "json", "parquet": "parquet"}
ITEMS = ("id", "name", "price", "day", "at")
ITEMS_TYPES = pyarrow.schema(
    {
        "id": pyarrow.int64(),
        "name": pyarrow.string(),
        "price": pyarrow.decimal128(20, 4),
        "day": pyarrow.date32(),
        "at": pyarrow.timestamp("us"),
    }
)


def files_of(folder: Path) -> list[Path]:
    """Those that a reader sees: not in hidden folders."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.parts)
    )


def shown(value: Any) -> str | None:
    """A value in one spelling for all formats."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        if value.tzinfo is not None:  # an instant: as a wall time of this process's zone
            value = value.astimezone().replace(tzinfo=None)
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def rows_of(path: Path, form: str, encoding: str = "utf-8") -> list[Row]:
    """The values of a file, blanks and nulls as None."""
    if form == "parquet":
        table = pyarrow.parquet.read_table(path, partitioning=None)
        return [tuple(shown(value) for value in row.values()) for row in table.to_pylist()]
    text = path.read_text(encoding)
    assert text and not text.endswith("\n"), f"{path}: rows are separated, not ended"
    if form == "json":
        lines = (json.loads(line, parse_float=_number) for line in text.split("\n"))
        return [tuple(_json_value(value) for value in line.values()) for line in lines]
    if form == "csv":
        return [tuple(shown(value) for value in row) for row in csv.reader(io.StringIO(text))]
    return [tuple(shown(value) for value in line.split("\x01")) for line in text.split("\n")]


def _number(text: str) -> Decimal | float:
    return float(text) if "e" in text.lower() or len(text.split(".")[1]) != 4 else Decimal(text)


def _json_value(value: Any) -> str | None:
    text = shown(value)
    # Timestamps are written with a T.
    if text is not None and len(text) == 19 and text[10] == "T":
        return text.replace("T", " ")
    return text


def all_rows(folder: Path, form: str) -> list[Row]:
    paths = files_of(folder)
    assert all(path.suffix == f".{EXTENSIONS[form]}" for path in paths), paths
    return sorted((row for path in paths for row in rows_of(path, form)), key=str)


def item(number: int) -> tuple[int, str | None, Decimal, date, datetime]:
    """A row with what is hard about files: quotes, delimiters, line ends in it, none at all."""
    name = (f"item {number}", 'a "quoted", one', "größe\n名称", None)[number % 4]
    day = date(1970 + number % 60, 1 + number % 12, 1 + number % 28)
    return number, name, Decimal(number) / 8, day, datetime(2024, 2, 29, 23, number % 60, 59)


def write_items(path: Path, form: str, numbers: range, encoding: str = "utf-8") -> list[Row]:
    """Writes them; returns what must come."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [item(number) for number in numbers]
    if form == "text":  # without quotes there is no line end within a value
        rows = [(i, name and name.replace("\n", " "), *rest) for i, name, *rest in rows]
    if form == "parquet":
        columns = [list(column) for column in zip(*rows)]
        columns[2] = [value.quantize(Decimal("0.0001")) for value in columns[2]]
        table = pyarrow.table(columns, schema=ITEMS_TYPES)
        pyarrow.parquet.write_table(table, path, row_group_size=700)
    else:
        data = _text_of(rows, form).encode(encoding)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return [
        (str(i), name, str(price.quantize(Decimal("0.0001"))), str(day), shown(at))
        for i, name, price, day, at in rows
    ]


def _text_of(rows: list[Any], form: str) -> str:
    out = io.StringIO()
    if form == "csv":
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(reversed(ITEMS))
        for row in rows:
            writer.writerow(["" if value is None else value for value in reversed(row)])
    elif form == "text":
        for row in rows:
            out.write("\x01".join("" if value is None else str(value) for value in row) + "\n")
    else:
        for row in rows:
            values = dict(zip(ITEMS, row))
            values["price"] = float(values["price"])
            out.write(json.dumps(values, default=str, ensure_ascii=False) + "\n")
    return out.getvalue()
