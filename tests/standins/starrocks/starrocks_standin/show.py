# SPDX-License-Identifier: Apache-2.0
"""SHOW and DESC: names of the columns and rows of text."""

from __future__ import annotations

from typing import Any

from .cluster import Cluster, User
from .ddl import Parser
from .info_schema import key_mark, shown_default
from .schema import SqlError
from .sqltypes import epoch_text
from .statements import resolve, show_create_table
from .storage import Table
from .transactions import FINAL, Txn

Shown = tuple[list[str], list[tuple[Any, ...]]]

TXN_COLUMNS = (
    "TransactionId Label Coordinator TransactionStatus LoadJobSourceType PrepareTime CommitTime "
    "PublishTime FinishTime Reason ErrorReplicasCount ListenerId TimeoutMs ErrMsg"
).split()


def show(
    cluster: Cluster, current: str | None, parser: Parser, user: User | None = None
) -> Shown | None:
    """Continues after SHOW, up to LIKE, WHERE, ORDER or LIMIT; None if it is not known here.
    `user` is who asks; None may see everything."""
    full = parser.take("FULL")
    parser.take("GLOBAL") or parser.take("SESSION")
    if parser.take("DATABASES") or parser.take("SCHEMAS"):
        names = sorted(["information_schema", *cluster.catalog.databases])
        return ["Database"], [(name,) for name in names]
    if parser.take("TABLES"):
        return _tables(cluster, current, parser, full)
    if parser.take("COLUMNS") or parser.take("FIELDS"):
        return _columns(_named_table(cluster, current, parser), full)
    if parser.take("CREATE", "TABLE"):
        db, name = parser.qualified()
        table = resolve(cluster, current, db).table(name)
        return ["Table", "Create Table"], [(table.name, show_create_table(table))]
    if parser.take("CREATE", "DATABASE") or parser.take("CREATE", "SCHEMA"):
        name = cluster.catalog.database(parser.name()).name
        return ["Database", "Create Database"], [(name, f"CREATE DATABASE `{name}`")]
    if parser.take("ALTER", "TABLE", "COLUMN"):
        return _alter_jobs(cluster, current, parser)
    if parser.take("PROC"):
        if user is not None and not user.operates:
            raise SqlError(
                "Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM "
                "for this operation.",
                5203,
            )
        return show_proc(cluster, parser.string())
    if parser.take("TRANSACTION"):
        return _transaction(cluster, current, parser)
    if parser.take("TABLE", "STATUS"):
        return _table_status(cluster, current, parser)
    return _nodes(cluster, parser) or _plain(parser)


def _named_table(cluster: Cluster, current: str | None, parser: Parser) -> Table:
    if not (parser.take("FROM") or parser.take("IN")):
        raise parser.fail()
    db, name = parser.qualified()
    if db is None and (parser.take("FROM") or parser.take("IN")):
        db = parser.name()
    return resolve(cluster, current, db).table(name)


def _scope(parser: Parser, current: str | None) -> str | None:
    return parser.name() if parser.take("FROM") or parser.take("IN") else current


def _tables(cluster: Cluster, current: str | None, parser: Parser, full: bool) -> Shown:
    database = resolve(cluster, None, _scope(parser, current))
    title = f"Tables_in_{database.name}"
    names = sorted(database.tables)
    if full:
        return [title, "Table_type"], [(name, "BASE TABLE") for name in names]
    return [title], [(name,) for name in names]


def _columns(table: Table, full: bool) -> Shown:
    rows: list[tuple[Any, ...]] = []
    for column in table.schema.columns:
        null = "YES" if column.nullable else "NO"
        extra = "auto_increment" if column.auto_increment else column.aggregate
        default = shown_default(column)
        if full:
            text = column.type.kind in ("CHAR", "VARCHAR")
            collation = "utf8_general_ci" if text else None
            mark = key_mark(table, column)
            shown = column.type.mysql_column()
            rows.append(
                (column.name, shown, collation, null, mark, default, extra, "", column.comment)
            )
        else:
            mark = "true" if column.is_key else "false"
            rows.append((column.name, column.type.canonical(), null, mark, default, extra))
    if full:
        return "Field Type Collation Null Key Default Extra Privileges Comment".split(), rows
    return "Field Type Null Key Default Extra".split(), rows


def describe(cluster: Cluster, current: str | None, parser: Parser) -> Shown:
    db, name = parser.qualified()
    return _columns(resolve(cluster, current, db).table(name), False)


def _alter_jobs(cluster: Cluster, current: str | None, parser: Parser) -> Shown:
    database = resolve(cluster, None, _scope(parser, current))
    names = (
        "JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion "
        "TransactionId State Msg Progress Timeout"
    ).split()
    rows: list[tuple[Any, ...]] = []
    for job in cluster.jobs.jobs:
        if job.db == database.name:
            created, finished = epoch_text(job.created), epoch_text(job.finished)
            name, index = job.table.name, job.table.id
            version = f"{job.schema.version}:0"
            head = (job.id, name, created, finished, name, index, index, version)
            rows.append((*head, job.watershed, job.state, job.message, None, 86400))
    return names, rows


