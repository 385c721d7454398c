# SPDX-License-Identifier: Apache-2.0
"""HTTP of a back end: stream load, the transaction operations, the error log."""

from __future__ import annotations

import time
import uuid
from typing import Any

from aiohttp import web

from .be_loads import check_sizes, feed, finish, new_loader, timeouts_of
from .be_transactions import PUBLISH_TIMEOUT, BackEndTransactions, elapsed_ms, failure
from .cluster import BackEnd, Cluster, LoadContext
from .http_common import (
    Listener,
    basic_auth,
    be_json,
    known_user,
    read_body,
    refusal,
    send_continue,
)
from .params import LoadError, parse_headers
from .transactions import PREPARE, TxnError

NO_AUTH = "no valid Basic authorization"
BUSY = "Service is shutting down, please retry later!"


class BackEndHttp:
    def __init__(self, cluster: Cluster, node: BackEnd) -> None:
        self.cluster = cluster
        self.node = node
        self.transactions = BackEndTransactions(cluster, node)
        self.listener = Listener(self.handle)

    @property
    def name(self) -> str:
        return f"be{self.node.index}"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        if parts[:2] == ["api", "transaction"] and len(parts) == 3:
            return await self._transaction(parts[2], request)
        if parts[:1] == ["api"] and parts[3:] == ["_stream_load"]:
            return await self._stream_load(parts[1], parts[2], request)
        if parts == ["api", "_load_error_log"]:
            return self._error_log(request)
        if parts == ["api", "health"]:
            return be_json({"status": "OK", "msg": "To Be Added"})
        return web.Response(status=404, text="Not Found")

    def _error_log(self, request: web.BaseRequest) -> web.Response:
        text = self.node.error_logs.get(request.query.get("file", ""))
        if text is None:
            return web.Response(status=404, text="file not exist")
        return web.Response(text=text, content_type="text/plain")

    async def _transaction(self, op: str, request: web.BaseRequest) -> web.StreamResponse:
        if op == "list" and request.method == "GET":
            open_labels = [
                {"label": label, "db": db, "txn_id": context.txn.id}
                for (db, label), context in self.node.contexts.items()
            ]
            return be_json({"Status": "OK", "Transactions": open_labels})
        if op not in ("begin", "load", "prepare", "commit", "rollback"):
            return web.Response(status=404, text="Not Found")
        if basic_auth(request) is None:
            return be_json(failure("INTERNAL_ERROR", NO_AUTH), close=True)
        headers = request.headers
        rule = self.cluster.faults.find(
            op,
            self.name,
            db=headers.get("db", ""),
            table=headers.get("table", ""),
            label=headers.get("label", ""),
        )
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "SERVICE_UNAVAILABLE", BUSY)
        if refused is not None:
            return refused
        user = known_user(self.cluster, request)
        answer = await self.transactions.handle(op, request, user)
        await self.cluster.faults.after(rule)
        return be_json(answer, close=not request.content.is_eof())

    async def _stream_load(
        self, db: str, table: str, request: web.BaseRequest
    ) -> web.StreamResponse:
        label = request.headers.get("label") or str(uuid.uuid4())
        if basic_auth(request) is None:
            return be_json(load_answer(label, "Fail", NO_AUTH), close=True)
        rule = self.cluster.faults.find(
            "stream_load", self.name, db=db, table=table, label=label
        )
        await self.cluster.faults.before(rule)
        if rule is not None and rule.action == "refuse":
            status = rule.status or "Fail"
            return be_json(load_answer(label, status, rule.message or BUSY), close=True)
        refused = refusal(rule, "", "")
        if refused is not None:
            return refused
        try:
            answer = await self._plain_load(db, table, label, request)
        except TxnError as error:
            answer = load_answer(label, "Fail", error.message)
            if error.existing is not None:
                answer["Status"] = "Label Already Exists"
                answer["ExistingJobStatus"] = error.existing
        await self.cluster.faults.after(rule)
        return be_json(answer, close=not request.content.is_eof())

    async def _plain_load(
        self, db: str, name: str, label: str, request: web.BaseRequest
    ) -> dict[str, Any]:
        started = time.monotonic()
        cluster, headers = self.cluster, request.headers
        user = known_user(cluster, request)
        if user is None:
            raise TxnError("Fail", "Access denied, please check the user and password")
        timeouts = timeouts_of(cluster, headers)
        try:
            params = parse_headers(headers, in_transaction=False)
            check_sizes(
                cluster, request.content_length or 0, request.content_length or 0, params
            )
        except LoadError as error:
            raise TxnError("Fail", error.message) from error
        cluster.transactions.check_label(label)
        table = cluster.check_table(db, name)
        if not user.may("INSERT", db, name):
            raise TxnError("Fail", f"Access denied for {user.name}, table {name}")
        txn = cluster.transactions.begin(
            cluster.catalog.databases[db], [table], label, self.node.index, timeouts
        )
        context = LoadContext(txn, table, db)
        self.node.contexts[(db, label)] = context
        answer = load_answer(label, "Success", "OK", txn.id)
        answer["BeginTxnTimeMs"] = elapsed_ms(started)
        try:
            context.loader = new_loader(cluster, table, params)
            await self._receive(request, context)
            written = time.monotonic()
            numbers = await finish(cluster, self.node, context)
            answer.update(numbers, LoadBytes=context.bytes)
            answer["WriteDataTimeMs"] = elapsed_ms(written)
            await self._publish(context, answer)
        except LoadError as error:
            self._fail(context, answer, error)
        finally:
            self.node.contexts.pop((db, label), None)
        answer["LoadTimeMs"] = elapsed_ms(started)
        return answer

    async def _receive(self, request: web.BaseRequest, context: LoadContext) -> None:
        started = time.monotonic()
        send_continue(request)
        assert context.loader is not None
        try:
            body = await read_body(request)
        except ConnectionError:
            raise LoadError("receive body don't equal with body bytes") from None
        context.bytes = len(body)
        check_sizes(self.cluster, len(body), len(body), context.loader.params)
        await feed(self.cluster, context, body)
        context.started = started

    async def _publish(self, context: LoadContext, answer: dict[str, Any]) -> None:
        txn, book = context.txn, self.cluster.transactions
        assert context.loader is not None and context.table is not None
        if txn.state != PREPARE:
            raise LoadError(txn.reason or "transaction not exists")
        started = time.monotonic()
        txn.batches = [(context.table, context.loader.batch)]
        book.commit(txn)
        left = txn.times["begin"] + txn.timeouts.prepare - self.cluster.now()
        if not await book.wait_visible(txn, max(left, 0)):
            answer["Status"], answer["Message"] = "Publish Timeout", PUBLISH_TIMEOUT
        answer["CommitAndPublishTimeMs"] = elapsed_ms(started)
        if txn.error_url:
            answer["ErrorURL"] = txn.error_url

    def _fail(self, context: LoadContext, answer: dict[str, Any], error: LoadError) -> None:
        txn = context.txn
        if txn.state == PREPARE:
            self.cluster.transactions.abort(txn, error.message)
        self.cluster.stats.errors += 1
        answer["Status"], answer["Message"] = "Fail", error.message
        answer["LoadBytes"] = context.bytes
        if context.loader is not None:
            counts = context.loader.counts
            answer["NumberTotalRows"] = counts.total
            answer["NumberFilteredRows"] = counts.filtered
            answer["NumberUnselectedRows"] = counts.unselected
        if txn.error_url:
            answer["ErrorURL"] = txn.error_url


def load_answer(label: str, status: str, message: str, txn_id: int = -1) -> dict[str, Any]:
    numbers = (
        "NumberTotalRows NumberLoadedRows NumberFilteredRows NumberUnselectedRows LoadBytes "
        "LoadTimeMs BeginTxnTimeMs StreamLoadPlanTimeMs ReadDataTimeMs WriteDataTimeMs "
        "CommitAndPublishTimeMs"
    ).split()
    head = {"TxnId": txn_id, "Label": label, "Status": status, "Message": message}
    return {**head, **dict.fromkeys(numbers, 0)}
