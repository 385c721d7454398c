# SPDX-License-Identifier: Apache-2.0
"""Statements that change definitions, users or rows."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

from .cluster import Cluster, User
from .convert import build
from .ddl import Parser, build_schema, parse_column, parse_create_table, parse_properties
from .schema import Column, Schema, SqlError, create_table_text
from .sqltypes import INT_BITS, Bad
from .storage import Batch, Database, Table
from .transactions import Timeouts

DB_NAME = re.compile(r"[a-zA-Z_][\w\-~!@#$%^&<>=+]{0,255}", re.ASCII)


def resolve(cluster: Cluster, current: str | None, db: str | None) -> Database:
    name = db or current
    if not name:
        raise SqlError("No database selected", 1046)
    return cluster.catalog.database(name)


def create_database(cluster: Cluster, parser: Parser) -> None:
    quiet = parser.take("IF", "NOT", "EXISTS")
    name = parser.name()
    if not DB_NAME.fullmatch(name):
        raise SqlError(f"Incorrect database name '{name}'", 1102)
    if name in cluster.catalog.databases or name in ("information_schema", "sys", "_statistics_"):
        if not quiet:
            raise SqlError(f"Can't create database '{name}'; database exists", 1007)
        return
    cluster.catalog.create_database(name)


def drop_database(cluster: Cluster, parser: Parser) -> None:
    quiet = parser.take("IF", "EXISTS")
    name = parser.name()
    if name not in cluster.catalog.databases:
        if not quiet:
            raise SqlError(f"Can't drop database '{name}'; database doesn't exist", 1008)
        return
    cluster.catalog.drop_database(name)
    cluster.jobs.advance()


def create_table(cluster: Cluster, current: str | None, parser: Parser) -> None:
    start = parser.at
    if _create_like(cluster, current, parser):
        return
    parser.at = start
    made = parse_create_table(parser, cluster.live_back_ends)
    database = resolve(cluster, current, made.db)
    if _exists(database, made.name, made.if_not_exists):
        return
    for column in made.schema.columns:
        try:
            column.default_value()
        except Bad as error:
            raise SqlError(str(error)) from error
    table = cluster.catalog.create_table(database.name, made.name, made.schema, made.options)
    table.created = cluster.now()


def _exists(database: Database, name: str, quiet: bool) -> bool:
    if name in database.tables and not quiet:
        raise SqlError(f"Table '{name}' already exists", 1050)
    return name in database.tables


def _create_like(cluster: Cluster, current: str | None, parser: Parser) -> bool:
    quiet = parser.take("IF", "NOT", "EXISTS")
    db, name = parser.qualified()
    if not parser.take("LIKE"):
        return False
    source_db, source_name = parser.qualified()
    source = resolve(cluster, current, source_db).table(source_name)
    database = resolve(cluster, current, db)
    if not _exists(database, name, quiet):
        cluster.catalog.create_table(
            database.name, name, Schema(source.schema.columns, source.schema.model), source.options
        )
    return True


def drop_table(cluster: Cluster, current: str | None, parser: Parser) -> None:
    quiet = parser.take("IF", "EXISTS")
    db, name = parser.qualified()
    parser.take("FORCE")
    parser.end()
    database = cluster.catalog.databases.get(db or current or "")
    if database is None or name not in database.tables:
        if not quiet:
            raise SqlError(
                f"Getting analyzing error. Detail message: Unknown table '{name}'.", 5502
            )
        return
    cluster.catalog.drop_table(database.name, name)
    cluster.jobs.advance()


def truncate_table(cluster: Cluster, current: str | None, parser: Parser) -> None:
    parser.take("TABLE")
    db, name = parser.qualified()
    table = resolve(cluster, current, db).table(name)
    cluster.jobs.check_idle(table)
    table.clear()


def alter_table(cluster: Cluster, current: str | None, parser: Parser) -> None:
    db_name, name = parser.qualified()
    database = resolve(cluster, current, db_name)
    table = database.table(name)
    if parser.take("RENAME"):
        if parser.take("COLUMN"):
            _rename_column(cluster, table, parser)
        else:
            _rename_table(cluster, database, table, parser)
        return
    if parser.take("COMMENT"):
        parser.expect("=")
        table.options.comment = parser.string()
        return
    if parser.take("SET"):
        table.options.properties.update(parse_properties(parser))
        return
    columns = list(table.schema.columns)
    while True:
        columns = _alter_clause(table, columns, parser)
        if not parser.take(","):
            break
    parser.end()
    _check_altered(table, columns)
    cluster.jobs.start(database.name, table, table.schema.with_columns(columns))


def _check_altered(table: Table, columns: list[Column]) -> None:
    build_schema(columns, table.schema.model, [c.name for c in columns if c.is_key])
    for column in columns:
        if column.name in table.renamed_from and table.schema.find(column.name) is None:
            raise SqlError(f"Column name [{column.name}] was used before a rename")
        try:
            column.default_value()
        except Bad as error:
            raise SqlError(str(error)) from error


def _alter_clause(table: Table, columns: list[Column], parser: Parser) -> list[Column]:
    if parser.take("ADD", "COLUMN"):
        if parser.take("("):
            while True:
                columns = _add(table, columns, parse_column(parser), None)
                if not parser.take(","):
                    break
            parser.expect(")")
            return columns
        column = parse_column(parser)
        return _add(table, columns, column, _position(parser, columns))
    if parser.take("DROP", "COLUMN"):
        return _drop(columns, parser.name())
    if parser.take("MODIFY", "COLUMN"):
        column = parse_column(parser)
        return _modify(columns, column, _position(parser, columns))
    raise parser.fail()


def _position(parser: Parser, columns: list[Column]) -> int | None:
    if parser.take("FIRST"):
        return 0
    if parser.take("AFTER"):
        return _index(columns, parser.name()) + 1
    return None


def _index(columns: list[Column], name: str) -> int:
    for index, column in enumerate(columns):
        if column.name.lower() == name.lower():
            return index
    raise SqlError(f"Column does not exists: {name}")


def _add(
    table: Table, columns: list[Column], column: Column, position: int | None
) -> list[Column]:
    if any(c.name.lower() == column.name.lower() for c in columns):
        raise SqlError(f"Can not add column which already exists in base table: {column.name}")
    if not column.nullable and not column.has_default:
        raise SqlError(f"'{column.name}': a column that is NOT NULL needs a default value")
    if table.schema.model == "PRIMARY" and column.is_key:
        raise SqlError("Can not add key column for primary key table")
    keys = sum(1 for c in columns if c.is_key)
    at = len(columns) if position is None else max(position, keys)
    if position is not None and position < keys:
        raise SqlError(f"Can not add value column '{column.name}' before key columns")
    return [*columns[:at], column, *columns[at:]]


def _drop(columns: list[Column], name: str) -> list[Column]:
    at = _index(columns, name)
    if columns[at].is_key:
        raise SqlError(f"Can not drop key column {name} in this table")
    return columns[:at] + columns[at + 1 :]


_WIDER = {
    "FLOAT": ("DOUBLE",),
    "DATE": ("DATETIME",),
    "DATETIME": ("DATE",),
    "DECIMAL": ("DECIMAL", "VARCHAR"),
    "CHAR": ("CHAR", "VARCHAR"),
    "VARCHAR": ("VARCHAR", *INT_BITS, "FLOAT", "DOUBLE", "DATE", "JSON"),
    "VARBINARY": ("VARBINARY",),
}


def _modify(columns: list[Column], column: Column, position: int | None) -> list[Column]:
    at = _index(columns, column.name)
    old = columns[at]
    kind, wanted = old.type.kind, column.type.kind
    allowed = _WIDER.get(kind, ())
    if kind in INT_BITS:
        order = list(INT_BITS)
        allowed = (*order[order.index(kind) :], "DOUBLE", "VARCHAR")
    same = kind == wanted
    shrinks = same and kind in ("VARCHAR", "CHAR") and column.type.length < old.type.length
    if shrinks or (not same and wanted not in allowed):
        raise SqlError(f"Can not change {old.type.canonical()} to {column.type.canonical()}")
    if (old.default, old.default_expr) != (column.default, column.default_expr):
        raise SqlError(f"Can not change default value of column: {column.name}")
    if old.nullable and not column.nullable and not old.is_key:
        raise SqlError(f"Can not change from nullable to non-nullable: {column.name}")
    changed = replace(
        column,
        name=old.name,
        uid=old.uid,
        is_key=old.is_key,
        aggregate=column.aggregate or old.aggregate,
        nullable=False if old.is_key and not old.nullable else column.nullable,
    )
    if position is None:
        return [*columns[:at], changed, *columns[at + 1 :]]
    rest = columns[:at] + columns[at + 1 :]
    position -= 1 if position > at else 0
    return [*rest[:position], changed, *rest[position:]]


def _rename_column(cluster: Cluster, table: Table, parser: Parser) -> None:
    old = parser.name()
    parser.take("TO")
    new = parser.name()
    parser.end()
    cluster.jobs.check_idle(table)
    columns = list(table.schema.columns)
    at = _index(columns, old)
    if any(c.name.lower() == new.lower() for c in columns):
        raise SqlError(f"Column name[{new}] is already used")
    columns[at] = replace(columns[at], name=new)
    table.renamed_from.add(old)
    table.change_schema(table.schema.with_columns(columns))
    cluster.catalog.version += 1


def _rename_table(cluster: Cluster, database: Database, table: Table, parser: Parser) -> None:
    new = parser.name()
    _exists(database, new, False)
    del database.tables[table.name]
    table.name = new
    database.tables[new] = table
    cluster.catalog.version += 1


def show_create_table(table: Table) -> str:
    return create_table_text(table.name, table.schema, table.options)


def store_rows(
    cluster: Cluster, db: Database, table: Table, rows: list[dict[str, Any]], label: str = ""
) -> int:
    """INSERT: one transaction, visible at once; a bad row fails the statement."""
    bad: list[str] = []
    batch = Batch(table.schema, table.batch_kind())
    limit = cluster.settings.primary_key_limit_size
    convert = build(table.schema, batch.kind, True, False, limit, None, table.next_auto)
    count = convert(rows, batch.data, lambda why, _: bad.append(why))
    if bad:
        raise SqlError(f"Insert has filtered data in strict mode, {bad[0]}", 1064)
    commit_batch(cluster, db, table, batch, count, label or f"insert_{uuid.uuid4()}")
    return count


def commit_batch(
    cluster: Cluster, db: Database, table: Table, batch: Batch, count: int, label: str
) -> None:
    txn = cluster.transactions.begin(db, [table], label, 0, Timeouts(300), kind="insert")
    txn.rows = count
    txn.batches = [(table, batch)]
    cluster.transactions.commit(txn)


def create_user(cluster: Cluster, parser: Parser) -> None:
    quiet = parser.take("IF", "NOT", "EXISTS")
    name = _user_name(parser)
    if name in cluster.users:
        if not quiet:
            raise SqlError(f"Operation CREATE USER failed for '{name}'", 1396)
        return
    password = ""
    if parser.take("IDENTIFIED", "BY"):
        password = parser.string()
    elif parser.take("IDENTIFIED", "WITH"):
        parser.name()
        password = parser.string() if parser.take("BY") else ""
    cluster.users[name] = User(name, password)


def _user_name(parser: Parser) -> str:
    name = parser.literal()
    if parser.take("@"):
        parser.literal()
    return name


def drop_user(cluster: Cluster, parser: Parser) -> None:
    quiet = parser.take("IF", "EXISTS")
    name = _user_name(parser)
    if cluster.users.pop(name, None) is None and not quiet:
        raise SqlError(f"Operation DROP USER failed for '{name}'", 1396)


def grant(cluster: Cluster, parser: Parser, current: str | None, revoke: bool) -> None:
    """GRANT privileges ON [TABLE] db.t TO [USER] u, or ALL TABLES IN DATABASE d, or SYSTEM."""
    privileges = [parser.name().upper()]
    while parser.take(","):
        privileges.append(parser.name().upper())
    parser.take("PRIVILEGES")
    parser.expect("ON")
    db, table = "*", "*"
    if parser.take("SYSTEM"):
        db = table = ""
    elif parser.take("ALL", "TABLES", "IN", "DATABASE"):
        db = parser.name()
    elif not parser.take("ALL", "TABLES", "IN", "ALL", "DATABASES"):
        parser.take("TABLE")
        first = _star_or_name(parser)
        db, table = (first, _star_or_name(parser)) if parser.take(".") else (current or "", first)
    parser.expect("FROM" if revoke else "TO")
    parser.take("USER")
    name = _user_name(parser)
    user = cluster.users.get(name)
    if user is None:
        raise SqlError(f"cannot find user '{name}'@'%'")
    for privilege in privileges:
        entry = (privilege, db, table)
        user.grants.discard(entry) if revoke else user.grants.add(entry)


def _star_or_name(parser: Parser) -> str:
    return "*" if parser.take("*") else parser.name()
