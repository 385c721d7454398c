# SPDX-License-Identifier: Apache-2.0
"""Column changes run as jobs: PENDING, WAITING_TXN, RUNNING, FINISHED or CANCELLED."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .schema import Schema, SqlError
from .storage import Table

if TYPE_CHECKING:
    from .cluster import Cluster

KEEP_SECONDS = 7 * 86400


@dataclass
class AlterJob:
    id: int
    db: str
    table: Table
    schema: Schema
    created: float
    watershed: int
    state: str = "PENDING"
    message: str = ""
    finished: float | None = None

    @property
    def ended(self) -> bool:
        return self.state in ("FINISHED", "CANCELLED")


class AlterJobs:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.jobs: list[AlterJob] = []

    def start(self, db: str, table: Table, schema: Schema) -> AlterJob:
        """Returns at once. A table has one job at a time."""
        self.check_idle(table)
        cluster = self.cluster
        job = AlterJob(
            cluster.catalog.next_id(),
            db,
            table,
            schema,
            cluster.now(),
            cluster.transactions.take_id(),
        )
        table.state = "SCHEMA_CHANGE"
        oldest = cluster.now() - KEEP_SECONDS
        self.jobs = [j for j in self.jobs if not j.ended or (j.finished or 0) > oldest]
        self.jobs.append(job)
        asyncio.get_running_loop().call_soon(self.advance)
        return job

    def check_idle(self, table: Table) -> None:
        if table.state != "NORMAL":
            raise SqlError(
                f"Table[{table.name}]'s state({table.state}) is not NORMAL. "
                "Do not allow doing ALTER ops"
            )

    def advance(self) -> None:
        """Called whenever a transaction ends: lets waiting jobs run."""
        for job in self.jobs:
            if job.state in ("PENDING", "WAITING_TXN"):
                if self._older_open(job):
                    job.state = "WAITING_TXN"
                else:
                    job.state = "RUNNING"
                    asyncio.get_running_loop().call_later(self._seconds(job), self._finish, job)

    def _seconds(self, job: AlterJob) -> float:
        """Columns come and go by the definition alone; a change of one rewrites its rows."""
        before = {column.uid: column.type for column in job.table.schema.columns}
        rewrites = any(before.get(c.uid, c.type) != c.type for c in job.schema.columns)
        settings = self.cluster.settings
        return (settings.alter_ms if rewrites else settings.fast_alter_ms) / 1000

    def _older_open(self, job: AlterJob) -> bool:
        return any(
            txn.id < job.watershed and job.table in txn.tables
            for book in self.cluster.transactions.books.values()
            for txn in book.open.values()
        )

    def _finish(self, job: AlterJob) -> None:
        if job.ended:
            return
        job.state = "FINISHED"
        job.finished = self.cluster.now()
        if not job.table.dropped:
            job.table.change_schema(job.schema)
            job.table.state = "NORMAL"
            self.cluster.catalog.version += 1

    def cancel(self, table: Table) -> None:
        for job in self.jobs:
            if job.table is table and not job.ended:
                job.state, job.message = "CANCELLED", "user cancelled"
                job.finished = self.cluster.now()
                table.state = "NORMAL"
                return
        raise SqlError(f"Table[{table.name}] is not under SCHEMA_CHANGE.")
