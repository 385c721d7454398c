# SPDX-License-Identifier: Apache-2.0
"""The leader's book of transactions: states, labels, timeouts, publishing."""

from __future__ import annotations

import asyncio
import math
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Callable

from .settings import Settings
from .storage import Batch, Catalog, Database, Table

PREPARE, PREPARED = "PREPARE", "PREPARED"
COMMITTED, VISIBLE, ABORTED = "COMMITTED", "VISIBLE", "ABORTED"
# Not a state of the server: what the history shows of a transaction lost with the leader.
UNKNOWN = "UNKNOWN"
FINAL = (VISIBLE, ABORTED)
LABEL = re.compile(r"[-\w]{1,128}", re.ASCII)


class TxnError(Exception):
    def __init__(self, status: str, message: str, existing: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.existing = existing


@dataclass
class Timeouts:
    prepare: float
    idle: float | None = None
    prepared: float | None = None


@dataclass
class Txn:
    id: int
    label: str
    db: str
    db_id: int
    tables: list[Table]
    coordinator: int
    timeouts: Timeouts
    kind: str = "stream"
    multi: bool = False
    state: str = PREPARE
    reason: str = ""
    error_url: str = ""
    rows: int = 0
    filtered: int = 0
    unselected: int = 0
    bytes: int = 0
    load_count: int = 0
    times: dict[str, float] = field(default_factory=dict)
    last_active: float = 0.0
    forgotten: bool = False
    batches: list[tuple[Table, Batch]] = field(default_factory=list)
    ready: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def as_dict(self) -> dict[str, Any]:
        return {
            "txn_id": self.id,
            "label": self.label,
            "db": self.db,
            "table": ",".join(table.name for table in self.tables),
            "state": self.state,
            "kind": self.kind,
            "multi": self.multi,
            "coordinator": self.coordinator,
            "rows": self.rows,
            "filtered": self.filtered,
            "unselected": self.unselected,
            "bytes": self.bytes,
            "load_count": self.load_count,
            "times": self.times,
            "reason": self.reason,
            "forgotten": self.forgotten,
        }


@dataclass
class Book:
    """Transactions of one database."""

    txns: dict[int, Txn] = field(default_factory=dict)
    labels: dict[str, list[Txn]] = field(default_factory=dict)
    finished: deque[Txn] = field(default_factory=deque)
    open: dict[int, Txn] = field(default_factory=dict)


class Transactions:
    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        now: Callable[[], float],
        publish_delay: Callable[[Txn], float],
    ) -> None:
        self.settings = settings
        self.catalog = catalog
        self.now = now
        self.publish_delay = publish_delay
        self.books: dict[int, Book] = {}
        self.history: list[Txn] = []
        self.pending: list[Txn] = []
        self.on_end: list[Callable[[Txn], None]] = []
        self._next_id = 1001
        self.commits = 0
        self.rows_visible = 0

    def book(self, db_id: int) -> Book:
        return self.books.setdefault(db_id, Book())

    def take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def newest(self, db: Database, label: str) -> Txn | None:
        found = self.book(db.id).labels.get(label)
        return found[-1] if found else None

    def begin(
        self,
        db: Database,
        tables: list[Table],
        label: str,
        coordinator: int,
        timeouts: Timeouts,
        kind: str = "stream",
    ) -> Txn:
        """Raises TxnError."""
        self.check_label(label)
        self.sweep(db.id)
        old = self.newest(db, label)
        if old is not None and old.state != ABORTED:
            existing = "RUNNING" if old.state in (PREPARE, PREPARED) else "FINISHED"
            raise TxnError(
                "LABEL_ALREADY_EXISTS",
                f"Label [{label}] has already been used, txn {old.id}.",
                existing,
            )
        book = self.book(db.id)
        running = sum(1 for txn in book.open.values() if txn.state in (PREPARE, PREPARED))
        limit = self.settings.max_running_txn_num_per_db
        if running >= limit:
            raise TxnError(
                "ANALYSIS_ERROR",
                f"current running txns on db {db.id} is {running}, larger than limit {limit}",
            )
        txn = Txn(self.take_id(), label, db.name, db.id, tables, coordinator, timeouts, kind)
        txn.times["begin"] = txn.last_active = self.now()
        book.txns[txn.id] = book.open[txn.id] = txn
        book.labels.setdefault(label, []).append(txn)
        self.history.append(txn)
        return txn

    @staticmethod
    def check_label(label: str) -> None:
        if not LABEL.fullmatch(label):
            raise TxnError(
                "ANALYSIS_ERROR", f"Label format error. regex: ^[-\\w]{{1,128}}$, label: {label}"
            )

    def prepare(self, txn: Txn, batches: list[tuple[Table, Batch]], timeout: float | None) -> None:
        self._need(txn, PREPARE)
        txn.batches = batches
        txn.state = PREPARED
        if timeout is not None:
            txn.timeouts.prepared = timeout
        txn.times["prepared"] = self.now()

    def _need(self, txn: Txn, *states: str) -> None:
        if txn.state not in states:
            raise TxnError(
                "TXN_NOT_EXISTS", f"transaction {txn.id} is {txn.state}, label is {txn.label}"
            )

    def commit(self, txn: Txn) -> None:
        """The outcome is decided here; the rows become visible with the publish."""
        self._need(txn, PREPARE, PREPARED)
        txn.state = COMMITTED
        txn.times["committed"] = self.now()
        self.commits += 1
        delay = self.publish_delay(txn)
        if delay <= 0 and not self.pending:
            self._make_visible(txn)
            return
        self.pending.append(txn)
        if delay < math.inf:
            asyncio.get_running_loop().call_later(max(delay, 0), self.ready, txn)

    def ready(self, txn: Txn) -> None:
        """The publish of a committed transaction may go on."""
        txn.ready = True
        self.publish_pending()

    def publish_pending(self) -> None:
        """Versions of one table appear in the order of commit."""
        blocked: set[int] = set()
        for txn in list(self.pending):
            ids = {table.id for table in txn.tables}
            if txn.ready and not ids & blocked:
                self.pending.remove(txn)
                self._make_visible(txn)
            else:
                blocked |= ids

    def _make_visible(self, txn: Txn) -> None:
        for table, batch in txn.batches:
            if not table.dropped:
                table.apply(batch)
        txn.batches = []
        txn.state = VISIBLE
        txn.times["visible"] = self.now()
        self.rows_visible += txn.rows
        self._ended(txn)

    def abort(self, txn: Txn, reason: str) -> None:
        self._need(txn, PREPARE, PREPARED)
        txn.state = ABORTED
        txn.reason = reason
        txn.batches = []
        txn.times["aborted"] = self.now()
        self._ended(txn)

    def _ended(self, txn: Txn) -> None:
        txn.done.set()
        book = self.book(txn.db_id)
        book.open.pop(txn.id, None)
        book.finished.append(txn)
        while len(book.txns) > self.settings.label_keep_max_num and book.finished:
            self.forget(book.finished[0])
        for hook in self.on_end:
            hook(txn)

    def forget(self, txn: Txn) -> None:
        """The label becomes UNKNOWN and may be used again; the history keeps the facts."""
        book = self.book(txn.db_id)
        book.txns.pop(txn.id, None)
        book.open.pop(txn.id, None)
        if txn in book.finished:
            book.finished.remove(txn)
        same = book.labels.get(txn.label, [])
        if txn in same:
            same.remove(txn)
        if not same:
            book.labels.pop(txn.label, None)
        txn.forgotten = True

    def forget_unprepared(self) -> list[Txn]:
        """A new leader knows only what was journaled: transactions in PREPARE are not."""
        lost = [t for book in self.books.values() for t in book.open.values() if t.state == PREPARE]
        for txn in lost:
            self.forget(txn)
            txn.state, txn.reason = UNKNOWN, "lost with the front end"
            txn.done.set()
            for hook in self.on_end:
                hook(txn)
        return lost

    def sweep(self, only_db: int | None = None) -> None:
        """Aborts what is past its time and forgets old labels."""
        now = self.now()
        books = self.books if only_db is None else {only_db: self.book(only_db)}
        for book in list(books.values()):
            for txn in list(book.open.values()):
                reason = self._expired(txn, now)
                if reason:
                    self.abort(txn, reason)
            keep = now - self.settings.label_keep_max_second
            while book.finished and max(book.finished[0].times.values()) < keep:
                self.forget(book.finished[0])

    def _expired(self, txn: Txn, now: float) -> str:
        limits = txn.timeouts
        if txn.state == PREPARE:
            if now >= txn.times["begin"] + limits.prepare:
                return "timeout by txn manager"
            if limits.idle is not None and now >= txn.last_active + limits.idle + 30:
                return "timeout by idle transaction"
        if txn.state == PREPARED:
            prepared = limits.prepared
            if prepared is None:
                prepared = self.settings.prepared_transaction_default_timeout_second
            if now >= txn.times["prepared"] + prepared:
                return "timeout by txn manager"
        return ""

    async def wait_visible(self, txn: Txn, seconds: float) -> bool:
        if txn.state == VISIBLE:
            return True
        try:
            await asyncio.wait_for(txn.done.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return txn.state == VISIBLE
