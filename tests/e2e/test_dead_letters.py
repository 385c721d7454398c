# SPDX-License-Identifier: Apache-2.0
"""Rows that their target must refuse: named, or set aside with their checkpoint and put back."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness.engine import Engine, executable
from harness.mysql_server import MysqlServer
from harness.processes import Process
from harness.starrocks import StandIn
from harness.waiting import wait_for

JOB = Path(__file__).parent / "jobs" / "dead_letters.conf"
LONG = "twenty-one characters"


@pytest.fixture
def variables(mysql: MysqlServer, standin: StandIn) -> dict[str, Any]:
    """Tables with rows that do not fit, and the targets that they do not fit into."""
    mysql.execute(
        "DROP DATABASE IF EXISTS shop",
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        "CREATE TABLE shop.items (id BIGINT PRIMARY KEY, name VARCHAR(100), qty BIGINT)",
        "CREATE TABLE shop.notes (id BIGINT PRIMARY KEY, note VARCHAR(100))",
        *(f"INSERT INTO shop.items VALUES ({i}, 'item {i}', {i})" for i in range(1, 60)),
        f"INSERT INTO shop.items VALUES (60, '{LONG}', 60), (61, 'x', 3000000000)",
        "INSERT INTO shop.notes VALUES (1, 'fits'), (2, NULL)",
    )
    standin.fresh_database("letters")
    for sql in (
        "CREATE TABLE letters.ods_items (id BIGINT NOT NULL, name VARCHAR(20), qty INT) "
        "PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1",
        "CREATE TABLE letters.ods_notes (id BIGINT NOT NULL, note VARCHAR(20) NOT NULL) "
        "PRIMARY KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1",
    ):
        standin.query(sql)
    return {
        **mysql.job_variables(),
        "nodes": json.dumps(standin.nodes),
        "starrocks_sql": standin.sql,
    }


@pytest.fixture
def job(variables: dict[str, Any], tmp_path: Path) -> Iterator[Engine]:
    job = Engine(tmp_path, JOB, variables, ["--max-retained=1000000"])
    yield job
    job.end()


def letters(job: Engine) -> list[dict[str, Any]]:
    """Those that are visible, without the lines about tables."""
    found = []
    for path in sorted((job.state / "dead-letters").glob("*.jsonl")):
        table = ""
        for line in path.read_text("utf-8").splitlines():
            letter = json.loads(line)
            table = letter.get("table", table)
            if "row" in letter:
                found.append({"table": table, **letter})
    return found


def told(job: Engine) -> list[tuple[Any, ...]]:
    words = ("table", "kind", "key", "column", "reason")
    return sorted(tuple(letter[word] for word in words) for letter in letters(job))


def in_target(standin: StandIn, table: str) -> list[tuple[Any, ...]]:
    return sorted(standin.query(f"SELECT * FROM letters.ods_{table}"))


def in_source(mysql: MysqlServer, table: str) -> list[tuple[Any, ...]]:
    return sorted(mysql.query(f"SELECT * FROM shop.{table}"))


TOO_LONG = "21 bytes, where the target takes 20"
FIRST = [
    ("shop.ods_items", "+I", "id = 60", "name", TOO_LONG),
    (
        *("shop.ods_items", "+I", "id = 61", "qty"),
        "3000000000, where the target takes -2147483648 to 2147483647",
    ),
    ("shop.ods_notes", "+I", "id = 2", "note", "null, which the target does not take"),
]


def test_bad_rows_are_set_aside_over_kills_and_put_back(
    job: Engine, mysql: MysqlServer, standin: StandIn
) -> None:
    for phase in ("snapshot", "sealed", "prepared", "published"):
        job.hold(phase)
        job.start()
        job.wait_held(phase)
        job.kill()
        job.release(phase)
    job.start()
    wait_for(lambda: told(job) == FIRST, "the letters of the snapshot", 60)
    mysql.execute(
        f"UPDATE shop.items SET name = '{LONG}' WHERE id = 7",  # the row before it stays
        "UPDATE shop.items SET qty = 8000 WHERE id = 8",
        "DELETE FROM shop.items WHERE id = 60",  # which never was in the target
        f"INSERT INTO shop.items VALUES (70, '{LONG}', 70)",
        "DELETE FROM shop.items WHERE id = 70",
        "INSERT INTO shop.notes VALUES (3, 'the last')",
    )
    job.hold("prepared")
    job.wait_held("prepared")
    job.kill()
    job.release("prepared")
    job.start()
    late = [
        ("shop.ods_items", "+I", "id = 70", "name", TOO_LONG),
        ("shop.ods_items", "+U", "id = 7", "name", TOO_LONG),
    ]
    wait_for(lambda: (3, "the last") in in_target(standin, "notes"), "the last row", 60)
    wait_for(lambda: told(job) == sorted(FIRST + late), "the letters of the log", 60)
    assert job.stop() == 0

    others = [row for row in in_source(mysql, "items") if row[0] not in (7, 61)]
    assert in_target(standin, "items") == sorted([*others, (7, "item 7", 7)])
    assert in_target(standin, "notes") == [(1, "fits"), (3, "the last")]
    assert not list((job.state / "dead-letters" / ".uncommitted").glob("T_*"))
    by_key = {(letter["table"], letter["key"]): letter for letter in letters(job)}
    update = by_key["shop.ods_items", "id = 7"]
    assert update["row"] == {"id": 7, "name": LONG, "qty": 7}
    assert update["place"].startswith("binlog.") and update["committed"].startswith("20")
    assert by_key["shop.ods_items", "id = 60"]["place"] == "snapshot"

    put_back(job, mysql, standin)


def put_back(job: Engine, mysql: MysqlServer, standin: StandIn) -> None:
    """Mends the rows that are still in the source; what is not mended is named and stays."""
    files = sorted((job.state / "dead-letters").glob("*.jsonl"))
    refused = replay(job, files)
    assert refused.returncode == 1 and "set bad_rows" in refused.stderr, refused.stderr
    for path in files:
        kept = []
        for line in path.read_text("utf-8").splitlines():
            if '"id":60' in line or '"id":70' in line:
                continue
            for bad, good in ((f'"{LONG}"', '"short"'), ("3000000000", "3"), ("null", '"none"')):
                line = line.replace(f":{bad}", f":{good}")
            kept.append(line)
        path.write_text("\n".join(kept) + "\n", "utf-8")
    stop_in_the_midst(job, standin, files)
    # The rows are in the target, and one file cannot be given its last name: not a second time.
    in_the_way = files[-1].with_name(files[-1].name + ".replayed")
    in_the_way.mkdir()
    done = replay(job, files)
    assert done.returncode == 1 and "renaming what was put back" in done.stderr, done.stderr
    assert [path.exists() for path in files] == [False] * (len(files) - 1) + [True]
    in_the_way.rmdir()
    done = replay(job, files)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "these letters were put back before\n"
    assert not any(path.exists() for path in files), "a file that was replayed has another name"
    # Nor together with others: they would come over rows that are newer by now.
    other = files[0].with_name("other.jsonl")
    other.write_bytes(2 * in_the_way.read_bytes())
    done = replay(job, [files[0], other])
    assert done.returncode == 1 and "name only files that were not" in done.stderr, done.stderr
    assert other.exists()
    mended = {7: (7, "short", 7), 61: (61, "x", 3)}
    assert in_target(standin, "items") == [
        mended.get(row[0], row) for row in in_source(mysql, "items")
    ]
    assert in_target(standin, "notes") == [(1, "fits"), (2, "none"), (3, "the last")]


def stop_in_the_midst(job: Engine, standin: StandIn, files: list[Path]) -> None:
    """Not all rows are put back then: exit code 0 would say so."""
    slow = job.folder / "slow.conf"
    # The first rows overdraw this by as many seconds as they have bytes, then the next ones do.
    text = JOB.read_text("utf-8").replace("env {", "env {\n  read_limit.bytes_per_second = 1\n", 1)
    slow.write_text(text, "utf-8")
    process = Process(replaying(job, files, slow), job.folder / "slow.log", cwd=job.folder)

    def mended() -> list[bool]:
        process.check_alive()
        items, notes = in_target(standin, "items"), in_target(standin, "notes")
        return [(61, "x", 3) in items, (2, "none") in notes, (7, "short", 7) in items]

    wait_for(lambda: any(mended()), "the first rows that are put back", 60)
    assert process.end(signal.SIGTERM) == 1, process.log_text()
    assert "the same command goes on" in process.log_text()
    assert all(path.exists() for path in files)


def replaying(job: Engine, files: list[Path], job_file: Path = JOB) -> list[str]:
    # DROP_DATA must not empty the target now.
    settings = {**job.variables, "data_save_mode": "DROP_DATA"}
    command = [str(executable()), "replay", str(job_file)]
    command += [f"-i{name}={value}" for name, value in settings.items()]
    return [*command, *(str(path) for path in files)]


def replay(job: Engine, files: list[Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        replaying(job, files),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=job.folder,
    )


def test_a_bad_row_ends_the_job_by_name_unless_told_otherwise(
    job: Engine, standin: StandIn
) -> None:
    job.variables["bad_rows"] = "FAIL"
    job.start()
    assert job.process.wait(60) == 1
    assert any(
        f"table {table}, {key}, column {column}: {reason}" in job.log_text()
        for table, _, key, column, reason in FIRST
    ), job.log_text()
    assert "bad_rows = DEAD_LETTER" in job.log_text()
    assert not (job.state / "dead-letters").exists()
