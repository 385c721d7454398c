# SPDX-License-Identifier: Apache-2.0
"""Targets are healed when the position of a job was lost: only what differs is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.mysql_flavours import MYSQL80
from harness.mysql_server import MysqlServer
from harness.starrocks import StandIn
from harness.table_writer import TableWriter
from harness.waiting import wait_for

ROWS = 2000
LIVE = 10_000_000  # ids of rows that come while the job heals
TABLES = ["goods", "words", "pairs"]
CREATE = [
    "CREATE TABLE shop.goods (id BIGINT PRIMARY KEY, name VARCHAR(40), price DECIMAL(12,3), made "
    "DATETIME(3), weight DOUBLE, share FLOAT, raw VARBINARY(20), flag TINYINT(1), day DATE, "
    "note TEXT, span TIME(2), small SMALLINT UNSIGNED)",
    "CREATE TABLE shop.words (word VARCHAR(30) COLLATE utf8mb4_bin PRIMARY KEY, number INT)",
    "CREATE TABLE shop.pairs (a INT, b DECIMAL(10,2), name VARCHAR(20), PRIMARY KEY (a, b))",
]
# Every statement changes as many rows as it says.
UPDATES = [
    (5, "UPDATE shop.goods SET name = CONCAT(name, '!') WHERE id BETWEEN 10 AND 14"),
    (1, "UPDATE shop.goods SET price = price + 0.001 WHERE id = 20"),
    (1, "UPDATE shop.goods SET made = made + INTERVAL 1000 MICROSECOND WHERE id = 21"),
    (1, "UPDATE shop.goods SET weight = weight * 1.0000001 WHERE id = 22"),
    (1, "UPDATE shop.goods SET raw = X'00FF01' WHERE id = 23"),
    (1, "UPDATE shop.goods SET flag = NOT flag WHERE id = 24"),
    (1, "UPDATE shop.goods SET note = NULL WHERE id = 26"),
    (1, "UPDATE shop.goods SET note = '' WHERE id = 30"),
    (1, "UPDATE shop.goods SET span = '23:59:59.99', day = '9999-12-31' WHERE id = 27"),
    (2, "UPDATE shop.words SET number = -1 WHERE word IN ('Word 7', 'word 8')"),
    (1, "UPDATE shop.pairs SET name = 'other' WHERE a = 3 AND b = 1.50"),
]
DELETES = [
    (100, "DELETE FROM shop.goods WHERE id >= 1900"),
    (3, "DELETE FROM shop.words WHERE word IN ('word 20', 'Word 21', 'word 22')"),
    (2, "DELETE FROM shop.pairs WHERE a IN (4, 5)"),
    # A key that changes is a row that goes and one that comes.
    (1, "UPDATE shop.words SET word = 'moved 30' WHERE word = 'word 30'"),
]
INSERTS = [
    (2, "INSERT INTO shop.words VALUES ('new', 1), ('newer', 2)"),
    (1, "INSERT INTO shop.pairs VALUES (4, 9.75, 'came')"),
]
SUMMARY = re.compile(
    r"the targets are healed: (\d+) rows compared: (\d+) equal, (\d+) rewritten, (\d+) inserted, "
    r"(\d+) deleted"
)


def pairs() -> list[verify.Pair]:
    return verify.pairs([f"shop.{name}" for name in TABLES], "ods", lambda name: f"ods_shop_{name}")


def fill(server: MysqlServer) -> None:
    server.fresh_database("shop")
    server.execute(*CREATE)
    with server.connect("shop") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO goods VALUES (%s, %s, %s, '2024-02-29 12:00:00.120', %s, %s, %s, %s, "
            "'2024-02-29', %s, '12:30:00.50', %s)",
            [
                (
                    *(number, f"row {number} äö\\'\n", f"{number}.{number % 1000:03}"),
                    *(number / 7, number / 16, bytes([number % 256, 0]), number % 2),
                    *(None if number % 5 == 0 else f"note {number}", number),
                )
                for number in range(ROWS)
            ],
        )
        cursor.executemany(
            "INSERT INTO words VALUES (%s, %s)",
            [(f"{'Word' if number % 2 else 'word'} {number}", number) for number in range(500)],
        )
        cursor.executemany(
            "INSERT INTO pairs VALUES (%s, %s, %s)",
            [(number, "1.50", f"pair {number}") for number in range(100)],
        )
        connection.commit()


def change(server: MysqlServer) -> None:
    """What the job misses."""
    for _, statement in UPDATES + DELETES + INSERTS:
        server.execute(statement)


class Writer(TableWriter):
    """Adds, changes and deletes rows of its own."""

    def round(self, cursor: Any, number: int) -> None:
        key = LIVE + number
        cursor.execute("INSERT INTO goods (id, name) VALUES (%s, 'live')", (key,))
        cursor.execute("UPDATE goods SET name = 'again' WHERE id = %s", (key - 3,))
        if number % 2:
            cursor.execute("DELETE FROM goods WHERE id = %s", (key - 7,))


@pytest.fixture
def server(make_server: Any) -> Iterator[MysqlServer]:
    server = make_server(MYSQL80)
    fill(server)
    yield server
    server.stop()


def job_of(server: MysqlServer, target: Any, folder: Path, **given: Any) -> Engine:
    """The shop's job over these tables."""
    target.fresh_database("ods")
    variables = {
        **server.job_variables(),
        "retry_times": 0,
        "tables": json.dumps([f"shop.{name}" for name in TABLES]),
        **target.job_variables("ods"),
        **given,
    }
    return Engine(folder, target.shop_job, variables)


