# SPDX-License-Identifier: Apache-2.0
"""Load parameters out of request headers, with the refusals a back end makes on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Mapping

from .ddl import Parser

FORMATS = {
    "csv": "",
    "json": "",
    "gzip": "gzip",
    "bzip2": "bzip2",
    "lz4": "lz4_frame",
    "deflate": "deflate",
    "zstd": "zstd",
}
COMPRESSIONS = ("gzip", "bzip2", "lz4_frame", "zstd", "deflate")

# Headers that must not change between the loads of one transaction.
SAME_IN_TRANSACTION = (
    "format columns column_separator row_delimiter jsonpaths json_root strip_outer_array "
    "ignore_json_size compression where max_filter_ratio strict_mode timezone partial_update "
    "partial_update_mode merge_condition partitions temporary_partitions negative"
).split()


class LoadError(Exception):
    """Refuses or fails a load. `status` is the name of the server's internal code."""

    def __init__(self, message: str, status: str = "INTERNAL_ERROR") -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class ColumnItem:
    """One entry of `columns`: a source field, or `name = expression`."""

    name: str
    expression: str | None = None


@dataclass
class LoadParams:
    format: str = "csv"
    compression: str = ""
    columns: list[ColumnItem] = field(default_factory=list)
    column_separator: str = "\t"
    row_delimiter: str = "\n"
    skip_header: int = 0
    trim_space: bool = False
    enclose: str = ""
    escape: str = ""
    jsonpaths: str = ""
    json_root: str = ""
    strip_outer_array: bool = False
    ignore_json_size: bool = False
    where: str = ""
    max_filter_ratio: float = 0.0
    strict_mode: bool = False
    partial_update: bool = False
    merge_condition: str = ""

    @property
    def sources(self) -> list[str]:
        return [item.name for item in self.columns if item.expression is None]

    @property
    def derived(self) -> list[ColumnItem]:
        return [item for item in self.columns if item.expression is not None]


def same_key(headers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(headers.get(name, "") for name in SAME_IN_TRANSACTION)


def delimiter(text: str) -> str:
    """`\\x0102` is hexadecimal; `\\x01` and the usual escapes work in any place."""
    bare = text.replace("\\\\", "\\")
    if re.fullmatch(r"\\x(?:[0-9a-fA-F]{2})+", bare):
        return bytes.fromhex(bare[2:]).decode("latin-1")
    bare = re.sub(r"\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), bare)
    return bare.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")


def parse_columns(text: str) -> list[ColumnItem]:
    """Splits at commas outside brackets and quotes."""
    parser = Parser(text)
    items: list[ColumnItem] = []
    while not parser.done():
        name = parser.name()
        expression = None
        if parser.take("="):
            begin, depth = parser.tokens[parser.at].start if not parser.done() else 0, 0
            while not parser.done() and (depth or not parser.peek(",")):
                depth += parser.peek("(") - parser.peek(")")
                parser.at += 1
            expression = text[begin : parser.tokens[parser.at - 1].end].strip()
        items.append(ColumnItem(name, expression))
        if not parser.done():
            parser.expect(",")
    return items


def _flag(headers: Mapping[str, str], name: str) -> bool:
    return headers.get(name, "").strip().lower() == "true"


def _compression(headers: Mapping[str, str], implied: str) -> str:
    encoding = headers.get("content-encoding", "").lower()
    named = headers.get("compression", "").lower()
    if encoding and named:
        raise LoadError(
            "Cannot set both \"Content-Encoding\" and \"compression\" header", "INVALID_ARGUMENT"
        )
    found = named or encoding or implied
    if found and found not in COMPRESSIONS:
        raise LoadError(f"Unsupported compression algorithm: {found}", "INVALID_ARGUMENT")
    return found


def parse_headers(headers: Mapping[str, str], in_transaction: bool) -> LoadParams:
    """Raises LoadError. Transaction loads do not read the quoting headers of CSV."""
    name = headers.get("format", "csv").lower()
    if name not in FORMATS:
        raise LoadError(f"unknown data format, format={name}", "INTERNAL_ERROR")
    params = LoadParams(format="json" if name == "json" else "csv")
    params.compression = _compression(headers, FORMATS[name])
    try:
        params.columns = parse_columns(headers.get("columns", ""))
        params.max_filter_ratio = float(headers.get("max_filter_ratio", "0"))
    except Exception as error:
        raise LoadError(f"Invalid load parameter: {error}", "INVALID_ARGUMENT") from error
    if not 0 <= params.max_filter_ratio <= 1:
        raise LoadError("max_filter_ratio must in [0,1]", "INVALID_ARGUMENT")
    params.column_separator = delimiter(headers.get("column_separator", "\\t"))
    params.row_delimiter = delimiter(headers.get("row_delimiter", "\\n"))
    for text in (params.column_separator, params.row_delimiter):
        if not 1 <= len(text) <= 50:
            raise LoadError("Delimiter length should be between 1 and 50", "INVALID_ARGUMENT")
    if not in_transaction:
        params.skip_header = int(headers.get("skip_header", "0") or 0)
        params.trim_space = _flag(headers, "trim_space")
        params.enclose = headers.get("enclose", "")[:1]
        params.escape = headers.get("escape", "")[:1]
    params.jsonpaths = headers.get("jsonpaths", "")
    params.json_root = headers.get("json_root", "")
    params.strip_outer_array = _flag(headers, "strip_outer_array")
    params.ignore_json_size = _flag(headers, "ignore_json_size")
    params.where = headers.get("where", "")
    params.strict_mode = _flag(headers, "strict_mode")
    if in_transaction:
        params.partial_update = headers.get("partial_update", "") == "true"
    else:
        params.partial_update = _flag(headers, "partial_update")
    params.merge_condition = headers.get("merge_condition", "")
    return params
