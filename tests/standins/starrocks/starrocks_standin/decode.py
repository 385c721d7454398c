# SPDX-License-Identifier: Apache-2.0
"""Bytes of a load to Python rows (dicts): compression, JSON documents, JSON paths, CSV."""

from __future__ import annotations

import bz2
import gzip
import json
import re
import zlib
from decimal import Decimal
from typing import Any, Callable

import lz4.frame
import orjson
import zstandard

from .params import LoadError, LoadParams

# A number that a double might not hold; a hit inside a string only costs speed.
_LONG_NUMBER = re.compile(rb"[:\[,]\s*-?[0-9][0-9.]{15}")
_STEP = re.compile(r"\.?([^.\[\]\"]+)|\.\"([^\"]+)\"|\[(\d+)\]")

ARRAY_ERROR = (
    "The value is array type in json document stream, you can set strip_outer_array=true to "
    "parse each element of the array as individual rows"
)


def decompress(data: bytes, name: str) -> bytes:
    """Several frames one after another are one body."""
    try:
        if name == "gzip":
            return gzip.decompress(data)
        if name == "bzip2":
            return bz2.decompress(data)
        if name == "deflate":
            return zlib.decompress(data)
        if name == "lz4_frame":
            return lz4.frame.decompress(data) if data else data
        if name == "zstd":
            return _zstd(data)
    except Exception as error:
        raise LoadError(f"Decompress failed, {name}: {error}") from error
    return data


def _zstd(data: bytes) -> bytes:
    parts = []
    while data:
        decoder = zstandard.ZstdDecompressor().decompressobj()
        parts.append(decoder.decompress(data))
        if not decoder.eof:
            raise ValueError("truncated frame")
        data = decoder.unused_data
    return b"".join(parts)


def _exact_loads(data: bytes) -> Any:
    return json.loads(data, parse_float=Decimal)


def _documents(data: bytes, loads: Callable[[bytes], Any]) -> list[Any]:
    """Values written one after another, usually one a line."""
    joined = b"[" + b",".join(line for line in data.split(b"\n") if line.strip()) + b"]"
    try:
        return list(loads(joined))
    except ValueError:
        pass
    text = data.decode("utf-8")
    decoder = json.JSONDecoder(parse_float=Decimal)
    found, at = [], 0
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return found
        value, at = decoder.raw_decode(text, at)
        found.append(value)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def json_rows(data: bytes, params: LoadParams, exact: bool) -> list[Any]:
    """The rows of one JSON body. `exact` keeps digits that a double loses."""
    if not data.strip():
        return []
    loads = _exact_loads if exact and _LONG_NUMBER.search(data) else orjson.loads
    try:
        try:
            values = [loads(data)]
        except ValueError:
            values = _documents(data, loads)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"Failed to parse json as array/document. error: {error}") from error
    if params.json_root:
        root = JsonPath(params.json_root)
        values = [root.find(value) for value in values]
    if not params.strip_outer_array:
        if any(isinstance(value, list) for value in values):
            raise LoadError(ARRAY_ERROR, "DATA_QUALITY_ERROR")
        return values
    if len(values) == 1 and isinstance(values[0], list):
        return list(values[0])
    if not all(isinstance(value, list) for value in values):
        raise LoadError(
            "The value is not array type in json document array, you can set "
            "strip_outer_array=false to parse each document",
            "DATA_QUALITY_ERROR",
        )
    return [row for value in values for row in value]


class JsonPath:
    """`$.a.b[0]`; a missing step gives None."""

    def __init__(self, text: str) -> None:
        body = text.strip()
        if not body.startswith("$"):
            raise LoadError(f"Invalid json path: {text}", "INVALID_ARGUMENT")
        body = body[1:]
        self.steps: list[str | int] = []
        at = 0
        while at < len(body):
            match = _STEP.match(body, at)
            if match is None:
                raise LoadError(f"Invalid json path: {text}", "INVALID_ARGUMENT")
            self.steps.append(int(match[3]) if match[3] else str(match[1] or match[2]))
            at = match.end()

    def find(self, value: Any) -> Any:
        for step in self.steps:
            if isinstance(step, int):
                fits = isinstance(value, list) and step < len(value)
                value = value[step] if fits else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
            if value is None:
                return None
        return value


def apply_jsonpaths(rows: list[Any], text: str, names: list[str]) -> list[Any]:
    """Paths pair with the names by position."""
    try:
        paths = [JsonPath(path) for path in orjson.loads(text)]
    except ValueError as error:
        raise LoadError(f"Invalid json path: {text}", "INVALID_ARGUMENT") from error
    pairs = list(zip(names, paths))
    return [
        {name: path.find(row) for name, path in pairs} if isinstance(row, dict) else row
        for row in rows
    ]


class CsvReader:
    """Bodies of a transaction are one text: a row may begin in one body and end in the next."""

    def __init__(self, params: LoadParams) -> None:
        self.params = params
        self.separator = params.column_separator.encode("latin-1")
        self.delimiter = params.row_delimiter.encode("latin-1")
        self.rest = b""
        self.to_skip = params.skip_header

    def feed(self, data: bytes) -> list[tuple[list[Any] | None, bytes]]:
        """Fields of each complete row and its bytes; fields are None for invalid UTF-8."""
        lines = (self.rest + data).split(self.delimiter)
        self.rest = lines.pop()
        return self._rows(lines)

    def finish(self) -> list[tuple[list[Any] | None, bytes]]:
        lines, self.rest = [self.rest], b""
        return self._rows(lines)

    def _rows(self, lines: list[bytes]) -> list[tuple[list[Any] | None, bytes]]:
        if self.to_skip:
            skipped = min(self.to_skip, len(lines))
            self.to_skip -= skipped
            lines = lines[skipped:]
        return [(self._fields(line), line) for line in lines if line]

    def _fields(self, line: bytes) -> list[Any] | None:
        params = self.params
        if params.enclose or params.escape:
            raw = self._quoted_fields(line)
        else:
            raw = line.split(self.separator)
        try:
            fields: list[Any] = [part.decode("utf-8") for part in raw]
        except UnicodeDecodeError:
            return None
        if params.trim_space:
            fields = [part.strip(" ") for part in fields]
        return [None if part == "\\N" else part for part in fields]

    def _quoted_fields(self, line: bytes) -> list[bytes]:
        quote, escape = self.params.enclose.encode(), self.params.escape.encode()
        fields, current, at, inside = [], bytearray(), 0, False
        while at < len(line):
            char = line[at : at + 1]
            if escape and char == escape and at + 1 < len(line):
                current += line[at + 1 : at + 2]
                at += 2
            elif quote and char == quote and inside and line[at + 1 : at + 2] == quote:
                current += quote
                at += 2
            elif quote and char == quote and (inside or not current):
                inside = not inside
                at += 1
            elif not inside and line.startswith(self.separator, at):
                fields.append(bytes(current))
                current = bytearray()
                at += len(self.separator)
            else:
                current += char
                at += 1
        return [*fields, bytes(current)]