def start(job: Engine, *options: str) -> None:
    # Every checkpoint stays, so that what the target committed can be traced to one.
    job.options = ["--max-retained=1000000", *options]
    job.start()


def fails(job: Engine, *options: str) -> str:
    """A start that ends with an error; what it said."""
    before = len(job.log_text())
    start(job, *options)
    assert job.process.wait(60) not in (0, -6, -11), job.log_text()[before:]
    return job.log_text()[before:]


def copy_and_stop(job: Engine, server: MysqlServer, target: Any) -> None:
    start(job)
    verify.wait_until_equal(server, target, pairs(), 90, job.check_alive)
    assert job.stop() == 0


def wait_healed(job: Engine) -> list[int]:
    """compared, equal, rewritten, inserted, deleted"""

    def told() -> bool:
        job.check_alive()
        return SUMMARY.search(job.log_text()) is not None

    wait_for(told, f"the healed targets\n{job.log}", 120)
    return [int(number) for number in SUMMARY.findall(job.log_text())[-1]]


def loaded(target: Any, mark: str, table: str) -> int:
    """Rows that the stand-in took into a table behind `mark`."""
    book = target.transactions(db="ods", table=f"ods_shop_{table}", after=mark)
    return sum(int(txn["rows"]) for txn in book if txn["state"] == "VISIBLE")


@pytest.mark.parametrize("name", ["starrocks", "mysql_target", "postgres_target"])
@pytest.mark.parametrize("parallelism", [1, 2])
def test_only_what_differs_is_written(
    server: MysqlServer, name: str, parallelism: int, request: Any, tmp_path: Path
) -> None:
    target = request.getfixturevalue(name)
    mark = target.mark()
    job = job_of(server, target, tmp_path, parallelism=parallelism)
    copy_and_stop(job, server, target)
    change(server)
    server.purge_logs()
    assert "--heal" in fails(job)
    assert "--heal" in fails(job)  # and it changed nothing
    before = target.mark()
    writer = Writer(server)
    writer.more(20)
    start(job, "--heal")
    compared, equal, rewritten, inserted, deleted = wait_healed(job)
    writer.more(20)
    writer.stop()
    verify.wait_until_equal(server, target, pairs(), 60, job.check_alive)
    assert rewritten == sum(count for count, _ in UPDATES)
    assert deleted == sum(count for count, _ in DELETES)
    assert inserted >= sum(count for count, _ in INSERTS) + 1
    assert inserted < 500  # rows of the writer may be among them
    assert equal == compared - rewritten - inserted
    if isinstance(target, StandIn):
        # 2 rewritten, 3 inserted, 4 deleted; 1, 1 and 2.
        assert [loaded(target, before, table) for table in ("words", "pairs")] == [9, 4]
    assert job.stop() == 0
    # From now on it is a job like any other.
    server.execute("INSERT INTO shop.goods (id, name) VALUES (-1, 'later')")
    start(job)
    server.execute("DELETE FROM shop.goods WHERE id = 5")
    verify.wait_until_equal(server, target, pairs(), 60, job.check_alive)
    assert job.stop() == 0
    assert len(SUMMARY.findall(job.log_text())) == 1
    assert target.problems("ods", mark, job.durable(), True) == []


