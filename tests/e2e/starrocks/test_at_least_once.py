# SPDX-License-Identifier: Apache-2.0
"""At-least-once delivery: rows show by the flush interval, and no dead run has the last word."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any, Iterator

import pytest
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer
from harness.starrocks import StandIn
from harness.transactions import DONE, OPEN, parse_label
from harness.waiting import wait_for

JOB = Path(__file__).parent / "flushed.conf"
LONG_MS = 3_600_000  # no checkpoint comes while a test runs
SKU = "SKU-000001"


class FlushedJob(ShopJob):
    """The shop, flushed into a database of the test's own."""

    def __init__(self, folder: Path, shop: Shop, target: StandIn, **variables: Any) -> None:
        super().__init__(folder, shop, target, f"ods_{folder.name}"[:60], **variables)
        self.job = JOB
        self.standin = target

    def set_stock(self, stock: int, sku: str = SKU) -> None:
        with self.shop.connect() as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE products SET stock = %s WHERE sku = %s", (stock, sku))
            connection.commit()

    def stock(self, sku: str = SKU) -> int | None:
        table = f"`{self.database}`.`ods_shop_products`"
        rows = self.standin.query(f"SELECT stock FROM {table} WHERE sku = '{sku}'")
        return int(rows[0][0]) if rows else None

    def wait_stock(self, stock: int, sku: str = SKU) -> None:
        def there() -> bool:
            self.check_alive()
            return self.stock(sku) == stock

        wait_for(there, f"stock {stock} of {sku}\n{self.log}")

    def warm_up(self) -> None:
        """Until rows are flushed: those of the snapshot, and the first of each run, are not."""

        def flushed() -> bool:
            self.check_alive()
            self.set_stock(self.starts * 1000 + len(self.transactions()))
            return any(
                "prepared" not in txn["times"] and txn["state"] in DONE
                for flushes in self.flushes().values()
                for txn in flushes
            )

        wait_for(flushed, f"a flush\n{self.log}")

    def flushes(self) -> dict[tuple[str, int, int], list[dict[str, Any]]]:
        """Transactions by table, run and writer, oldest first."""
        found: dict[tuple[str, int, int], list[dict[str, Any]]] = defaultdict(list)
        for txn in self.transactions():
            label = parse_label(txn["label"])
            if label is not None:
                found[txn["table"], label.run, label.writer].append(txn)
        return found

    def left_open(self) -> list[str]:
        return [txn["label"] for txn in self.transactions() if txn["state"] in OPEN]


@pytest.fixture
def shop(mysql: MysqlServer) -> Shop:
    shop = Shop(mysql)
    shop.preload(300)
    return shop


@pytest.fixture
def jobs() -> Iterator[list[FlushedJob]]:
    made: list[FlushedJob] = []
    yield made
    for job in made:
        job.end()


def make(
    jobs: list[FlushedJob], folder: Path, shop: Shop, target: StandIn, **variables: Any
) -> FlushedJob:
    jobs.append(FlushedJob(folder, shop, target, **variables))
    return jobs[-1]


def test_rows_show_without_a_checkpoint(
    shop: Shop, standin: StandIn, tmp_path: Path, jobs: list[FlushedJob]
) -> None:
    """The checkpoint interval is an hour. Rows of the snapshot ask for one, changes need none."""
    job = make(jobs, tmp_path, shop, standin, checkpoint_interval=LONG_MS)
    job.start()
    job.wait_until_equal()
    job.warm_up()
    published = job.reached("published")
    for stock in range(1000, 1005):
        job.set_stock(stock)
        job.wait_stock(stock)
    assert job.reached("published") == published
    assert job.stop() == 0, job.log_tail()
    assert job.left_open() == []


@pytest.mark.parametrize("parallelism", [1, 3])
def test_one_load_a_table_and_interval_and_one_in_flight(
    shop: Shop, standin: StandIn, tmp_path: Path, jobs: list[FlushedJob], parallelism: int
) -> None:
    """However many rows there are, and with several requests of each load."""
    flush_s = 0.3
    job = make(
        jobs,
        tmp_path,
        shop,
        standin,
        checkpoint_interval=LONG_MS,
        flush_ms=int(flush_s * 1000),
        batch_rows=10,
        parallelism=parallelism,
    )
    job.start()
    job.wait_until_equal()
    job.warm_up()
    writer = Writer(shop, rate=None)
    wait_for(lambda: len(job.transactions()) >= 60 * parallelism, "loads", 60)
    writer.stop()
    job.wait_until_equal()
    counted = large = 0
    for (table, _, _), all_of_it in job.flushes().items():
        flushes = [txn for txn in all_of_it if "prepared" not in txn["times"]]
        if not flushes:
            continue
        assert all(txn["state"] in DONE for txn in flushes), flushes
        large += sum(txn["load_count"] > 1 for txn in flushes)
        for earlier, later in zip(flushes, flushes[1:]):
            assert later["times"]["begin"] >= earlier["times"]["committed"], table
        committed = [txn["times"]["committed"] for txn in flushes]
        # The first may come right behind the start; one more for where the window is cut.
        assert len(flushes) <= (committed[-1] - committed[0]) / flush_s + 2, table
        counted += len(flushes)
    # Those before the first checkpoints of the run were prepared.
    assert counted >= 40 * parallelism and large > 0


