# SPDX-License-Identifier: Apache-2.0
"""Steps of a load on a back end that both load interfaces take: limits, parsing, counting."""

from __future__ import annotations

import asyncio
from typing import Any, Mapping

from .cluster import BackEnd, Cluster, LoadContext
from .loader import Loader, Tools
from .params import LoadError, LoadParams
from .storage import Table
from .transactions import Timeouts, Txn, TxnError

MAX_TIMEOUT = 259200


def seconds_header(headers: Mapping[str, str], name: str) -> float | None:
    """A number of seconds in its range; raises TxnError."""
    text = headers.get(name)
    if text is None:
        return None
    try:
        value = int(text)
    except ValueError:
        raise TxnError("INVALID_ARGUMENT", f"Invalid {name} format: {text}") from None
    if not 1 <= value <= MAX_TIMEOUT:
        raise TxnError(
            "ANALYSIS_ERROR",
            f"Invalid timeout. Timeout should between 1 and {MAX_TIMEOUT} seconds",
        )
    return value


def timeouts_of(cluster: Cluster, headers: Mapping[str, str]) -> Timeouts:
    prepare = seconds_header(headers, "timeout")
    if prepare is None:
        prepare = cluster.settings.stream_load_default_timeout_second
    return Timeouts(prepare, seconds_header(headers, "idle_transaction_timeout"))


def check_sizes(cluster: Cluster, size: int, json_size: int, params: LoadParams) -> None:
    """`size` and `json_size` are sums over the transaction."""
    limit = int(cluster.settings.streaming_load_max_mb * 1048576)
    if size > limit:
        raise LoadError(
            f"body size {size} exceed limit: {limit}, you can increase the limit by setting "
            "streaming_load_max_mb in be.conf."
        )
    limit = int(cluster.settings.streaming_load_max_batch_size_mb * 1048576)
    if params.format == "json" and not params.ignore_json_size and json_size > limit:
        raise LoadError(
            f"The size of this batch exceed the max size [{limit}]  of json type data  data "
            f"[ {json_size} ]. Set ignore_json_size to skip the check, although it may lead huge "
            "memory consuming."
        )


def new_loader(cluster: Cluster, table: Table, params: LoadParams) -> Loader:
    tools: Tools | None = cluster.tools
    return Loader(table, params, cluster.settings.primary_key_limit_size, tools)


async def feed(cluster: Cluster, context: LoadContext, body: bytes) -> None:
    """Small bodies are parsed here, large ones on the parser thread; order is kept, and at most
    one body of a transaction waits."""
    loader = context.loader
    assert loader is not None
    await parsed(context)
    cluster.stats.loads += 1
    cluster.stats.bytes += len(body)
    context.txn.load_count += 1
    context.txn.bytes += len(body)
    if len(body) <= cluster.settings.inline_parse_bytes:
        loader.feed(body)
    else:
        loop = asyncio.get_running_loop()
        context.parsing = loop.run_in_executor(cluster.parser, loader.feed, body)


async def parsed(context: LoadContext) -> None:
    if context.parsing is not None:
        waiting, context.parsing = context.parsing, None
        await waiting


async def finish(cluster: Cluster, node: BackEnd, context: LoadContext) -> dict[str, Any]:
    """Ends parsing and counts rows into the transaction. Raises LoadError if the load is bad."""
    await parsed(context)
    loader, txn = context.loader, context.txn
    assert loader is not None
    if loader.params.format == "csv" or not loader.failure:
        loader.finish()
    counts = loader.counts
    txn.rows, txn.filtered, txn.unselected = counts.loaded, counts.filtered, counts.unselected
    if loader.errors:
        txn.error_url = node.keep_errors(loader.errors)
    numbers = {
        "NumberTotalRows": counts.total,
        "NumberLoadedRows": counts.loaded,
        "NumberFilteredRows": counts.filtered,
        "NumberUnselectedRows": counts.unselected,
    }
    if loader.failure is not None:
        raise LoadError(loader.failure.message, loader.failure.status)
    version_limit(cluster, node, txn)
    cluster.stats.rows += counts.loaded
    return numbers


def version_limit(cluster: Cluster, node: BackEnd, txn: Txn) -> None:
    for table in txn.tables:
        rule = cluster.faults.find(
            "write", f"be{node.index}", db=txn.db, table=table.name, label=txn.label
        )
        if rule is None:
            continue
        message = rule.message or (
            f"Failed to load data into tablet {table.id}, because of too many versions, "
            "current/limit: 1002/1000. You can reduce the loading job concurrency, or increase "
            "loading data batch size. If you are loading data with Routine Load, you can increase "
            "FE configs routine_load_task_consume_second and max_routine_load_batch_size."
        )
        raise LoadError(message, rule.status or "SERVICE_UNAVAILABLE")