STEPS = ["comparing", "snapshot", "sealed", "prepared", "published", "sweeping"]


@pytest.mark.parametrize("name", ["starrocks", "postgres_target"])
def test_a_kill_in_any_step_begins_it_again(
    server: MysqlServer, name: str, request: Any, tmp_path: Path
) -> None:
    target = request.getfixturevalue(name)
    job = job_of(server, target, tmp_path, parallelism=2)
    copy_and_stop(job, server, target)
    change(server)
    server.purge_logs()
    writer = Writer(server)
    writer.more(20)
    for number, phase in enumerate(STEPS):
        job.hold(phase)
        start(job, *(["--heal"] if number == 0 else []))
        job.wait_held(phase)
        job.kill()
        job.release(phase)
        writer.more(5)
    start(job)
    wait_healed(job)
    writer.stop()
    verify.wait_until_equal(server, target, pairs(), 60, job.check_alive)
    assert job.stop() == 0
    assert job.log_text().count("did not come to its end: it begins again") == len(STEPS)
    start(job)
    server.execute("DELETE FROM shop.words WHERE word = 'new'")
    verify.wait_until_equal(server, target, pairs(), 60, job.check_alive)
    assert job.stop() == 0
    assert len(SUMMARY.findall(job.log_text())) == 1


def test_a_server_that_was_replaced(server: MysqlServer, mysql_target: Any, tmp_path: Path) -> None:
    job = job_of(server, mysql_target, tmp_path)
    copy_and_stop(job, server, mysql_target)
    server.stop()
    (server.datadir / "auto.cnf").unlink()  # a copy has an identity of its own
    server.start()
    server.execute("RESET MASTER")
    change(server)
    text = fails(job)
    assert "was replaced" in text
    assert "--heal" in text
    start(job, "--heal")
    _, _, rewritten, _, deleted = wait_healed(job)
    verify.wait_until_equal(server, mysql_target, pairs(), 60, job.check_alive)
    assert (rewritten, deleted) == (
        sum(count for count, _ in UPDATES),
        sum(count for count, _ in DELETES),
    )
    assert job.stop() == 0


def test_what_cannot_be_healed_is_told_and_left_alone(
    server: MysqlServer, postgres_target: Any, tmp_path: Path
) -> None:
    job = job_of(server, postgres_target, tmp_path)
    copy_and_stop(job, server, postgres_target)
    before = sorted(path.name for path in job.state.iterdir())
    latest = Engine(tmp_path, job.job, {**job.variables, "startup_mode": "latest"})
    assert "does not begin with a snapshot" in fails(latest, "--heal")
    postgres_target.execute("ods", "ALTER TABLE ods_shop_words RENAME TO elsewhere")
    assert "ods_shop_words does not exist" in fails(job, "--heal")
    postgres_target.execute("ods", "ALTER TABLE elsewhere ALTER word TYPE char(30)")
    postgres_target.execute("ods", "ALTER TABLE elsewhere RENAME TO ods_shop_words")
    assert "its key column word is character(30)" in fails(job, "--heal")
    assert sorted(path.name for path in job.state.iterdir()) == before
    # The job goes on where it was.
    postgres_target.execute("ods", "ALTER TABLE ods_shop_words ALTER word TYPE varchar(120)")
    server.execute("DELETE FROM shop.goods WHERE id = 5")
    start(job)
    verify.wait_until_equal(server, postgres_target, pairs(), 60, job.check_alive)
    assert job.stop() == 0
