# SPDX-License-Identifier: Apache-2.0
"""The generated quick paths of a load store what the plain conversion stores."""

from __future__ import annotations

from typing import Any

import pytest

from starrocks_standin.convert import build, make_slow
from starrocks_standin.ddl import Parser, parse_create_table
from starrocks_standin.schema import Column, Schema
from starrocks_standin.sqltypes import Bad

TABLE = """t (k INT, a TINYINT, b INT, c BIGINT, l LARGEINT, d DECIMAL(10,2), e DECIMAL(5,0),
  f BOOLEAN, v VARCHAR(20), x DOUBLE, at DATETIME, day DATE) DUPLICATE KEY (k)"""
VALUES = [
    *(None, True, False, 0, 1, 2, -5, 127, 128, -128, -129, 1.5, 2**63, "", "true", " 1 "),
    *("1", "-1", "+1", "127", "128", "-128", "-129", "9" * 18, "9" * 19, "9" * 38, "9" * 39),
    *("1.5", "1.25", "-1.25", "1.250", ".50", "-.50", "--1.00", "-1-.00", "1e5", "٣", "1.٣٣"),
    *("12345678.90", "123456789.01", "-1234567.89", "-12345678.90", "12345", "123456"),
    *("x" * 20, "x" * 21, "é" * 10, "é" * 11, "雪" * 6, "雪" * 7, [1], {"a": 1}),
    *("2024-02-29", "2023-02-29", "2024-02-29 01:02:03", "2024-02-29T01:02:03.000004"),
    *("2024-02-29 01:02:03.5", "2024-02-29 25:02:03", "0000-00-00", "2024-02-29 01:02:03+01:00"),
]
SCHEMA = parse_create_table(Parser(TABLE), lambda: 1).schema


def outcome(convert: Any, value: Any) -> Any:
    try:
        return convert(value)
    except Bad as error:
        return f"bad: {error}"


def generated(schema: Schema, column: Column, strict: bool) -> Any:
    def convert(value: Any) -> Any:
        rows: list[tuple[Any, ...]] = []
        reasons: list[str] = []
        build(schema, "list", strict, False, 1 << 30)(
            [{"k": 1, column.name: value}], rows, lambda why, _: reasons.append(why)
        )
        if reasons:
            raise Bad(reasons[0])
        return rows[0][schema.index(column.name)]

    return convert


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("column", SCHEMA.columns[1:], ids=lambda c: c.type.canonical())
def test_quick_and_plain_conversion_agree(column: Column, strict: bool):
    for value in VALUES:
        found = outcome(generated(SCHEMA, column, strict), value)
        wanted = outcome(make_slow(column, strict), value)
        assert (type(found), str(found)) == (type(wanted), str(wanted)), repr(value)
