# SPDX-License-Identifier: Apache-2.0
"""A MySQL server that dies, and a network that cuts, delays and swallows."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness.mysql_server import MysqlServer
from harness.proxy import Proxy
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer
from harness.starrocks import StarRocks
from harness.waiting import wait_for

ROWS = 20_000
SLOW = 10_000  # rows a second: the snapshot takes two


@pytest.fixture
def shop(mysql: MysqlServer) -> Shop:
    found = Shop(mysql)
    found.preload(ROWS)
    return found


@pytest.fixture
def writer(shop: Shop) -> Iterator[Writer]:
    found = Writer(shop, rate=50)
    yield found
    found.stop()


@pytest.fixture
def proxy(mysql: MysqlServer) -> Iterator[Proxy]:
    found = Proxy(mysql.port)
    yield found
    found.stop()


@pytest.fixture
def start(
    shop: Shop, starrocks: StarRocks, tmp_path: Path
) -> Iterator[Callable[..., ShopJob]]:
    jobs: list[ShopJob] = []

    def make(**variables: object) -> ShopJob:
        job = ShopJob(tmp_path, shop, starrocks, **variables)
        jobs.append(job)
        job.start()
        return job

    yield make
    for job in jobs:
        job.end()


def wait_checkpoints(job: ShopJob, count: int = 2) -> None:
    before = job.reached("published")

    def committed() -> bool:
        job.check_alive()
        return job.reached("published") >= before + count

    wait_for(committed, f"{count} checkpoints\n{job.log}", 60)


def check(job: ShopJob, writer: Writer) -> None:
    """Equal, stopped cleanly, and every transaction of a durable checkpoint."""
    writer.pause()
    job.wait_until_equal(90)
    assert job.stop() == 0, job.log_tail()
    assert job.problems(stopped=True) == []
    assert job.compare().equal


def test_a_killed_server_is_awaited_in_the_snapshot(
    mysql: MysqlServer, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    job = start(rows_per_second=SLOW, retry_times=50)
    wait_for(lambda: job.reached("snapshot") > 3, "the snapshot", 30)
    mysql.kill()
    mysql.start()
    check(job, writer)


def test_a_killed_server_is_awaited_in_the_log(
    mysql: MysqlServer, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    job = start(retry_times=0)
    wait_for(lambda: job.reached("log") > 0, "the log", 60)
    for _ in range(2):
        wait_checkpoints(job)
        mysql.kill()
        mysql.start()
    check(job, writer)


def test_cut_connections_are_opened_again(
    proxy: Proxy, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    job = start(mysql_port=proxy.port, rows_per_second=SLOW, retry_times=50)
    for _ in range(4):
        wait_checkpoints(job, 1)
        wait_for(lambda: proxy.cut() > 0, "open connections", 30)
    check(job, writer)


def test_a_slow_network_only_delays(
    proxy: Proxy, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    proxy.delay(0.02)
    job = start(mysql_port=proxy.port)
    wait_checkpoints(job)
    check(job, writer)


def test_a_server_that_falls_silent_is_left_and_asked_again(
    proxy: Proxy, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    job = start(mysql_port=proxy.port)
    wait_for(lambda: job.reached("log") > 0, "the log", 60)
    before = proxy.accepted
    proxy.blackhole()
    wait_for(lambda: proxy.accepted > before, "a new connection", 60)
    proxy.blackhole(False)
    check(job, writer)


def test_a_server_that_refuses_is_asked_again(
    proxy: Proxy, writer: Writer, start: Callable[..., ShopJob]
) -> None:
    job = start(mysql_port=proxy.port)
    wait_for(lambda: job.reached("log") > 0, "the log", 60)
    proxy.refuse()
    proxy.cut()
    wait_for(lambda: "connecting again" in job.log_text(), "a lost connection", 30)
    proxy.refuse(False)
    check(job, writer)
