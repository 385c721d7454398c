# SPDX-License-Identifier: Apache-2.0
"""Builds, per schema, a function that turns decoded rows into stored rows.

The function is generated source: one straight run of checks per row, with a call only for values
that are not already of the right kind. It is what the load rate of the stand-in depends on.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Callable

from .schema import Column, Schema
from .sqltypes import FAIL, INT_BITS, Bad, converter, max_of

MISSING = object()
KEEP = object()

# (rows, out, on_bad) -> rows stored. `out` is a dict, a list of rows or a list of (key, row).
RowConverter = Callable[[list[Any], Any, Callable[[str, Any], None]], int]


def null_error(column: Column) -> str:
    return f"NULL value in non-nullable column '{column.name}'"


def make_slow(column: Column, strict: bool) -> Callable[[Any], Any]:
    convert = converter(column.type)
    sql_type = column.type

    def slow(value: Any) -> Any:
        if value is not None:
            result = convert(value, sql_type)
            if result is not FAIL:
                return result
            if strict or not column.nullable:
                raise Bad(
                    f"Value '{value}' does not convert to {sql_type.canonical()}, "
                    f"column '{column.name}'"
                )
        if column.nullable or column.auto_increment:
            return None
        raise Bad(null_error(column))

    return slow


def _fast_check(column: Column, var: str) -> str:
    """Source of the condition under which a value is stored as it came."""
    kind = column.type.kind
    if kind in INT_BITS:
        top = max_of(kind)
        return f"type({var}) is int and {-top - 1} <= {var} <= {top}"
    if kind in ("VARCHAR", "CHAR"):
        limit = column.type.length
        return (
            f"type({var}) is str and "
            f"(len({var}) <= {limit // 4} or len({var}) <= {limit} and {var}.isascii())"
        )
    if kind == "DOUBLE":
        return f"type({var}) is float"
    if kind == "BOOLEAN":
        return f"type({var}) is int and 0 <= {var} <= 1"
    return "False"


def _convert_lines(column: Column, index: int) -> list[str]:
    var = f"v{index}"
    kind = column.type.kind
    lines = []
    if kind == "DATETIME":
        lines += [
            f"if type({var}) is str and {var}[16:17] == ':' and {var}[10] in ' T' "
            f"and {var}[4] == '-' and {var}[13] == ':' and (len({var}) == 19 or "
            f"len({var}) == 26 and {var}[19] == '.' and {var}[20:].isdigit()):",
            f"    try: {var} = fromiso({var})",
            f"    except ValueError: {var} = slow{index}({var})",
            f"else: {var} = slow{index}({var})",
        ]
    elif kind == "DATE":
        lines += [
            f"if type({var}) is str and len({var}) == 10 and {var}[4] == '-' "
            f"and {var}[7] == '-':",
            f"    try: {var} = dateiso({var})",
            f"    except ValueError: {var} = slow{index}({var})",
            f"else: {var} = slow{index}({var})",
        ]
    else:
        lines.append(f"if {_fast_check(column, var)}: pass")
        quick = _quick_text(column, var)
        if quick is not None:
            lines.append(f"elif {quick[0]}: {var} = {quick[1]}")
        lines.append(f"else: {var} = slow{index}({var})")
    return lines


def _quick_text(column: Column, var: str) -> tuple[str, str] | None:
    """Source of the condition under which plain digits convert without a check, and how."""
    kind = column.type.kind
    if kind in INT_BITS:
        digits = len(str(max_of(kind))) - 1
        return (
            f"type({var}) is str and len({var}) <= {digits} and {var}.isascii() "
            f"and {var}.isdigit()",
            f"int({var})",
        )
    if kind == "DECIMAL" and column.type.scale:
        point = -column.type.scale - 1
        whole, end = f"{var}[:{point}]", f"{var}[{point + 1}:]"
        return (
            f"type({var}) is str and len({var}) <= {column.type.length + 1} and {var}.isascii() "
            f"and {var}[{point}:{point + 1}] == '.' and {end}.isdigit() "
            f"and ({whole}.isdigit() or {whole}[:1] == '-' and {whole}[1:].isdigit())",
            f"Decimal({var})",
        )
    return None


def key_size_lines(schema: Schema) -> list[str]:
    """Source that measures the encoded key where text could make it too long."""
    keys = schema.keys
    texts = [i for i in schema.key_indexes if schema.columns[i].type.kind in ("VARCHAR", "CHAR")]
    if not texts:
        return []
    fixed = {"BOOLEAN": 1, "TINYINT": 1, "SMALLINT": 2, "INT": 4, "DATE": 4, "LARGEINT": 16}
    size = sum(fixed.get(c.type.kind, 8) for c in keys if c.type.kind not in ("VARCHAR", "CHAR"))
    size += 2 * (len(texts) - 1)
    lengths = " + ".join(f"len(v{i})" for i in texts)
    exact = " + ".join(f"len(v{i}.encode('utf-8', 'surrogatepass'))" for i in texts)
    return [f"if ({lengths}) * 4 > limit - {size} and {exact} + {size} > limit: raise KeyTooLong()"]


class KeyTooLong(Exception):
    """Fails the whole load, not the row."""


def build(
    schema: Schema,
    out_kind: str,
    strict: bool,
    has_op: bool,
    key_limit: int,
    loaded: set[str] | None = None,
    next_auto: Callable[[], int] | None = None,
) -> RowConverter:
    """`out_kind` is "dict", "list" or "ops". `loaded`, for partial updates, names the columns
    present (lower case); the others become KEEP."""
    scope: dict[str, Any] = {
        "MISSING": MISSING,
        "KEEP": KEEP,
        "Bad": Bad,
        "KeyTooLong": KeyTooLong,
        "Decimal": Decimal,
        "fromiso": datetime.fromisoformat,
        "dateiso": date.fromisoformat,
        "limit": key_limit,
        "is_delete": is_delete,
    }
    body: list[str] = []
    for index, column in enumerate(schema.columns):
        body += _column_source(column, index, strict, loaded, scope)
        if column.auto_increment and next_auto is not None:
            scope["next_auto"] = next_auto
            body.append(f"if v{index} is None: v{index} = next_auto()")
    if schema.model == "PRIMARY":
        body += key_size_lines(schema)
    body += _store_lines(schema, out_kind, has_op)
    source = "\n".join(
        [
            "def convert(rows, out, on_bad):",
            "    stored = 0",
            "    put = out.append if type(out) is list else None",
            "    for row in rows:",
            "        try:",
            "            get = row.get",
            *(f"            {line}" for line in body),
            "            stored += 1",
            "        except Bad as error: on_bad(str(error), row)",
            "        except AttributeError:",
            "            if isinstance(row, dict): raise",
            "            on_bad('The value is not a JSON object', row)",
            "    return stored",
        ]
    )
    exec(compile(source, "<row converter>", "exec"), scope)  # noqa: S102
    return scope["convert"]


def _column_source(
    column: Column, index: int, strict: bool, loaded: set[str] | None, scope: dict[str, Any]
) -> list[str]:
    if loaded is not None and column.name.lower() not in loaded:
        return [f"v{index} = KEEP"]
    scope[f"slow{index}"] = make_slow(column, strict)
    lines = _convert_lines(column, index)
    if not column.has_default:
        return [f"v{index} = get({column.name!r})", *lines]
    scope[f"default{index}"] = column.default_value()
    return [
        f"v{index} = get({column.name!r}, MISSING)",
        f"if v{index} is MISSING: v{index} = default{index}()",
        "else:",
        *(f"    {line}" for line in lines),
    ]


def _store_lines(schema: Schema, out_kind: str, has_op: bool) -> list[str]:
    values = ", ".join(f"v{i}" for i in range(len(schema.columns))) + ","
    if out_kind == "list":
        return [f"put(({values}))"]
    keys = [f"v{i}" for i in schema.key_indexes]
    key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
    if out_kind == "ops":
        keep, drop = f"put(({key}, ({values})))", f"put(({key}, None))"
    else:
        keep, drop = f"out[{key}] = ({values})", f"out[{key}] = None"
    if not has_op:
        return [keep]
    return [
        "op = get('__op')",
        f"if op is None or op == 0 or not is_delete(op): {keep}",
        f"else: {drop}",
    ]


def is_delete(op: Any) -> bool:
    """`__op` is a TINYINT: 0 or 1, as a number or text; the two words are accepted too."""
    text = str(op).strip().lower()
    if text in ("1", "true", "delete"):
        return True
    if text in ("0", "false", "upsert", ""):
        return False
    raise Bad(f"Invalid __op value '{op}'")
