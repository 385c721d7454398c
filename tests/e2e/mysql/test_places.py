# SPDX-License-Identifier: Apache-2.0
"""Where reading begins and where it ends."""

from __future__ import annotations

import time

import pytest

from harness.mysql_flavours import FLAVOURS, MARIADB

GOODS = "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))"


@pytest.fixture(scope="module", params=FLAVOURS, ids=str)
def each(make_server, request):
    server = make_server(request.param)
    yield server
    server.stop()


@pytest.fixture
def server(each):
    """A log of one file, in which the table is made."""
    each.fresh_database("shop")
    each.execute("RESET MASTER", GOODS)
    return each


def insert(server, *ids):
    for number in ids:
        server.execute(f"INSERT INTO shop.goods VALUES ({number}, 'n{number}')")


def here(server):
    file, offset, *_ = server.query("SHOW MASTER STATUS")[0]
    return str(file), int(offset)


def read(job, server, **options):
    """Ids that a job reads that ends by itself."""
    run = job(server, ["shop.goods"], **options)
    run.start()
    assert run.process.wait(60) == 0, run.text()
    return [text.partition(",")[0] for _, text in run.rows()]


def at(file, offset):
    return {
        "startup__mode": "specific",
        "startup__specific-offset__file": f'"{file}"',
        "startup__specific-offset__pos": str(offset),
    }


LATEST = {"stop__mode": "latest"}


def test_earliest_to_latest(server, job):
    insert(server, 1, 2)
    server.execute("ALTER TABLE shop.goods COMMENT 'x'")
    server.rotate_logs()
    insert(server, 3)
    assert read(job, server, startup__mode="earliest", **LATEST) == ["1", "2", "3"]


def test_latest_to_latest_is_nothing(server, job):
    insert(server, 1)
    assert read(job, server, startup__mode="latest", **LATEST) == []


def test_a_snapshot_to_latest_ends_with_it(server, job):
    insert(server, 1, 2)
    assert sorted(read(job, server, **LATEST)) == ["1", "2"]


def test_from_an_offset_to_an_offset(server, job):
    insert(server, 1)
    file, begin = here(server)
    insert(server, 2)
    server.rotate_logs()
    insert(server, 3)
    last, end = here(server)
    insert(server, 4)
    stop = {
        "stop__mode": "specific",
        "stop__specific-offset__file": f'"{last}"',
        "stop__specific-offset__pos": str(end),
    }
    assert read(job, server, **at(file, begin), **stop) == ["2", "3"]
    assert read(job, server, **at(file, 4), **stop) == ["1", "2", "3"]
    # Within the transaction of 3, which began before.
    stop["stop__specific-offset__pos"] = str(end - 5)
    assert read(job, server, **at(file, begin), **stop) == ["2", "3"]


def test_offsets_that_are_none(server, job):
    insert(server, 1)
    file, begin = here(server)
    insert(server, 2)
    events = [row for row in server.query(f"SHOW BINLOG EVENTS IN '{file}'") if row[1] >= begin]
    inside = next(row[4] for row in events if row[2] == "Table_map")

    def refused(**options):
        return job(server, ["shop.goods"], **options).fails()

    text = refused(**at(file, begin + 1))
    assert f"lies within an event of {file}:{begin}" in text
    text = refused(**at(file, inside))
    assert f"lies within the transaction that begins at {file}:{begin}; begin there" in text
    assert f"{file} ends at" in refused(**at(file, 10_000_000))
    assert "no log file binlog.999999" in refused(**at("binlog.999999", 4))
    newest = server.purge_logs()
    text = refused(**at(file, begin))
    assert f"the server has purged {file}; the oldest place is {newest}:4" in text


def test_behind_transactions(server, job):
    insert(server, 1, 2)
    mariadb = server.flavour is MARIADB
    name = "gtid_binlog_pos" if mariadb else "gtid_executed"
    passed = str(server.query(f"SELECT @@global.{name}")[0][0])
    insert(server, 3)

    def behind(gtids):
        options = {"startup__mode": "specific", "startup__specific-offset__gtids": f'"{gtids}"'}
        return {**options, **LATEST}

    assert read(job, server, **behind(passed)) == ["3"]
    text = job(server, ["shop.goods"], **behind(passed[:-1] + "999")).fails()
    assert "holds transactions that the server does not know" in text
    server.purge_logs()
    text = job(server, ["shop.goods"], **behind(passed)).fails()
    assert "were purged from the server's log" in text


def test_from_a_time_to_a_time(server, job):
    def millis():
        return int(server.query("SELECT UNIX_TIMESTAMP(NOW(6)) * 1000")[0][0])

    def next_second():
        begun = millis() // 1000
        while millis() // 1000 == begun:
            time.sleep(0.02)

    insert(server, 1)
    server.rotate_logs()
    next_second()
    insert(server, 2)
    next_second()
    since = millis() // 1000 * 1000
    insert(server, 3)
    server.rotate_logs()
    insert(server, 4)
    next_second()
    until = millis() // 1000 * 1000
    start = {"startup__mode": "timestamp", "startup__timestamp": str(since)}
    stop = {"stop__mode": "timestamp", "stop__timestamp": str(until)}
    # The log is idle: the clock and the server's heartbeat end the job.
    assert read(job, server, **start, **stop) == ["3", "4"]
    insert(server, 5)
    assert read(job, server, **start, **stop) == ["3", "4"]
    assert read(job, server, **start, **LATEST) == ["3", "4", "5"]
    text = job(server, ["shop.goods"], **{**start, "startup__timestamp": "99999999999999"}).fails()
    assert "lies ahead" in text
    server.purge_logs()
    text = job(server, ["shop.goods"], **start, **LATEST).fails()
    assert "has purged its log of that time" in text


def test_a_table_that_was_another_stops_the_job(server, job):
    insert(server, 1)
    server.execute("ALTER TABLE shop.goods ADD COLUMN more INT")
    server.execute("INSERT INTO shop.goods VALUES (2, 'b', 5)")
    file, _ = here(server)
    text = job(server, ["shop.goods"], startup__mode="earliest").fails()
    assert "begin behind the statement that changed this one" in text
    assert f"reading the log at {file}" in text
    # Without rows before it the new definition fits.
    server.execute("RESET MASTER", "DROP TABLE shop.goods", "RESET MASTER", GOODS)
    server.execute("ALTER TABLE shop.goods ADD COLUMN more INT")
    server.execute("INSERT INTO shop.goods VALUES (2, 'b', 5)")
    assert read(job, server, startup__mode="earliest", **LATEST) == ["2"]


def test_a_job_goes_on_in_the_past_after_a_stop(server, job):
    insert(server, 1, 2)
    run = job(server, ["shop.goods"], startup__mode="earliest")
    run.start()
    run.wait_rows(2)
    run.stop()
    insert(server, 3)
    run.start()
    assert [text for _, text in run.wait_rows(3)] == ["1, n1", "2, n2", "3, n3"]
    run.stop()
