# SPDX-License-Identifier: Apache-2.0
"""Turns a query in StarRocks' dialect into one DuckDB runs over the tables of the engine."""

from __future__ import annotations

from typing import Any, Callable

import sqlglot
from sqlglot import exp

from .duck import duck_name
from .info_schema import TABLES
from .schema import SqlError
from .storage import Table

# What a query may ask about the session: name -> value.
Facts = dict[str, Any]


def parse_one(sql: str) -> exp.Expression:
    try:
        return sqlglot.parse_one(sql, read="starrocks")
    except sqlglot.errors.SqlglotError as error:
        first = str(error).splitlines()[0]
        raise SqlError(f"Getting syntax error. Detail message: {first}") from error


def literal(value: Any) -> exp.Expression:
    if value is None:
        return exp.null()
    if isinstance(value, (int, float)):
        return exp.Literal.number(value)
    return exp.Literal.string(str(value))


def replace_facts(
    tree: exp.Expression, functions: Facts, variable: Callable[[str], Any]
) -> exp.Expression:
    """`@@x`, current_version() and their like become literals, keeping the column's name."""

    def change(node: exp.Expression) -> exp.Expression:
        value: Any
        if isinstance(node, exp.SessionParameter):
            value = literal(variable(node.name.lower()))
        elif isinstance(node, exp.Parameter):
            value = exp.null()
        else:
            name = _function_name(node)
            if name not in functions:
                return node
            value = literal(functions[name])
        if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
            return exp.alias_(value, node.sql(dialect="starrocks").lower(), quoted=True)
        return value

    return tree.transform(change)


def _function_name(node: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    if isinstance(node, exp.Func):
        return node.sql_name().lower()
    return ""


def bind_tables(
    tree: exp.Expression, current: str | None, find: Callable[[str | None, str], Table]
) -> tuple[list[Table], set[str]]:
    """Points table names at the engine's tables; also returns the information_schema tables."""
    names = {cte.alias for cte in tree.find_all(exp.CTE)}
    used: dict[int, Table] = {}
    virtual: set[str] = set()
    for node in list(tree.find_all(exp.Table)):
        db = node.text("db") or None
        if (db is None and node.name in names) or not isinstance(node.this, exp.Identifier):
            continue
        scope = db or current or ""
        if scope.lower() == "information_schema":
            name = node.name.lower()
            if name not in TABLES:
                raise SqlError(f"Unknown table 'information_schema.{node.name}'", 5502)
            virtual.add(name)
            target = f"info_{name}"
        else:
            table = find(db, node.name)
            used[table.id] = table
            target = duck_name(table)
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
        node.set("this", exp.to_identifier(target))
        node.set("db", None)
        node.set("catalog", None)
    for column in tree.find_all(exp.Column):
        column.set("db", None)
        column.set("catalog", None)
    return list(used.values()), virtual


def name_columns(tree: exp.Expression, sql: str) -> None:
    """Unnamed expressions are called by their own text, as the server does."""
    if not isinstance(tree, exp.Select):
        return
    for item in tree.expressions:
        if isinstance(item, (exp.Alias, exp.Column, exp.Star)) or item.is_star:
            continue
        text = item.sql(dialect="starrocks")
        name = text.lower() if isinstance(item, exp.Func) else text
        item.replace(exp.alias_(item.copy(), name, quoted=True))


def to_duck(tree: exp.Expression) -> str:
    return tree.sql(dialect="duckdb")


def expression_sql(text: str) -> str:
    """A load expression (`columns: c = a * 2`) for DuckDB; fields are text, sums need numbers."""
    tree = parse_one(f"SELECT {text}")
    for column in list(tree.find_all(exp.Column)):
        if isinstance(column.parent, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)):
            column.replace(exp.TryCast(this=column.copy(), to=exp.DataType.build("double")))
    made = tree.expressions[0].transform(_load_function)
    return made.sql(dialect="duckdb")


def _load_function(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.ToBinary) or _function_name(node) == "to_binary":
        arguments = list(node.expressions) if isinstance(node, exp.Anonymous) else [node.this]
        form = arguments[1].name.lower() if len(arguments) > 1 else "hex"
        if not isinstance(node, exp.Anonymous) and node.args.get("format"):
            form = node.args["format"].name.lower()
        function = {"hex": "unhex", "encode64": "from_base64", "utf8": "encode"}.get(form, "encode")
        return exp.Anonymous(this=function, expressions=[arguments[0]])
    return node


