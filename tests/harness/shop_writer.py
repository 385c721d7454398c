# SPDX-License-Identifier: Apache-2.0
"""The live writer of the shop: seeded random transactions on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime, timezone
from random import Random
from typing import Any, Callable

import pymysql

from .shop import INSERT_EVENT, Shop
from .shop_tables import CITIES, EVENT_COLUMNS, TEXTS, event, moment

RETRY_S = 0.2
Work = Callable[["Writer"], None]


class Writer:
    """Writes from the constructor until `stop`.

    It survives a server that dies: it connects again and looks up what is there, for it cannot
    know whether its last transaction was committed.
    """

    def __init__(
        self, shop: Shop, rate: float | None = 100, seed: int = 1, inserts_only: bool = False
    ) -> None:
        self.shop = shop
        self.works = INSERTS if inserts_only else WORKS
        self.rate = rate  # transactions a second; None: as many as it can
        self.random = Random(seed)
        self.counts: Counter[str] = Counter()  # statements, rows, transactions, by kind too
        self.error: BaseException | None = None
        self.orders: list[int] = []
        self.events: list[int] = []
        self.skus: list[str] = []
        self.customers: list[int] = []
        self.next_id = 0
        self._cursor: Any = None
        self._pending: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._idle = threading.Event()
        # A test that fails before `stop` must not hang.
        self._thread = threading.Thread(target=self._run, name="shop writer", daemon=True)
        self._thread.start()

    @property
    def rows(self) -> int:
        """Row changes that were committed."""
        return self.counts["rows"]

    def pause(self, seconds: float = 30) -> None:
        """Between two transactions; returns when it rests."""
        self._paused.set()
        if not self._idle.wait(seconds):
            raise AssertionError(f"the writer did not rest: {self.error!r}")

    def resume(self) -> None:
        self._idle.clear()
        self._paused.clear()

    def stop(self) -> Counter[str]:
        """Ends after the transaction under way; what was done. Fails if the writer failed."""
        self._stopping.set()
        self._thread.join(timeout=60)
        if self._thread.is_alive():
            raise AssertionError("the writer does not end")
        if self.error is not None:
            raise AssertionError(f"the writer failed: {self.error!r}") from self.error
        return self.counts

    # On the writer's thread.

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._session()
                except (pymysql.OperationalError, pymysql.InterfaceError) as error:
                    if error.args and error.args[0] in (1064, 1054, 1146):
                        raise
                    self.counts["lost connections"] += 1
                    self._stopping.wait(RETRY_S)
        except BaseException as error:  # handed to stop()
            self.error = error

    def _session(self) -> None:
        connection = self.shop.server.connect(self.shop.database, autocommit=False)
        try:
            with connection.cursor() as self._cursor:
                self._look_around()
                connection.commit()
                due = time.monotonic()
                while not self._stopping.is_set():
                    self._rest_if_paused()
                    self._transaction(connection)
                    due = self._keep_pace(due)
        finally:
            connection.close()

    def _rest_if_paused(self) -> None:
        while self._paused.is_set() and not self._stopping.is_set():
            self._idle.set()
            self._stopping.wait(0.01)
        self._idle.clear()

    def _keep_pace(self, due: float) -> float:
        if self.rate is None:
            return due
        due = max(due + 1 / self.rate, time.monotonic() - 0.5)
        self._stopping.wait(max(due - time.monotonic(), 0))
        return due

    def _look_around(self) -> None:
        def column(sql: str) -> list[Any]:
            self._cursor.execute(sql)
            return [row[0] for row in self._cursor.fetchall()]

        self.orders = column("SELECT id FROM orders")
        self.events = column("SELECT id FROM events")
        self.skus = column("SELECT sku FROM products")
        self.customers = column("SELECT id FROM customers")
        self.next_id = max([0, *self.orders, *self.events]) + 1

    def _transaction(self, connection: Any) -> None:
        self._pending = Counter()
        work = self.random.choices(list(self.works), list(self.works.values()))[0]
        work(self)
        if work is give_up:
            connection.rollback()
            self.counts["rolled back"] += 1
            return
        connection.commit()
        self.counts.update(self._pending)
        self.counts["transactions"] += 1
        self.counts[work.__name__.replace("_", " ")] += 1

    # For the works below.

    def do(self, sql: str, *parameters: Any) -> int:
        """One statement; the number of rows it changed."""
        changed = int(self._cursor.execute(sql, parameters))
        self._pending["statements"] += 1
        self._pending["rows"] += changed
        return changed

    def inserted_id(self) -> int:
        return int(self._cursor.lastrowid)

    def new_id(self) -> int:
        self.next_id += self.random.choice((1, 1, 1, 2, 5))
        return self.next_id

    def some(self, items: list[Any]) -> Any:
        return self.random.choice(items)

    def take(self, items: list[Any]) -> Any:
        """Removes a random one."""
        at = self.random.randrange(len(items))
        items[at], items[-1] = items[-1], items[at]
        return items.pop()


def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def new_customer(w: Writer) -> None:
    w.do(
        "INSERT INTO customers (name, email, city, vip, created_at) VALUES (%s, %s, %s, %s, %s)",
        *(f"{w.some(list(TEXTS))[:20]} {w.next_id}", w.some([None, "a@example.org"])),
        *(w.some([None, *CITIES]), w.random.randint(0, 1), now()),
    )
    w.customers.append(w.inserted_id())


def new_product(w: Writer) -> None:
    sku = f"SKU-é-{w.new_id()}"
    w.do(
        "INSERT INTO products VALUES (%s, %s, %s, %s, %s, %s)",
        *(sku, f"Product {sku}", w.random.randint(1, 99999) / 100, 50),
        *('{"new": true, "price": 1.50}', moment(w.random, 1980, 2030)),
    )
    w.skus.append(sku)


def new_order(w: Writer) -> None:
    """Three tables in one transaction."""
    if not w.skus or not w.customers:
        return new_product(w) if not w.skus else new_customer(w)
    order = w.new_id()
    w.do(
        "INSERT INTO orders VALUES (%s, %s, 'new', %s, %s, %s)",
        *(order, w.some(w.customers), w.random.randint(0, 10**8) / 100, now()),
        w.some([None, *TEXTS]),
    )
    for line in range(1, w.random.randint(1, 4) + 1):
        sku = w.some(w.skus)
        w.do("INSERT INTO order_items VALUES (%s, %s, %s, %s, %s)", order, line, sku, line, 9.5)
        w.do("UPDATE products SET stock = stock - %s WHERE sku = %s", line, sku)
    w.orders.append(order)
    return None


def pay(w: Writer) -> None:
    if w.orders:
        status = w.some(["paid", "sent", "returned"])
        w.do("UPDATE orders SET status = %s WHERE id = %s", status, w.some(w.orders))


def many_orders(w: Writer) -> None:
    """One statement over a range of keys."""
    if w.orders:
        low = w.some(w.orders)
        w.do("UPDATE orders SET total = total + 1 WHERE id BETWEEN %s AND %s", low, low + 20)


def renumber_order(w: Writer) -> None:
    """The primary keys of two tables change."""
    if w.orders:
        old, new = w.take(w.orders), w.new_id()
        w.do("UPDATE orders SET id = %s, note = 'moved' WHERE id = %s", new, old)
        w.do("UPDATE order_items SET order_id = %s WHERE order_id = %s", new, old)
        w.orders.append(new)


def rename_product(w: Writer) -> None:
    if w.skus:
        old, new = w.take(w.skus), f"SKU-ü-{w.new_id()}"
        w.do("UPDATE products SET sku = %s WHERE sku = %s", new, old)
        w.do("UPDATE order_items SET sku = %s WHERE sku = %s LIMIT 5", new, old)
        w.skus.append(new)


def swap_orders(w: Writer) -> None:
    """Two rows exchange their keys, by way of a third key."""
    if len(w.orders) > 1:
        one, two = w.random.sample(w.orders, 2)
        for new, old in ((-1, one), (one, two), (two, -1)):
            w.do("UPDATE orders SET id = %s WHERE id = %s", new, old)


def drop_order(w: Writer) -> None:
    if w.orders:
        order = w.take(w.orders)
        w.do("DELETE FROM order_items WHERE order_id = %s", order)
        w.do("DELETE FROM orders WHERE id = %s", order)


def new_events(w: Writer) -> None:
    for _ in range(w.random.randint(1, 5)):
        number = w.new_id()
        w.do(INSERT_EVENT, *event(w.random, number))
        w.events.append(number)


def change_event(w: Writer) -> None:
    if w.events:
        number = w.some(w.events)
        values = dict(zip(EVENT_COLUMNS[1:], event(w.random, number)[1:]))
        chosen = w.random.sample(list(values), w.random.randint(1, 6))
        setters = ", ".join(f"{name} = %s" for name in chosen)
        w.do(f"UPDATE events SET {setters} WHERE id = %s", *(values[n] for n in chosen), number)


def drop_event(w: Writer) -> None:
    if w.events:
        w.do("DELETE FROM events WHERE id = %s", w.take(w.events))


def rewrite_event(w: Writer) -> None:
    """A key that goes and comes back within one transaction."""
    if w.events:
        number = w.some(w.events)
        w.do("DELETE FROM events WHERE id = %s", number)
        w.do(INSERT_EVENT, *event(w.random, number))


def give_up(w: Writer) -> None:
    """Rolled back: must never arrive."""
    w.do(INSERT_EVENT, *event(w.random, w.new_id()))
    w.do("UPDATE customers SET name = 'never' WHERE id = %s", w.some(w.customers or [0]))


# How often each comes.
WORKS: dict[Work, int] = {
    new_order: 30,
    pay: 15,
    new_events: 12,
    change_event: 12,
    drop_order: 8,
    new_customer: 5,
    renumber_order: 5,
    drop_event: 5,
    rewrite_event: 3,
    many_orders: 3,
    new_product: 2,
    rename_product: 2,
    swap_orders: 2,
    give_up: 2,
}
# Into tables whose key is a number: what is inserted during the snapshot comes twice where it is a
# text, and MySQL-CDC says so.
INSERTS: dict[Work, int] = {new_events: 10, new_customer: 5, give_up: 1}
