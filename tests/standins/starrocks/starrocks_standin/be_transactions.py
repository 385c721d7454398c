# SPDX-License-Identifier: Apache-2.0
"""The transaction interface as a back end answers it."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from .be_loads import (
    check_sizes,
    feed,
    finish,
    new_loader,
    seconds_header,
    timeouts_of,
)
from .cluster import BackEnd, Cluster, LoadContext, User
from .http_common import read_body, send_continue
from .params import LoadError, parse_headers, same_key
from .transactions import PREPARE, Txn, TxnError

Answer = dict[str, Any]


def elapsed_ms(since: float) -> int:
    return int((time.monotonic() - since) * 1000)


def failure(status: str, message: str, **more: Any) -> Answer:
    return {"Status": status, "Message": message, **more}


class BackEndTransactions:
    def __init__(self, cluster: Cluster, node: BackEnd) -> None:
        self.cluster = cluster
        self.node = node

    async def handle(self, op: str, request: web.BaseRequest, user: User | None) -> Answer:
        headers = request.headers
        db, label = headers.get("db", ""), headers.get("label", "")
        if headers.get("transaction_type", "").lower() == "multi" and op != "load":
            return failure(
                "INVALID_ARGUMENT", "multi-statement transactions are not handled by this node"
            )
        try:
            if not label:
                raise TxnError("INVALID_ARGUMENT", "label can not be empty")
            if not db:
                raise TxnError("INVALID_ARGUMENT", "db can not be empty")
            if op == "begin":
                return self._begin(request, user, db, label)
            return await self._in_context(op, request, db, label)
        except TxnError as error:
            more = {} if error.existing is None else {"ExistingJobStatus": error.existing}
            return failure(error.status, error.message, **more)

    def _begin(
        self, request: web.BaseRequest, user: User | None, db: str, label: str
    ) -> Answer:
        started = time.monotonic()
        headers, cluster = request.headers, self.cluster
        table_name = headers.get("table", "")
        if not table_name:
            raise TxnError("INVALID_ARGUMENT", "table can not be empty")
        if user is None:
            raise TxnError("ANALYSIS_ERROR", "Access denied")
        timeouts = timeouts_of(cluster, headers)
        cluster.transactions.check_label(label)
        cluster.transactions.sweep()
        known = self.node.contexts.get((db, label))
        if known is not None and known.txn.state == PREPARE:
            return failure("LABEL_ALREADY_EXISTS", "", ExistingJobStatus="")
        table = cluster.check_table(db, table_name)
        if not user.may("INSERT", db, table_name):
            raise TxnError("ANALYSIS_ERROR", f"Access denied for {user.name}, table {table_name}")
        database = cluster.catalog.databases[db]
        txn = cluster.transactions.begin(
            database, [table], label, self.node.index, timeouts
        )
        self.node.contexts[(db, label)] = LoadContext(txn, table, db)
        return {**self._ok(txn), "BeginTxnTimeMs": elapsed_ms(started)}

    @staticmethod
    def _ok(txn: Txn) -> Answer:
        return {"Status": "OK", "Message": "", "Label": txn.label, "TxnId": txn.id}

    async def _in_context(
        self, op: str, request: web.BaseRequest, db: str, label: str
    ) -> Answer:
        self.cluster.transactions.sweep()
        context = self.node.contexts.get((db, label))
        if context is None:
            context = self._elsewhere(db, label)
        if context.txn.state != PREPARE:
            self.node.contexts.pop((db, label), None)
            raise TxnError("TXN_NOT_EXISTS", f"transaction with label {label} not exists")
        table = request.headers.get("table", "")
        if op == "load" and context.table is not None and table != context.table.name:
            raise TxnError(
                "INVALID_ARGUMENT",
                f"Request table {table} not equal transaction table {context.table.name}",
            )
        if context.busy:
            return failure(
                "TXN_IN_PROCESSING",
                f"Transaction in processing, please retry later, label {label}",
                Label=label,
            )
        context.busy = True
        try:
            if op == "load":
                return await self._load(request, context)
            if op == "prepare":
                return await self._prepare(request, context)
            if op == "commit":
                return await self._commit(request, context)
            return self._rollback(context)
        except LoadError as error:
            return self._abort(context, error.status, error.message)
        finally:
            context.busy = False
            context.txn.last_active = self.cluster.now()

    def _elsewhere(self, db: str, label: str) -> LoadContext:
        """A wrong database is told apart from an unknown label."""
        for (other, name), _ in self.node.contexts.items():
            if name == label:
                raise TxnError(
                    "INVALID_ARGUMENT", f"Request db {db} not equal transaction db {other}"
                )
        raise TxnError("TXN_NOT_EXISTS", f"transaction with label {label} not exists")

    def _abort(self, context: LoadContext, status: str, message: str) -> Answer:
        txn = context.txn
        if txn.state == PREPARE:
            self.cluster.transactions.abort(txn, message)
        self.node.contexts.pop((context.db, txn.label), None)
        self.cluster.stats.errors += 1
        more = {"ErrorURL": txn.error_url} if txn.error_url else {}
        return failure(status, message, **more)

    async def _load(self, request: web.BaseRequest, context: LoadContext) -> Answer:
        started = time.monotonic()
        cluster, headers, txn = self.cluster, request.headers, context.txn
        if context.loader is not None and context.loader.failure is not None:
            raise LoadError(context.loader.failure.message, context.loader.failure.status)
        if context.loader is None:
            params = parse_headers(headers, in_transaction=True)
            assert context.table is not None
            context.same_key = same_key(headers)
            context.loader = new_loader(cluster, context.table, params)
        elif context.same_key != same_key(headers):
            raise LoadError("load request not equal last.")
        planned = elapsed_ms(started)
        announced = request.content_length or 0
        params = context.loader.params
        check_sizes(cluster, context.bytes + announced, context.json_bytes + announced, params)
        send_continue(request)
        try:
            body = await read_body(request)
        except ConnectionError:
            raise LoadError("receive body don't equal with body bytes") from None
        if txn.state != PREPARE:
            raise LoadError(txn.reason or "transaction not exists", "ABORTED")
        context.bytes += len(body)
        context.json_bytes += len(body)
        check_sizes(cluster, context.bytes, context.json_bytes, params)
        await feed(cluster, context, body)
        return {
            **self._ok(txn),
            "LoadBytes": len(body),
            "StreamLoadPlanTimeMs": planned,
            "ReceivedDataTimeMs": elapsed_ms(started) - planned,
        }

    async def _end_loading(self, context: LoadContext) -> Answer:
        if context.loader is None or context.loader.requests + (context.parsing is not None) == 0:
            raise LoadError(f"transaction {context.txn.id} hasn't send any data yet")
        started = time.monotonic()
        numbers = await finish(self.cluster, self.node, context)
        txn = context.txn
        if txn.state != PREPARE:
            raise LoadError(txn.reason or "transaction not exists", "TXN_NOT_EXISTS")
        return {
            **self._ok(txn),
            **numbers,
            "LoadBytes": context.bytes,
            "LoadTimeMs": elapsed_ms(context.started),
            "StreamLoadPlanTimeMs": 0,
            "ReceivedDataTimeMs": 0,
            "WriteDataTimeMs": elapsed_ms(started),
            "CommitAndPublishTimeMs": 0,
        }

    async def _prepare(self, request: web.BaseRequest, context: LoadContext) -> Answer:
        kept = seconds_header(request.headers, "prepared_timeout")
        answer = await self._end_loading(context)
        assert context.loader is not None and context.table is not None
        txn = context.txn
        batches = [(context.table, context.loader.batch)]
        self.cluster.transactions.prepare(txn, batches, kept)
        self.node.contexts.pop((context.db, txn.label), None)
        return answer

    async def _commit(self, request: web.BaseRequest, context: LoadContext) -> Answer:
        wait = seconds_header(request.headers, "timeout") or context.txn.timeouts.prepare
        answer = await self._end_loading(context)
        assert context.loader is not None and context.table is not None
        txn = context.txn
        txn.batches = [(context.table, context.loader.batch)]
        self.node.contexts.pop((context.db, txn.label), None)
        started = time.monotonic()
        self.cluster.transactions.commit(txn)
        visible = await self.cluster.transactions.wait_visible(txn, wait)
        answer["CommitAndPublishTimeMs"] = elapsed_ms(started)
        if not visible:
            return failure("PUBLISH_TIMEOUT", PUBLISH_TIMEOUT)
        return answer

    def _rollback(self, context: LoadContext) -> Answer:
        txn = context.txn
        self.cluster.transactions.abort(txn, "User rollback")
        self.node.contexts.pop((context.db, txn.label), None)
        return {"Status": "OK", "Message": "", "Label": txn.label}


PUBLISH_TIMEOUT = (
    "Publish timeout. The data will be visible after a while, and there is no need to retry it"
)
