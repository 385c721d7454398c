# SPDX-License-Identifier: Apache-2.0
"""HTTP of a front end: redirects, and the answers it gives itself."""

from __future__ import annotations

from typing import Any, Awaitable, Callable

from aiohttp import web

from .be_loads import seconds_header
from .cluster import Cluster, FrontEnd
from .http_common import (
    Listener,
    basic_auth,
    fe_json,
    known_user,
    redirect,
    refusal,
    rest_error,
)
from .transactions import ABORTED, COMMITTED, PREPARE, PREPARED, VISIBLE, Txn, TxnError

Answer = dict[str, Any]
OPERATIONS = ("begin", "load", "prepare", "commit", "rollback")
NO_EXPECT = "class com.starrocks.common.DdlException: There is no 100-continue header"


def failed(message: str, **more: Any) -> Answer:
    return {"Status": "FAILED", "Message": message, **more}


class FrontEndHttp:
    def __init__(self, cluster: Cluster, node: FrontEnd) -> None:
        self.cluster = cluster
        self.node = node
        self.listener = Listener(self.handle, node.host)
        self.show_proc: Callable[[str], Awaitable[Any]] | None = None

    @property
    def name(self) -> str:
        return self.node.name

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        if parts == ["api", "health"] or parts == ["api", "bootstrap"]:
            return await self._open_call(parts[1])
        if parts[:1] != ["api"]:
            return web.Response(status=404, text="Not Found")
        user = known_user(self.cluster, request)
        if user is None:
            return self._denied(request)
        if parts[1:2] == ["transaction"] and len(parts) == 3:
            return await self._transaction(parts[2], request)
        if parts[3:] == ["_stream_load"] and request.method == "PUT":
            return await self._stream_load(parts[1], parts[2], request)
        if parts[2:] == ["get_load_state"]:
            return await self._load_state(parts[1], request)
        if parts[3:] == ["_cancel"] and request.method == "POST":
            return await self._cancel(parts[1], parts[2], request)
        if parts == ["api", "show_proc"] and self.show_proc is not None:
            return fe_json(await self.show_proc(request.query.get("path", "/")))
        return fe_json(rest_error("Not implemented"), status=404)

    async def _open_call(self, name: str) -> web.StreamResponse:
        rule = self.cluster.faults.find(name, self.name)
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "not ready")
        if refused is not None:
            return refused
        if name == "health":
            body = {
                "status": "OK",
                "total_backend_num": len(self.cluster.back_ends),
                "online_backend_num": self.cluster.live_back_ends(),
            }
        else:
            body = {
                "status": "OK",
                "code": "0",
                "msg": "Success",
                "message": "OK",
                "replayedJournalId": 0,
                "queryPort": 0,
                "rpcPort": 0,
                "feStartTime": 0,
                "feVersion": None,
            }
        await self.cluster.faults.after(rule)
        return fe_json(body)

    def _denied(self, request: web.BaseRequest, detail: str = "") -> web.Response:
        credentials = basic_auth(request)
        who = credentials[0] if credentials else ""
        message = detail or f"Access denied for {who}@{request.remote}"
        answer = fe_json(rest_error(message), status=401)
        answer.headers["WWW-Authenticate"] = 'Basic realm=""'
        return answer

    async def _to_leader(
        self, op: str, request: web.BaseRequest, **facts: str
    ) -> web.StreamResponse | None:
        """What a follower answers, which a rule that names it may break; None from the leader."""
        cluster = self.cluster
        if cluster.leader == self.node.index:
            return None
        rule = cluster.faults.find(op, self.name, deciding=False, **facts)
        await cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "injected refusal")
        if refused is not None:
            return refused
        await cluster.faults.after(rule)
        leader = cluster.front_ends[cluster.leader]
        return redirect(request, leader.port, leader.host)

    def _may_insert(self, request: web.BaseRequest, db: str, table: str) -> web.Response | None:
        user = known_user(self.cluster, request)
        if user is not None and user.may("INSERT", db, table):
            return None
        name = user.name if user else ""
        return self._denied(
            request,
            f"Access denied; you need (at least one of) the INSERT privilege(s) on TABLE "
            f"{table} for this operation. User: {name}",
        )

    async def _stream_load(
        self, db: str, table: str, request: web.BaseRequest
    ) -> web.StreamResponse:
        if request.version == (1, 1) and "100-continue" not in request.headers.get("Expect", ""):
            answer = fe_json(failed(NO_EXPECT))
            answer.force_close()
            return answer
        denied = self._may_insert(request, db, table)
        if denied is not None:
            return denied
        rule = self.cluster.faults.find(
            "stream_load",
            self.name,
            deciding=False,
            db=db,
            table=table,
            label=request.headers.get("label", ""),
        )
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "class com.starrocks.common.DdlException: injected")
        if refused is not None:
            return refused
        node = self.cluster.pick_back_end()
        if node is None:
            return fe_json(failed("class com.starrocks.common.DdlException: No alive backend"))
        await self.cluster.faults.after(rule)
        answer = redirect(request, node.port)
        answer.force_close()
        return answer

    async def _transaction(self, op: str, request: web.BaseRequest) -> web.StreamResponse:
        if op not in OPERATIONS or request.method not in ("POST", "PUT"):
            return fe_json(failed("Not implemented"), status=404)
        headers = request.headers
        db, label, table = (headers.get(name, "") for name in ("db", "label", "table"))
        facts = {"db": db, "label": label, "table": table}
        moved = await self._to_leader(op, request, **facts)
        if moved is not None:
            return moved
        try:
            target = self._decide(op, request, db, label, table)
        except TxnError as error:
            more = {} if error.existing is None else {"ExistingJobStatus": error.existing}
            return fe_json({"Status": error.status, "Message": error.message, **more})
        rule = self.cluster.faults.find(
            op, self.name, deciding=not isinstance(target, int), **facts
        )
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "injected refusal")
        if refused is not None:
            return refused
        if isinstance(target, int):
            await self.cluster.faults.after(rule)
            return redirect(request, self.cluster.back_ends[target].port)
        if isinstance(target, web.Response):
            return target
        try:
            answer = await target()
        except TxnError as error:
            answer = {"Status": error.status, "Message": error.message}
        await self.cluster.faults.after(rule)
        return fe_json(answer)

    def _decide(self, op: str, request: web.BaseRequest, db: str, label: str, table: str) -> Any:
        """Number of the back end to go to, or what to do here."""
        if not db:
            raise TxnError("FAILED", "No database selected.")
        if not label:
            raise TxnError("FAILED", "empty label.")
        database = self.cluster.catalog.databases.get(db)
        if database is None:
            raise TxnError("FAILED", f"Database {db} is not found")
        self.cluster.transactions.sweep(database.id)
        txn = self.cluster.transactions.newest(database, label)
        if op in ("begin", "load"):
            if not table:
                raise TxnError("FAILED", "No table selected.")
            denied = self._may_insert(request, db, table)
            if denied is not None:
                return denied
        if op == "begin":
            return self._begin_target(db, label, txn)
        if op in ("commit", "rollback") and (txn is None or txn.state != PREPARE):
            if op == "commit":
                return lambda: self._commit(request, txn, db, label)
            return lambda: self._rollback(txn, db, label)
        target = self.node.nodes.get((db, label))
        if target is None and txn is not None:
            target = txn.coordinator
        if target is None:
            raise TxnError("FAILED", f"transaction with op {op} label {label} has no node")
        return target

    def _begin_target(self, db: str, label: str, txn: Txn | None) -> int:
        if txn is not None and txn.state == PREPARE:
            return self.node.nodes.get((db, label), txn.coordinator)
        node = self.cluster.pick_back_end()
        if node is None:
            raise TxnError("FAILED", "No alive backend or compute node in cluster.")
        self.node.nodes[(db, label)] = node.index
        return node.index

    async def _commit(
        self, request: web.BaseRequest, txn: Txn | None, db: str, label: str
    ) -> Answer:
        book = self.cluster.transactions
        wait = seconds_header(request.headers, "timeout")
        if txn is None:
            return failed(f"No transaction found in database {db} with label {label}")
        ended = {"TxnId": txn.id, "Label": label}
        if txn.state in (COMMITTED, VISIBLE):
            message = f"Transaction {txn.id} has already committed, label is {label}"
            return {"Status": "OK", "Message": message, **ended}
        if txn.state != PREPARED:
            return failed(
                f"Can not commit {txn.state} transaction {txn.id}, label is {label}", **ended
            )
        book.commit(txn)
        seconds = self.cluster.settings.commit_wait_second if wait is None else wait
        if not await book.wait_visible(txn, seconds):
            return failed(f"publish timeout: {int(seconds * 1000)}", **ended)
        return {"Status": "OK", "Message": "", **ended}

    async def _rollback(self, txn: Txn | None, db: str, label: str) -> Answer:
        if txn is None:
            return failed(f"No transaction found in database {db} with label {label}")
        ended = {"TxnId": txn.id, "Label": label}
        if txn.state == ABORTED:
            message = f"Transaction {txn.id} has already aborted, label is {label}"
            return {"Status": "OK", "Message": message, **ended}
        if txn.state != PREPARED:
            return failed(
                f"Can not abort {txn.state} transaction {txn.id}, label is {label}", **ended
            )
        self.cluster.transactions.abort(txn, "User rollback")
        return {"Status": "OK", "Message": "", **ended}

    async def _load_state(self, db: str, request: web.BaseRequest) -> web.StreamResponse:
        label = request.query.get("label", "")
        moved = await self._to_leader("get_load_state", request, db=db, label=label)
        if moved is not None:
            return moved
        rule = self.cluster.faults.find("get_load_state", self.name, db=db, label=label)
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "injected refusal")
        if refused is not None:
            return refused
        if not label:
            return fe_json(rest_error("No label selected."))
        database = self.cluster.catalog.databases.get(db)
        if database is None:
            return fe_json(rest_error(f"unknown database, database={db}"))
        self.cluster.transactions.sweep(database.id)
        txn = self.cluster.transactions.newest(database, label)
        await self.cluster.faults.after(rule)
        return fe_json(
            {
                "state": "UNKNOWN" if txn is None else txn.state,
                "reason": "" if txn is None else txn.reason,
                "status": "OK",
                "code": "0",
                "msg": "Success",
                "message": "OK",
            }
        )

    async def _cancel(
        self, db: str, path_label: str, request: web.BaseRequest
    ) -> web.StreamResponse:
        label = request.query.get("label", "") or path_label
        moved = await self._to_leader("cancel", request, db=db, label=label)
        if moved is not None:
            return moved
        rule = self.cluster.faults.find("cancel", self.name, db=db, label=label)
        await self.cluster.faults.before(rule)
        refused = refusal(rule, "FAILED", "injected refusal")
        if refused is not None:
            return refused
        database = self.cluster.catalog.databases.get(db)
        if database is None:
            return fe_json(rest_error(f"unknown database, database={db}"))
        txn = self.cluster.transactions.newest(database, label)
        if txn is None or txn.state != PREPARE:
            return fe_json(rest_error(f"running transaction not found, label={label}"))
        self.cluster.transactions.abort(txn, "user cancel")
        await self.cluster.faults.after(rule)
        return fe_json({"status": "OK", "code": "0", "msg": "Success", "message": "OK"})
