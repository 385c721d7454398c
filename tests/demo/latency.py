# SPDX-License-Identifier: Apache-2.0
"""How long a change takes from its commit at the source until the target shows it."""

from __future__ import annotations

import threading
import time
from typing import Any

from harness.shop import Shop
from harness.starrocks import StarRocks

PAUSE_S = 0.25
GIVE_UP_S = 60


class LatencyProbe:
    """Adds a customer now and then and looks for it on the other side; on a thread of its own."""

    def __init__(self, shop: Shop, target: StarRocks, table: str) -> None:
        self.shop = shop
        self.target = target
        self.table = table
        self.seconds: list[float] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="latency probe", daemon=True)
        self._thread.start()

    def stop(self) -> list[float]:
        self._stopping.set()
        self._thread.join(timeout=GIVE_UP_S + 10)
        return self.seconds

    def _run(self) -> None:
        source, target = self.shop.connect(), self.target.connect()
        try:
            while not self._stopping.wait(PAUSE_S):
                self._probe(source, target)
        finally:
            source.close()
            target.close()

    def _probe(self, source: Any, target: Any) -> None:
        with source.cursor() as cursor:
            cursor.execute("INSERT INTO customers (name, created_at) VALUES ('probe', NOW(6))")
            number = cursor.lastrowid
        committed = time.monotonic()
        with target.cursor() as cursor:
            while time.monotonic() < committed + GIVE_UP_S:
                cursor.execute(f"SELECT id FROM {self.table} WHERE id = {number}")
                if cursor.fetchall():
                    self.seconds.append(time.monotonic() - committed)
                    return
                if self._stopping.wait(0.02):
                    return
