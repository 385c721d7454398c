# SPDX-License-Identifier: Apache-2.0
"""What a test must know of a target: how jobs reach it, and what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from .values import Column, Normal

JOBS = Path(__file__).resolve().parents[1] / "e2e" / "jobs"
Row = tuple[Any, ...]
Durable = set[tuple[int, int]]  # (checkpoint, run) of published checkpoints


class Target(Protocol):
    """A server that jobs write to. Tables are named database.table."""

    @property
    def shop_job(self) -> Path:
        """The job that copies the shop into it."""

    def job_variables(self, database: str) -> dict[str, Any]:
        """What that job needs to find it."""

    def fresh_database(self, name: str) -> None:
        """Empty, whatever was there."""

    # Contents, read by a client that shares no code with the engine.

    def reader(self) -> Any:
        """A connection of its own; the caller closes it."""

    def columns(self, reader: Any, table: str) -> list[Column]:
        """Empty: there is no such table, yet."""

    def rows(self, reader: Any, table: str, columns: list[Column]) -> list[Row]:
        """Values as the server sends them."""

    def normal(self, column: Column, source: Column) -> Normal:
        """How a value of `column`, which holds the one of `source`, is to look."""

    # The book of what was committed.

    def mark(self) -> str:
        """A place in the book, for the following two."""

    def problems(
        self, database: str, after: str, durable: Durable | None, stopped: bool
    ) -> list[str]:
        """What is wrong with it; see transactions.problems_of."""

    def committed(self, database: str, after: str) -> int:
        """Transactions of jobs."""

    def stop(self) -> None:
        """Ends it."""