def _txn_row(txn: Txn) -> tuple[Any, ...]:
    times = txn.times
    ended = times.get("visible") or times.get("aborted")
    source = "INSERT_STREAMING" if txn.kind == "insert" else "BACKEND_STREAMING"
    return (
        txn.id,
        txn.label,
        f"BE: {txn.coordinator}",
        txn.state,
        source,
        epoch_text(times["begin"]),
        epoch_text(times.get("committed")),
        epoch_text(times.get("visible")),
        epoch_text(ended),
        txn.reason,
        0,
        "-1",
        int(txn.timeouts.prepare * 1000),
        "",
    )


def show_proc(cluster: Cluster, path: str) -> Shown:
    parts = [part for part in path.split("/") if part]
    databases = cluster.catalog.databases.values()
    if parts == ["dbs"]:
        names = "DbId DbName TableNum Quota LastConsistencyCheckTime ReplicaQuota".split()
        return names, [(d.id, d.name, len(d.tables), "", None, "") for d in databases]
    if parts == ["transactions"]:
        return ["DbId", "DbName"], [(d.id, d.name) for d in databases]
    if parts[:1] == ["transactions"] and len(parts) >= 2 and parts[1].isdigit():
        book = cluster.transactions.book(int(parts[1]))
        ended = [txn for txn in book.txns.values() if txn.state in FINAL]
        if len(parts) == 2:
            open_count = len(book.txns) - len(ended)
            return ["State", "Number"], [("running", open_count), ("finished", len(ended))]
        if parts[2] == "finished":
            return TXN_COLUMNS, [_txn_row(txn) for txn in reversed(ended)]
        running = [txn for txn in book.txns.values() if txn.state not in FINAL]
        return TXN_COLUMNS, [_txn_row(txn) for txn in reversed(running)]
    nodes = _nodes(cluster, Parser(parts[0])) if len(parts) == 1 else None
    if nodes is None:
        raise SqlError(f"Proc path '{path}' doesn't exist")
    return nodes


def _transaction(cluster: Cluster, current: str | None, parser: Parser) -> Shown:
    database = resolve(cluster, None, _scope(parser, current))
    book = cluster.transactions.book(database.id)
    return TXN_COLUMNS, [_txn_row(txn) for txn in book.txns.values()]


def _table_status(cluster: Cluster, current: str | None, parser: Parser) -> Shown:
    database = resolve(cluster, None, _scope(parser, current))
    names = "Name Engine Rows Create_time Comment".split()
    rows: list[tuple[Any, ...]] = [
        (t.name, "StarRocks", t.row_count(), epoch_text(t.created), t.options.comment)
        for t in database.tables.values()
    ]
    return names, rows


def _version(cluster: Cluster) -> str:
    return f"{cluster.settings.version}-{cluster.settings.commit}"


def _nodes(cluster: Cluster, parser: Parser) -> Shown | None:
    if parser.take("FRONTENDS"):
        names = "Id Name IP EditLogPort HttpPort QueryPort Role Join Alive Version".split()
        rows: list[tuple[Any, ...]] = []
        for node in cluster.front_ends:
            role = "LEADER" if node.index == cluster.leader else "FOLLOWER"
            name = f"{node.host}_{node.port}"
            shown = (node.index + 1, name, node.host, 0, node.port, 0, role, "true")
            rows.append((*shown, str(node.alive).lower(), _version(cluster)))
        return names, rows
    if parser.take("BACKENDS"):
        names = "BackendId IP HeartbeatPort BePort HttpPort BrpcPort Alive Version".split()
        return names, [
            (10001 + n.index, "127.0.0.1", 0, 0, n.port, 0, str(n.seen_alive).lower(),
             _version(cluster))
            for n in cluster.back_ends
        ]  # fmt: skip
    if parser.take("COMPUTE", "NODES"):
        return "ComputeNodeId IP HeartbeatPort BePort HttpPort BrpcPort Alive".split(), []
    return None


_EMPTY = {
    "WARNINGS": "Level Code Message",
    "ERRORS": "Level Code Message",
    "PROCESSLIST": "ServerName Id User Host Db Command ConnectionStartTime Time State Info",
    "STATUS": "Variable_name Value",
    "LOAD": "JobId Label State Progress Type",
    "PLUGINS": "Name Type Status Library License",
    "TRIGGERS": "Trigger Event Table Statement",
    "INDEX": "Table Non_unique Key_name Seq_in_index Column_name Collation Index_type Comment",
}


def _plain(parser: Parser) -> Shown | None:
    if parser.take("ENGINES"):
        names = "Engine Support Comment Transactions XA Savepoints".split()
        return names, [("OLAP", "YES", "Default storage engine", "NO", "NO", "NO")]
    if parser.take("COLLATION"):
        names = "Collation Charset Id Default Compiled Sortlen".split()
        return names, [("utf8_general_ci", "utf8", 33, "Yes", "Yes", 1)]
    if parser.take("CHARACTER", "SET") or parser.take("CHARSET"):
        names = ["Charset", "Description", "Default collation", "Maxlen"]
        return names, [("utf8", "UTF-8 Unicode", "utf8_general_ci", 3)]
    for word, names in _EMPTY.items():
        if parser.take(word) or (word == "INDEX" and (parser.take("KEYS"))):
            if parser.take("FROM") or parser.take("IN"):
                parser.qualified()
                if parser.take("FROM") or parser.take("IN"):
                    parser.name()
            return names.split(), []
    return None
