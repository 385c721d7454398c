# SPDX-License-Identifier: Apache-2.0
"""The control port: faults, node events, clock, settings and the record of transactions."""

from __future__ import annotations

import asyncio
import fnmatch
from typing import Any

import orjson
from aiohttp import web

from .be_http import BackEndHttp
from .cluster import Cluster
from .fe_http import FrontEndHttp
from .http_common import Listener, read_body
from .sql_session import SqlServer


class Control:
    def __init__(
        self,
        cluster: Cluster,
        front_ends: list[FrontEndHttp],
        sql: list[SqlServer],
        back_ends: list[BackEndHttp],
    ) -> None:
        self.cluster = cluster
        self.front_ends = front_ends
        self.sql = sql
        self.back_ends = back_ends
        self.listener = Listener(self.handle)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        body = await read_body(request)
        try:
            values = orjson.loads(body) if body.strip() else {}
            found = await self._route(request.method, parts, values, dict(request.query))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            return web.Response(
                status=400, body=orjson.dumps({"error": f"{type(error).__name__}: {error}"})
            )
        if found is None:
            return web.Response(status=404, body=b'{"error":"no such call"}')
        return web.Response(body=orjson.dumps(found), content_type="application/json")

    async def _route(
        self, method: str, parts: list[str], values: Any, query: dict[str, str]
    ) -> Any:
        head = parts[0] if parts else ""
        if head in ("be", "fe") and len(parts) == 3:
            return await self._node(head, int(parts[1]), parts[2], values)
        if method == "GET":
            return self._get(head, query)
        if head == "faults" and method == "DELETE":
            self.cluster.faults.clear(int(parts[1]) if len(parts) > 1 else None)
            return {}
        return await self._post(parts, values)

    def _get(self, head: str, query: dict[str, str]) -> Any:
        cluster = self.cluster
        if head == "ping":
            return {"ok": True}
        if head == "transactions":
            return self._transactions(query)
        if head == "stats":
            return cluster.summary()
        if head == "settings":
            return cluster.settings.as_dict()
        if head == "faults":
            return [rule.as_dict() for rule in cluster.faults.rules]
        if head == "nodes":
            return {
                "leader": cluster.leader,
                "fe": [
                    {"host": n.host, "port": n.port, "alive": n.alive} for n in cluster.front_ends
                ],
                "be": [
                    {"port": n.port, "alive": n.alive, "open": len(n.contexts)}
                    for n in cluster.back_ends
                ],
            }
        return None

    def _transactions(self, query: dict[str, str]) -> list[dict[str, Any]]:
        self.cluster.transactions.sweep()
        after = int(query.pop("after", "0"))
        unknown = set(query) - {"db", "table", "label", "state", "kind"}
        if unknown:
            raise ValueError(f"unknown filter {sorted(unknown)[0]}")
        found = []
        for txn in self.cluster.transactions.history:
            shown = txn.as_dict()
            if txn.id > after and all(
                fnmatch.fnmatchcase(str(shown[name]), glob) for name, glob in query.items()
            ):
                found.append(shown)
        return found

    async def _post(self, parts: list[str], values: Any) -> Any:
        cluster = self.cluster
        name = "/".join(parts)
        if name == "faults":
            rules = values if isinstance(values, list) else [values]
            return [cluster.faults.add(rule).as_dict() for rule in rules]
        if name == "settings":
            cluster.settings.update(values)
            return cluster.settings.as_dict()
        if name == "clock/advance":
            cluster.advance_clock(float(values["seconds"]))
            return {"now": cluster.now()}
        if name == "leader":
            index = int(values["fe"])
            if not self.front_ends[index].node.alive:
                raise ValueError(f"front end {index} is down")
            return {"lost": [txn.label for txn in cluster.change_leader(index)]}
        if name == "labels/forget":
            return self._forget(values["db"], values["label"])
        if name == "seed":
            cluster.faults.random.seed(values["seed"])
            return {}
        if name == "reset":
            await self._reset()
            return {}
        return None

    def _forget(self, db: str, label: str) -> dict[str, int]:
        database = self.cluster.catalog.databases[db]
        book = self.cluster.transactions.book(database.id)
        found = list(book.labels.get(label, []))
        for txn in found:
            self.cluster.transactions.forget(txn)
        return {"forgotten": len(found)}

    async def _reset(self) -> None:
        for nodes in (self.front_ends, self.back_ends):
            for index, http in enumerate(nodes):
                if not http.node.alive:
                    await self._node("fe" if nodes is self.front_ends else "be", index, "start", {})
        self.cluster.reset()

    async def _node(self, kind: str, index: int, event: str, values: Any) -> Any:
        """kill, start or restart; back ends take `detect_ms`, the time until front ends know."""
        if event not in ("kill", "start", "restart"):
            return None
        lost: list[str] = []
        if kind == "be":
            await self._back_end(index, event, float(values.get("detect_ms", 0)))
        else:
            lost = await self._front_end(index, event)
        return {**self._get("nodes", {}), "lost": lost}

    async def _back_end(self, index: int, event: str, detect_ms: float) -> None:
        http, cluster = self.back_ends[index], self.cluster
        if event in ("kill", "restart"):
            http.listener.stop()
            cluster.back_end_down(index)
        if event in ("start", "restart"):
            if not http.node.alive:
                await http.listener.start()
            cluster.back_end_up(index)
        if event == "start":
            return
        if detect_ms > 0:
            loop = asyncio.get_running_loop()
            loop.call_later(detect_ms / 1000, cluster.back_end_seen_down, index)
        else:
            cluster.back_end_seen_down(index)

    async def _front_end(self, index: int, event: str) -> list[str]:
        """Killing the leader makes the next living front end leader; the labels lost with it."""
        http, cluster = self.front_ends[index], self.cluster
        lost: list[str] = []
        if event in ("kill", "restart") and http.node.alive:
            http.listener.stop()
            self.sql[index].stop()
            http.node.alive = False
            http.node.nodes.clear()
            alive = [n.index for n in cluster.front_ends if n.alive]
            if cluster.leader == index:
                found = cluster.change_leader(alive[0] if alive else index)
                lost = [txn.label for txn in found]
        if event in ("start", "restart") and not http.node.alive:
            await http.listener.start()
            await self.sql[index].start()
            http.node.alive = True
        return lost
