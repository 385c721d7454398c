# SPDX-License-Identifier: Apache-2.0
"""A job of made-up rows into tables that would show a row that came twice."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from harness.engine import Engine
from harness.starrocks import StandIn
from harness.transactions import problems_of

JOB = Path(__file__).parent / "fake.conf"
TABLES = ("a", "b", "c")
_numbers = itertools.count(1)


class FakeJob(Engine):
    """Runs the job file into a database of its own."""

    def __init__(self, folder: Path, target: StandIn, **variables: Any) -> None:
        self.target = target
        self.database = str(variables.pop("target_database", f"made{next(_numbers)}"))
        self.rows = int(variables.get("rows", 1000))
        settings = {
            "nodes": json.dumps(target.nodes),
            "starrocks_sql": target.sql,
            "target_database": self.database,
        }
        super().__init__(folder, JOB, {**settings, **variables}, ["--max-retained=1000000"])

    def contents(self, table: str) -> list[tuple[Any, ...]]:
        return sorted(self.target.query(f"SELECT * FROM `{self.database}`.`{table}`"))

    def run(self, seconds: float = 60) -> int:
        self.start()
        return self.process.wait(seconds)

    def check_finished(self, clean: dict[str, list[tuple[Any, ...]]]) -> None:
        """It ended well, the rows are those of a run without faults, and nothing is left open."""
        assert self.process.wait(60) == 0, self.log_tail()
        self.check_contents(clean)
        assert self.problems() == []

    def check_contents(self, clean: dict[str, list[tuple[Any, ...]]]) -> None:
        for table in TABLES:
            assert self.contents(table) == clean[table], f"table {table}\n{self.log_tail()}"

    def problems(self) -> list[str]:
        book = self.target.transactions(db=self.database)
        return problems_of(book, self.database, self.durable(), stopped=True)


MakeJob = Callable[..., FakeJob]


@pytest.fixture
def make_job(standin: StandIn, tmp_path: Path) -> Iterator[MakeJob]:
    made: list[FakeJob] = []

    def make(**variables: Any) -> FakeJob:
        made.append(FakeJob(tmp_path / str(len(made)), standin, **variables))
        return made[-1]

    yield make
    for job in made:
        job.end()


@pytest.fixture(scope="module")
def clean(
    starrocks: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Any, ...]]]:
    """What the job writes when nothing fails; checked apart from the engine by its keys."""
    job = FakeJob(tmp_path_factory.mktemp("clean"), starrocks, rows_per_second=1000000)
    assert job.run() == 0, job.log_tail()
    found = {table: job.contents(table) for table in TABLES}
    for table in TABLES:
        assert [row[0] for row in found[table]] == list(range(1, job.rows + 1))
    return found