@pytest.mark.parametrize("parallelism", [1, 3])
def test_kills_at_any_moment_lose_nothing(
    mysql: MysqlServer,
    standin: StandIn,
    tmp_path: Path,
    jobs: list[FlushedJob],
    parallelism: int,
) -> None:
    """SIGKILLs between any two rows, over faults of every call; the contents are equal."""
    random = Random(parallelism)
    shop = Shop(mysql)
    shop.preload(1500)
    job = make(
        jobs,
        tmp_path,
        shop,
        standin,
        parallelism=parallelism,
        flush_ms=30,
        checkpoint_interval=700,
        retry_times=100,
        retry_interval_seconds=0,
    )
    standin.call("POST", "/seed", {"seed": parallelism})
    for op in ("begin", "load", "commit", "rollback", "get_load_state"):
        for action in ("drop_before", "drop_after"):
            standin.fault(op, action, db=job.database, probability=0.02, count=None)
    # Some commits arrive late, when another run may be there.
    standin.fault(
        "commit", "delay", delay_ms=700, db=job.database, probability=0.05, count=None
    )
    writer = Writer(shop, rate=150, seed=parallelism)
    for _ in range(8):
        job.start()
        before = len(job.transactions())
        wait_for(lambda: len(job.transactions()) > before + 5, f"loads\n{job.log}", 60)
        rows = writer.rows + random.randrange(1, 400)
        wait_for(lambda: writer.rows >= rows, "rows", 60)
        job.kill()
    job.start()
    writer.stop()
    standin.clear_faults()
    job.wait_until_equal()
    assert job.stop() == 0, job.log_tail()
    assert job.compare().count == 0
    assert job.left_open() == []


@pytest.mark.parametrize("guarantee", ["AT_LEAST_ONCE", "EXACTLY_ONCE"])
def test_a_load_of_a_killed_run_does_not_overwrite_newer_rows(
    shop: Shop, standin: StandIn, tmp_path: Path, jobs: list[FlushedJob], guarantee: str
) -> None:
    """Its commit is on its way when the run dies, and arrives when the next one, of whichever
    promise, has written newer rows."""
    job = make(jobs, tmp_path, shop, standin, checkpoint_interval=LONG_MS)
    job.start()
    job.wait_until_equal()
    job.warm_up()
    # So many that the number of the next one is beyond what exactly-once delivery uses.
    for stock in range(100, 105):
        job.set_stock(stock)
        job.wait_stock(stock)
    table = "ods_shop_products"
    held = standin.fault("commit", "hold", db=job.database, table=table)
    job.set_stock(1)
    wait_for(lambda: standin.fault_hits(held) == 1, "a commit on its way")
    (on_its_way,) = job.left_open()
    job.kill()
    job.set_stock(2)
    job.variables.update(guarantee=guarantee, checkpoint_interval=300)
    job.start()
    job.wait_stock(2)
    standin.call("DELETE", f"/faults/{held}")
    # What is asked later is answered later: the held commit has had its turn.
    job.set_stock(3, "SKU-000002")
    job.wait_stock(3, "SKU-000002")
    assert job.stock() == 2
    (txn,) = standin.transactions(label=on_its_way)
    assert txn["state"] == "ABORTED"
    assert job.stop() == 0, job.log_tail()
    assert job.compare().count == 0


def test_who_may_not_list_transactions_gets_rows_with_their_checkpoint(
    shop: Shop, standin: StandIn, tmp_path: Path, jobs: list[FlushedJob]
) -> None:
    """That is said, with the grant that is missing."""
    job = make(
        jobs, tmp_path, shop, standin, checkpoint_interval=300,
        starrocks_user="loader", starrocks_password="secret",
    )  # fmt: skip
    standin.query("CREATE USER IF NOT EXISTS 'loader' IDENTIFIED BY 'secret'")
    standin.query("GRANT ALL ON ALL TABLES IN ALL DATABASES TO USER 'loader'")
    job.start()
    job.wait_until_equal()
    assert "GRANT OPERATE ON SYSTEM TO USER loader" in job.log_text()
    loads = [txn for flushes in job.flushes().values() for txn in flushes]
    assert all("prepared" in txn["times"] for txn in loads if txn["state"] in DONE)
    standin.query("GRANT OPERATE ON SYSTEM TO USER 'loader'")
    job.kill()
    job.variables["checkpoint_interval"] = LONG_MS
    job.start()
    job.set_stock(7)
    job.wait_stock(7)
