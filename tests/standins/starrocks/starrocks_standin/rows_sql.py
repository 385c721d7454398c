# SPDX-License-Identifier: Apache-2.0
"""INSERT, DELETE and UPDATE: DuckDB evaluates, the stored rows change in one transaction."""

from __future__ import annotations

import uuid
from typing import Any, Callable

from sqlglot import exp

from .cluster import Cluster
from .duck import Engine
from .rewrite import bind_tables, parse_one, to_duck
from .schema import SqlError
from .statements import commit_batch, resolve, store_rows
from .storage import Batch, Table

Finder = Callable[[str | None, str], Table]


async def insert(
    cluster: Cluster, engine: Engine, find: Finder, current: str | None, sql: str
) -> None:
    tree = parse_one(sql)
    target = tree.this
    names = None
    if isinstance(target, exp.Schema):
        names = [item.name for item in target.expressions]
        target = target.this
    db_name = target.text("db") or None
    database = resolve(cluster, current, db_name)
    table = database.table(target.name)
    schema = table.schema
    names = names or [column.name for column in schema.columns]
    canonical = [schema.columns[schema.index(name)].name for name in names]
    query = tree.expression
    if isinstance(query, exp.Values):
        width = len(query.expressions[0].expressions)
        if any(len(item.expressions) != width for item in query.expressions):
            raise SqlError("Values have unequal number of values")
        if width != len(names):
            raise SqlError("Column count doesn't match value count", 1136)
        texts = [
            "SELECT " + ", ".join(to_duck(value) for value in item.expressions)
            for item in query.expressions
        ]
        sql_text, tables = " UNION ALL ".join(texts), []
        if len(texts) > 1:
            sql_text = "VALUES " + ", ".join(
                "(" + ", ".join(_as_text(value) for value in item.expressions) + ")"
                for item in query.expressions
            )
    else:
        tables, _ = bind_tables(query, current, find)
        sql_text = to_duck(query)
    rows, columns = await engine.query(sql_text, tables)
    if len(columns) != len(names):
        raise SqlError("Column count doesn't match value count", 1136)
    store_rows(cluster, database, table, [dict(zip(canonical, row)) for row in rows])


def _as_text(value: exp.Expression) -> str:
    """Rows of VALUES need one type per column; literals go as text and are converted later."""
    return f"CAST({to_duck(value)} AS VARCHAR)"


async def delete(
    cluster: Cluster, engine: Engine, find: Finder, current: str | None, sql: str
) -> None:
    tree = parse_one(sql)
    target = tree.this
    database = resolve(cluster, current, target.text("db") or None)
    table = database.table(target.name)
    where = tree.args.get("where")
    if where is None:
        raise SqlError("Delete must specify where clause to prevent full table delete")
    if not table.keyed:
        kept = exp.select("*").from_(target.copy()).where(exp.not_(exp.paren(where.this.copy())))
        tables, _ = bind_tables(kept, current, find)
        rows, _ = await engine.query(to_duck(kept), tables)
        table.clear()
        table.log = [tuple(row) for row in rows]
        return
    keys = await _keys(engine, find, current, table, target, where)
    batch = Batch(table.schema, "dict", dict.fromkeys(keys))
    commit_batch(cluster, database, table, batch, len(keys), f"delete_{uuid.uuid4()}")


async def _keys(
    engine: Engine,
    find: Finder,
    current: str | None,
    table: Table,
    target: exp.Expression,
    where: exp.Expression,
) -> list[Any]:
    names = [exp.column(c.name, quoted=True) for c in table.schema.keys]
    query = exp.select(*names).from_(target.copy()).where(where.this.copy())
    tables, _ = bind_tables(query, current, find)
    rows, _ = await engine.query(to_duck(query), tables)
    kinds = [c.type.kind for c in table.schema.keys]
    fixed = [
        tuple(int(v) if k == "BOOLEAN" and v is not None else v for v, k in zip(row, kinds))
        for row in rows
    ]
    return [row[0] if len(kinds) == 1 else row for row in fixed]


async def update(
    cluster: Cluster, engine: Engine, find: Finder, current: str | None, sql: str
) -> None:
    tree = parse_one(sql)
    target = tree.this
    database = resolve(cluster, current, target.text("db") or None)
    table = database.table(target.name)
    if table.schema.model != "PRIMARY":
        raise SqlError("only support updating primary key table")
    if tree.args.get("where") is None:
        raise SqlError("must specify where clause to prevent full table update")
    changed = {item.this.name.lower(): item.expression for item in tree.expressions}
    wanted = []
    for column in table.schema.columns:
        value = changed.get(column.name.lower())
        if value is not None and column.is_key:
            raise SqlError(f"primary key column cannot be updated: {column.name}")
        wanted.append(exp.column(column.name, quoted=True) if value is None else value.copy())
    query = exp.select(*wanted).from_(target.copy()).where(tree.args["where"].this.copy())
    tables, _ = bind_tables(query, current, find)
    rows, _ = await engine.query(to_duck(query), tables)
    names = [column.name for column in table.schema.columns]
    store_rows(cluster, database, table, [dict(zip(names, row)) for row in rows])
