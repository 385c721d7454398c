# SPDX-License-Identifier: Apache-2.0
"""PYTHONPATH=tests python -m demo [--keep]"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from harness import transactions
from harness.engine import ROOT, Engine
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.shop_writer import Writer
from harness.starrocks import StandIn, StarRocks, real_cluster
from harness.verify import Differences, pairs, wait_until_equal
from harness.waiting import wait_for

from .latency import LatencyProbe
from .result import Result, table

JOB = ROOT / "examples" / "mysql-to-starrocks.conf"
DATABASE = "ods"
PRELOAD = 50_000
TRANSACTIONS_PER_SECOND = 150
QUIET_S, KILLS, BETWEEN_S = 8, 8, (2.0, 5.0)


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.result = Result()
        say("starting MySQL 8.0.33")
        self.mysql = MysqlServer(folder / "mysql")
        cluster = real_cluster()
        say(f"target: the cluster {cluster}" if cluster else "starting the StarRocks stand-in")
        self.target = StarRocks() if cluster else StandIn(folder / "starrocks")
        self.target.fresh_database(DATABASE)
        self.shop = Shop(self.mysql)
        self.shop.preload(PRELOAD)
        host, _, port = self.target.sql.rpartition(":")
        self.engine = Engine(
            folder / "job",
            JOB,
            {
                **self.mysql.job_variables(),
                "tables": json.dumps(self.shop.tables),
                "starrocks_host": host,
                "starrocks_http_port": self.target.nodes[0].rpartition(":")[2],
                "starrocks_query_port": port,
                "starrocks_user": self.target.user,
                "starrocks_password": self.target.password,
                "starrocks_database": DATABASE,
                "retry_interval_seconds": 1,
            },
            ["--max-retained=1000000"],
        )
        self.pairs = pairs(self.shop.tables, DATABASE, lambda name: f"ods_shop_{name}".lower())

    def run(self) -> Differences:
        say(f"the shop has {self.shop.count()} rows in {len(self.shop.tables)} tables")
        writer = Writer(self.shop, rate=TRANSACTIONS_PER_SECOND)
        began = time.monotonic()
        say("running examples/mysql-to-starrocks.conf, one commit a second; rows keep changing")
        self.engine.start()
        self._wait_snapshot()
        self.result.snapshot_s = time.monotonic() - began
        say(f"the snapshot was read within {self.result.snapshot_s:.1f} s")
        probe = LatencyProbe(self.shop, self.target, self.pairs[0].target)
        time.sleep(QUIET_S)
        self.result.latencies = probe.stop()
        self._kills()
        counts = writer.stop()
        self.result.changed, self.result.written_s = counts["rows"], time.monotonic() - began
        say(f"the writer stops after {counts['transactions']} transactions")
        return self._compare()

    def _wait_snapshot(self) -> None:
        def complete() -> bool:
            self.engine.check_alive()
            return "the log is followed from" in self.engine.log_text()

        wait_for(complete, "the snapshot", 120)

    def _kills(self) -> None:
        random = Random(1)
        for number in range(1, KILLS + 1):
            time.sleep(random.uniform(*BETWEEN_S))
            self.engine.kill()
            before = self.engine.reached("published")
            began = time.monotonic()
            self.engine.start()

            def published() -> bool:
                self.engine.check_alive()
                return self.engine.reached("published") > before

            wait_for(published, "a checkpoint after the kill", 60)
            self.result.recoveries.append(time.monotonic() - began)
            say(f"SIGKILL {number}: rows flow again after {self.result.recoveries[-1]:.2f} s")

    def _compare(self) -> Differences:
        found = wait_until_equal(
            self.mysql, self.target, self.pairs, 120, self.engine.check_alive
        )
        if isinstance(self.target, StandIn):
            book = self.target.transactions(db=DATABASE)
            self.result.transactions = len(transactions.committed_checkpoints(book))
            self.result.problems = transactions.problems_of(
                book, DATABASE, self.engine.durable(), stopped=False
            )
        return found

    def show_around(self) -> None:
        mysql = f"-h127.0.0.1 -P{self.mysql.port} -uroot shop"
        host, _, port = self.target.sql.rpartition(":")
        print(
            f"\nEverything keeps running; Ctrl-C ends it.\n"
            f"  source   mysql {mysql}\n"
            f"  target   mysql -h{host} -P{port} -u{self.target.user} {DATABASE}\n"
            f"  log      tail -f {self.engine.log}\n"
            f"  state    {ROOT}/build/release/sluice dump checkpoint {self.engine.state}\n"
            f"Change rows at the source and see them arrive within a second.",
            flush=True,
        )
        while self.engine.running:
            time.sleep(0.5)

    def end(self) -> None:
        if self.engine.running:
            self.engine.stop()
        self.target.stop()
        self.mysql.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running at the end")
    keep = parser.parse_args().keep
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="sluice-demo-") as folder:
        demo = Demo(Path(folder))
        try:
            found = demo.run()
            standin = isinstance(demo.target, StandIn)
            print("\n" + table(found, demo.pairs, demo.result, standin), flush=True)
            if keep:
                demo.show_around()
        except KeyboardInterrupt:
            return 130
        finally:
            demo.end()
    return 0 if found.equal and not demo.result.problems else 1


if __name__ == "__main__":
    sys.exit(main())
