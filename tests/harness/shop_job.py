# SPDX-License-Identifier: Apache-2.0
"""The shop copied to StarRocks: the job, its variables, and the comparison of both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import transactions, verify
from .engine import ROOT, Engine
from .mysql_server import PASSWORD, USER
from .shop import Shop
from .starrocks import StandIn, StarRocks

JOB = ROOT / "tests" / "e2e" / "jobs" / "shop.conf"


class ShopJob(Engine):
    """One engine that copies `shop` into `database` of `target`."""

    def __init__(
        self,
        folder: Path,
        shop: Shop,
        target: StarRocks,
        database: str = "ods",
        mysql_port: int | None = None,
        **variables: Any,
    ) -> None:
        self.shop = shop
        self.target = target
        self.database = database
        target.fresh_database(database)
        earlier = target.transactions() if isinstance(target, StandIn) else []
        self._after = str(max((int(txn["txn_id"]) for txn in earlier), default=0))
        settings: dict[str, Any] = {
            "mysql_port": mysql_port or shop.server.port,
            "mysql_user": USER,
            "mysql_password": PASSWORD,
            "tables": json.dumps(shop.tables),
            "nodes": json.dumps(target.nodes),
            "starrocks_sql": target.sql,
            "starrocks_user": target.user,
            "starrocks_password": target.password,
            "database": database,
        }
        # Every checkpoint stays, so that each target transaction can be traced to one.
        super().__init__(folder, JOB, {**settings, **variables}, ["--max-retained=1000000"])

    @property
    def pairs(self) -> list[verify.Pair]:
        return verify.pairs(
            self.shop.tables, self.database, lambda name: f"ods_shop_{name}".lower()
        )

    def compare(self) -> verify.Differences:
        return verify.compare(self.shop.server, self.target, self.pairs)

    def wait_until_equal(self, seconds: float = 60) -> verify.Differences:
        """The writer must rest."""
        return verify.wait_until_equal(
            self.shop.server, self.target, self.pairs, seconds, self.check_alive
        )

    def transactions(self) -> list[dict[str, Any]]:
        """What the target did for this job; empty for a real cluster, which shows no history."""
        if isinstance(self.target, StandIn):
            return self.target.transactions(db=self.database, after=self._after)
        return []

    def problems(self, stopped: bool) -> list[str]:
        """What is wrong with the target's transactions; see transactions.problems_of."""
        return transactions.problems_of(
            self.transactions(), self.database, self.durable(), stopped=stopped
        )
