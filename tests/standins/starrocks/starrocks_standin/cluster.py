# SPDX-License-Identifier: Apache-2.0
"""The cluster as a whole: nodes, leadership, clock, users, schema change jobs."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .faults import Faults, Rule
from .jobs import AlterJobs
from .loader import Loader, Tools
from .settings import Settings
from .storage import Catalog, Table
from .transactions import PREPARE, ABORTED, Transactions, Txn, TxnError

MAX_ERROR_LOGS = 1000


@dataclass
class LoadContext:
    """What a back end remembers of a transaction in PREPARE; gone when it restarts."""

    txn: Txn
    table: Table | None
    db: str
    busy: bool = False
    same_key: tuple[str, ...] | None = None
    loader: Loader | None = None
    bytes: int = 0
    json_bytes: int = 0
    parsing: asyncio.Future[None] | None = None
    started: float = field(default_factory=time.monotonic)


@dataclass
class BackEnd:
    index: int
    port: int = 0
    alive: bool = True
    # What the front ends believe; follows `alive` after the detection time.
    seen_alive: bool = True
    contexts: dict[tuple[str, str], LoadContext] = field(default_factory=dict)
    error_logs: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def keep_errors(self, lines: list[str]) -> str:
        name = f"error_log_{uuid.uuid4().hex}"
        self.error_logs[name] = "\n".join(lines) + "\n"
        if len(self.error_logs) > MAX_ERROR_LOGS:
            self.error_logs.popitem(last=False)
        return f"http://127.0.0.1:{self.port}/api/_load_error_log?file={name}"


@dataclass
class FrontEnd:
    """Each has an address of its own, with the same ports of SQL, as a real one has."""

    index: int
    port: int = 0
    alive: bool = True
    # (db, label) -> back end
    nodes: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"127.0.0.{self.index + 1}"

    @property
    def name(self) -> str:
        return f"fe{self.index}"


@dataclass
class User:
    name: str
    password: str
    # Granted "priv db.table", with * for all; the administrator needs none.
    grants: set[tuple[str, str, str]] = field(default_factory=set)
    admin: bool = False

    def may(self, privilege: str, db: str, table: str) -> bool:
        return self.admin or any(
            granted in (privilege, "ALL") and d in ("*", db) and t in ("*", table)
            for granted, d, t in self.grants
        )

    @property
    def operates(self) -> bool:
        """Has OPERATE on SYSTEM, which no privilege on tables includes."""
        return self.admin or ("OPERATE", "", "") in self.grants


@dataclass
class Stats:
    loads: int = 0
    rows: int = 0
    bytes: int = 0
    errors: int = 0


class Cluster:
    def __init__(self, front_ends: int, back_ends: int, user: str, password: str) -> None:
        self.settings = Settings()
        self.catalog = Catalog()
        self.faults = Faults()
        self.stats = Stats()
        self.front_ends = [FrontEnd(i) for i in range(front_ends)]
        self.back_ends = [BackEnd(i) for i in range(back_ends)]
        self.leader = 0
        self.started = time.time()
        self.clock_offset = 0.0
        self.users = {user: User(user, password, admin=True)}
        self.transactions = Transactions(
            self.settings, self.catalog, self.now, self._publish_delay
        )
        self.jobs = AlterJobs(self)
        self.transactions.on_end.append(self._transaction_ended)
        self.parser = ThreadPoolExecutor(1, "parse")
        self.tools: Tools | None = None
        self._turn = 0
        self._holding: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        return time.time() + self.clock_offset

    def live_back_ends(self) -> int:
        return sum(1 for node in self.back_ends if node.seen_alive)

    def pick_back_end(self) -> BackEnd | None:
        """Round robin over the back ends the front ends believe to be alive."""
        for _ in self.back_ends:
            node = self.back_ends[self._turn % len(self.back_ends)]
            self._turn += 1
            if node.seen_alive:
                return node
        return None

    def _publish_delay(self, txn: Txn) -> float:
        delay = self.settings.publish_ms
        for table in txn.tables:
            rule = self.faults.find(
                "publish", "fe", db=txn.db, table=table.name, label=txn.label
            )
            if rule is None:
                continue
            delay = max(delay, rule.delay_ms)
            if rule.action == "hang":
                self._hold(rule, txn)
                delay = math.inf
        return delay / 1000

    def _hold(self, rule: Rule, txn: Txn) -> None:
        """Publishes once the rule is cleared."""

        async def release() -> None:
            await self.faults.gone(rule)
            self.transactions.ready(txn)

        task = asyncio.create_task(release())
        self._holding.add(task)
        task.add_done_callback(self._holding.discard)

    def _transaction_ended(self, txn: Txn) -> None:
        if txn.state == ABORTED:
            node = self.back_ends[txn.coordinator]
            context = node.contexts.get((txn.db, txn.label))
            if context is not None and context.txn is txn:
                del node.contexts[(txn.db, txn.label)]
        self.jobs.advance()

    # Node events. The HTTP listeners are stopped and started by the caller.

    def back_end_down(self, index: int) -> None:
        node = self.back_ends[index]
        node.alive = False
        node.contexts.clear()

    def back_end_seen_down(self, index: int) -> None:
        """The front ends notice; also the case for a restart between two heartbeats."""
        node = self.back_ends[index]
        node.seen_alive = node.alive
        for book in list(self.transactions.books.values()):
            for txn in list(book.open.values()):
                if txn.state == PREPARE and txn.coordinator == index and txn.kind == "stream":
                    if (txn.db, txn.label) not in node.contexts:
                        self.transactions.abort(txn, "coordinate BE is down")

    def back_end_up(self, index: int) -> None:
        node = self.back_ends[index]
        node.alive = node.seen_alive = True

    def change_leader(self, index: int) -> list[Txn]:
        self.leader = index
        for node in self.front_ends:
            node.nodes.clear()
        lost = self.transactions.forget_unprepared()
        return lost

    def advance_clock(self, seconds: float) -> None:
        self.clock_offset += seconds
        self.transactions.sweep()

    def check_table(self, db: str, table: str) -> Table:
        """For loads: raises TxnError naming what is unknown."""
        database = self.catalog.databases.get(db)
        if database is None:
            raise TxnError("ANALYSIS_ERROR", f"unknown database, database={db}")
        found = database.tables.get(table)
        if found is None:
            raise TxnError("ANALYSIS_ERROR", f"unknown table, table={db}.{table}")
        return found

    def reset(self) -> None:
        """Back to an empty cluster; listeners and users stay."""
        self.faults.clear()
        self.transactions.pending.clear()
        self.transactions.books.clear()
        self.transactions.history.clear()
        self.transactions.commits = self.transactions.rows_visible = 0
        for name in list(self.catalog.databases):
            self.catalog.drop_database(name)
        for back_end in self.back_ends:
            back_end.contexts.clear()
            back_end.error_logs.clear()
        for front_end in self.front_ends:
            front_end.nodes.clear()
        self.jobs.jobs.clear()
        self.stats = Stats()
        self.settings.update(Settings().as_dict())
        self.clock_offset = 0.0
        self.leader = 0

    def summary(self) -> dict[str, Any]:
        return {
            **self.stats.__dict__,
            "commits": self.transactions.commits,
            "rows_visible": self.transactions.rows_visible,
            "transactions": len(self.transactions.history),
            "open_transactions": sum(len(b.open) for b in self.transactions.books.values()),
        }
