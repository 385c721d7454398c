# SPDX-License-Identifier: Apache-2.0
"""The shop copied to a target: the job, its variables, and the comparison of both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import verify
from .engine import Engine
from .shop import Shop
from .starrocks import StandIn
from .target import Target


class ShopJob(Engine):
    """One engine that copies `shop` into `database` of `target`."""

    def __init__(
        self,
        folder: Path,
        shop: Shop,
        target: Target,
        database: str = "ods",
        **variables: Any,
    ) -> None:
        self.shop = shop
        self.target = target
        self.database = database
        target.fresh_database(database)
        self._after = target.mark()
        settings: dict[str, Any] = {
            **shop.server.job_variables(),
            "tables": json.dumps(shop.tables),
            **target.job_variables(database),
        }
        # Every checkpoint stays, so that each target transaction can be traced to one.
        super().__init__(
            folder, target.shop_job, {**settings, **variables}, ["--max-retained=1000000"]
        )

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
        """What the stand-in did for this job."""
        assert isinstance(self.target, StandIn), "only the stand-in shows its history"
        return self.target.transactions(db=self.database, after=self._after)

    def problems(self, stopped: bool, traced: bool = True) -> list[str]:
        """What is wrong with what the target committed. `traced`: every checkpoint was kept, and
        each transaction must be of one."""
        durable = self.durable() if traced else None
        return self.target.problems(self.database, self._after, durable, stopped)

    def committed(self) -> int:
        return self.target.committed(self.database, self._after)
