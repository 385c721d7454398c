# SPDX-License-Identifier: Apache-2.0
"""Whole jobs that follow the log: memory, rate, latency."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from tests.harness.mysql_server import MysqlServer
from tests.harness.starrocks import StandIn
from tests.harness.waiting import wait_for

from . import orders
from .figures import Figure, short
from .jobs import Job, NullStarRocks
from .servers import NUMBERS, OPTIONS
from .snapshots import NULL

NULL_ROWS = 1_500_000
STANDIN_ROWS = 60_000
BACK_END_MB = 120  # a second, what one back end of a real cluster takes
IDLE_S = 5
LATENCY_S = 20
LATENCY_RATE = 1000  # rows a second
LATENCY_BATCH = 10  # rows of a transaction


def empty_server(folder: Path) -> MysqlServer:
    server = MysqlServer(folder, OPTIONS)
    server.fresh_database(orders.DATABASE)
    with server.connect(orders.DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_log_bin = 0")
        for sql in (*orders.numbers(NUMBERS), orders.FILL_BY_EVENTS):
            cursor.execute(sql)
    return server


def empty_table(server: MysqlServer, standin: StandIn) -> None:
    standin.fresh_database(orders.DATABASE)
    with server.connect(orders.DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_log_bin = 0")
        cursor.execute("DROP TABLE IF EXISTS orders")
        cursor.execute(orders.create("orders"))


def insert(server: MysqlServer, first: int, rows: int) -> None:
    with server.connect(orders.DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute(orders.fill("orders", first, rows))


def _backlog(server: MysqlServer, first: int, rows: int) -> None:
    with server.connect(orders.DATABASE, read_timeout=300) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CALL fill_by_events({first}, 50, {rows})")


def idle(folder: Path, server: MysqlServer, standin: StandIn) -> list[Figure]:
    """On the stand-in: what a job that waits for changes needs."""
    empty_table(server, standin)
    job = Job(folder, server, standin)
    insert(server, 1, 1000)
    wait_for(lambda: _count(standin) == 1000, "1000 rows in the stand-in", 60)
    time.sleep(IDLE_S)
    found = job.memory("VmRSS")
    job.stop()
    return [Figure("memory: an idle CDC job", found, "MB", "<= 50", "changes", "", "stand-in")]


def _count(standin: StandIn) -> int:
    if "orders" not in standin.tables(orders.DATABASE):
        return 0
    return int(standin.query(f"SELECT COUNT(*) FROM {orders.DATABASE}.orders")[0][0])


def _behind(folder: Path, server: MysqlServer, standin: StandIn, null: NullStarRocks | None) -> int:
    """A job that has caught up with 100 rows, stopped; the next id."""
    empty_table(server, standin)
    job = Job(folder, server, standin, null)
    insert(server, 1, 100)
    if null:
        null.wait_for_id(100, 60)
    else:
        wait_for(lambda: _count(standin) == 100, "100 rows in the stand-in", 60)
    job.stop()
    return 101


def full_rate(folder: Path, server: MysqlServer, standin: StandIn) -> list[Figure]:
    """A backlog of the log into the null server."""
    null = NullStarRocks(folder)
    first = _behind(folder, server, standin, null)
    _backlog(server, first, NULL_ROWS)
    null.get("reset")
    job = Job(folder, server, standin, null)
    stats = null.wait_for_id(first + NULL_ROWS - 1, 300)
    peak, busy = job.memory("VmHWM"), job.processor_seconds()
    job.stop()
    null.stop()
    seconds = stats["last_load"] - stats["first_load"]
    megabytes = stats["bytes"] / 1e6 / seconds
    rate = f"{short(megabytes)} MB/s, {short(NULL_ROWS / seconds)} rows/s"
    return [
        Figure("memory: CDC at full rate, peak", peak, "MB", "<= 150", "changes", "", NULL),
        Figure(
            f"CDC to StarRocks, share of {BACK_END_MB} MB/s",
            min(1.0, megabytes / BACK_END_MB),
            "",
            ">= 0.9",
            "changes",
            rate,
            NULL,
        ),
        Figure(
            "CDC to StarRocks, rows a second of processor time",
            NULL_ROWS / busy,
            "rows/s",
            "",
            "changes",
            f"all threads, start included; {short(busy)} s of processor time",
            NULL,
        ),
    ]


def stand_in_rate(folder: Path, server: MysqlServer, standin: StandIn) -> list[Figure]:
    """The same into the stand-in: bounded by it, so not a figure of StarRocks."""
    first = _behind(folder, server, standin, None)
    _backlog(server, first, STANDIN_ROWS)
    begin = time.monotonic()
    job = Job(folder, server, standin)
    wanted = first - 1 + STANDIN_ROWS
    wait_for(lambda: _count(standin) == wanted, "the backlog in the stand-in", 300, poll_s=0.1)
    seconds = time.monotonic() - begin
    job.stop()
    return [
        Figure(
            "CDC to the stand-in, from the start of the process",
            STANDIN_ROWS / seconds,
            "rows/s",
            "",
            "changes",
            "bounded by the stand-in, which is Python",
            "stand-in",
        )
    ]


class Steady:
    """Inserts rows at a steady rate; remembers when each transaction was committed."""

    def __init__(self, server: MysqlServer, first: int) -> None:
        self.committed: list[tuple[float, int]] = []  # when, and the last id
        self._next = first
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        due = time.monotonic()
        with self._server.connect(orders.DATABASE) as connection, connection.cursor() as cursor:
            while not self._stop.is_set():
                cursor.execute(orders.fill("orders", self._next, LATENCY_BATCH))
                self._next += LATENCY_BATCH
                self.committed.append((time.time(), self._next - 1))
                due += LATENCY_BATCH / LATENCY_RATE
                time.sleep(max(0.0, due - time.monotonic()))

    def stop(self) -> int:
        self._stop.set()
        self._thread.join(timeout=30)
        return self._next - 1


def latency(folder: Path, server: MysqlServer, standin: StandIn) -> list[Figure]:
    """From the commit in MySQL to the commit in the target, less the interval of 1 s."""
    empty_table(server, standin)
    null = NullStarRocks(folder)
    job = Job(folder, server, standin, null)
    insert(server, 1, 100)
    null.wait_for_id(100, 60)
    writer = Steady(server, 101)
    time.sleep(LATENCY_S)
    last = writer.stop()
    commits = null.wait_for_id(last, 60)["commits"]
    job.stop()
    null.stop()
    waits = []
    for when, number in writer.committed:
        waits.append(next(at for at, until in commits if until >= number) - when - 1.0)
    waits.sort()
    p50, p99 = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
    return [
        Figure(
            "latency at 1 000 rows/s, commit to commit less one interval, p99",
            p99,
            "ms",
            "<= 100",
            "changes",
            f"median {p50:.0f}, most {waits[-1] * 1000:.0f}; negative: sooner than an interval",
            NULL,
        )
    ]
