# SPDX-License-Identifier: Apache-2.0
"""Every type and character set on every server: a row shows the same from the snapshot and from the
log, and what was written."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from harness.mysql_columns import COLUMNS
from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80



# Server, what it is told, variables for the data.
CASES = {
    "8.0": (MYSQL80, {}, {"binlog_row_metadata": "MINIMAL"}),
    "8.0 full": (MYSQL80, {}, {"binlog_row_metadata": "FULL"}),
    "8.0 compressed": (MYSQL80, {}, {"binlog_transaction_compression": "ON"}),
    "8.0 no gtids": (MYSQL80, {"gtid_mode": "OFF", "enforce_gtid_consistency": "OFF"}, {}),
    "5.6": (MYSQL56, {}, {}),
    "5.6 v1 rows": (MYSQL56, {"log_bin_use_v1_row_events": "ON"}, {}),
    "MariaDB": (MARIADB, {}, {"binlog_row_metadata": "NO_LOG"}),
    "MariaDB full": (
        MARIADB,
        {"log_bin_compress": "ON", "log_bin_compress_min_len": "10"},
        {"binlog_row_metadata": "FULL"},
    ),
    "MariaDB old times": (MARIADB, {"mysql56_temporal_format": "OFF"}, {}),
}
ZONES = {"UTC": 0, "+08:00": 8 * 60, "-03:30": -210}
MODES = {"snapshot": "initial", "log": "earliest"}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES.keys())
def server(make_server, request):
    flavour, options, variables = request.param
    server = make_server(flavour, **options)
    for name, value in variables.items():
        server.execute(f"SET GLOBAL {name} = {value}")
    server._forget()  # sessions begin with the global values
    server.fresh_database("shop")
    server.execute("RESET MASTER", "SET SESSION sql_mode = ''")
    yield server
    server.stop()


def read(job, server, pattern, mode, zone="UTC"):
    """What a job shows of each row: table and id to value."""
    run = job(
        server,
        [],
        table___pattern=f'"{pattern}"',
        startup__mode=MODES[mode],
        stop__mode="latest",
        server___time___zone=f'"{zone}"',
    )
    run.start()
    assert run.process.wait(120) == 0, run.text()
    shown: dict[str, dict[int, str]] = defaultdict(dict)
    for table, values in run.all_rows():
        number, _, value = values.partition(", ")
        shown[table][int(number)] = value
    return shown


def old_times(server, type):
    """Of MariaDB's own format of times with fractions only the server knows how long they are."""
    old = "mysql56_temporal_format" in server.options
    return old and re.match(r"(TIME|DATET).*\([1-6]\)", type)


@pytest.fixture(scope="module")
def columns(server):
    chosen = {
        name: column
        for name, column in COLUMNS.items()
        if server.flavour in column.servers and not old_times(server, column.type)
    }
    for name, column in chosen.items():
        nullable = "NOT NULL" not in column.type
        values = [sql for sql, _ in column.values] + ["NULL"] * nullable
        server.execute(
            f"CREATE TABLE shop.c_{name} (id INT PRIMARY KEY, v {column.type})",
            f"INSERT INTO shop.c_{name} (id, v) VALUES "
            + ", ".join(f"({number}, {value})" for number, value in enumerate(values)),
        )
    return chosen


def expected(column, sql, shown, minutes):
    if column.type.startswith("TIMESTAMP") and shown != "null" and sql != "0":
        moved = datetime.fromisoformat(shown) + timedelta(minutes=minutes)
        text = moved.isoformat(" ", "microseconds")
        return text[: len(shown)]
    return shown


@pytest.mark.parametrize("zone", ZONES)
def test_types(server, columns, job, zone):
    snapshot = read(job, server, r"shop\\.c_.*", "snapshot", zone)
    log = read(job, server, r"shop\\.c_.*", "log", zone)
    assert {name.partition(".c_")[2] for name in snapshot} == set(columns)
    assert log == snapshot
    for name, column in columns.items():
        rows = snapshot[f"shop.c_{name}"]
        for number, (sql, shown) in enumerate(column.values):
            if sql == shown and not re.fullmatch(r"[-+.e\d]+", sql):
                # Bytes: as the server says.
                [[shown]] = server.query(f"SELECT HEX(v) FROM shop.c_{name} WHERE id = {number}")
                shown = shown[8:] if "ST_" in sql else shown
                assert rows[number].lower() == shown.lower(), (name, sql)
            else:
                assert rows[number] == expected(column, sql, shown, ZONES[zone]), (name, sql)
        if "NOT NULL" not in column.type:
            assert rows[len(column.values)] == "null", name


BLOCK = 256


@pytest.fixture(scope="module")
def charsets(server):
    """A table for each character set, of all characters there are. The set has '?' for others."""
    blocks = []
    for first in [*range(0xA0, 0xFFFF, BLOCK), 0x1F600, 0x20000, 0x2A600]:
        points = (p for p in range(first, first + BLOCK) if not 0xD800 <= p < 0xE000)
        blocks.append((first, "".join(map(chr, points))))
    blocks.append((1, "".join(map(chr, range(0x20, 0x7F)))))
    server.execute("CREATE TABLE shop.all_characters (id INT PRIMARY KEY, v TEXT) CHARSET utf8mb4")
    with server.connect() as session, session.cursor() as cursor:
        cursor.executemany("INSERT INTO shop.all_characters VALUES (%s, %s)", blocks)
    names = [row[0] for row in server.query("SHOW CHARACTER SET") if row[0] != "binary"]
    for name in names:
        server.execute(
            f"CREATE TABLE shop.set_{name} (id INT PRIMARY KEY, v MEDIUMTEXT) CHARSET {name}",
            f"INSERT IGNORE INTO shop.set_{name} SELECT id, v FROM shop.all_characters",
        )
        length = [row[3] for row in server.query(f"SHOW CHARACTER SET LIKE '{name}'")][0]
        if int(length) == 1:
            # Every byte, characters or not.
            every = "".join(f"{byte:02x}" for byte in range(0x80, 0x100))
            server.execute(f"INSERT INTO shop.set_{name} VALUES (0, _{name} x'{every}')")
    return names


def test_character_sets(server, charsets, job):
    snapshot = read(job, server, r"shop\\.set_.*", "snapshot")
    log = read(job, server, r"shop\\.set_.*", "log")
    assert {name.partition(".set_")[2] for name in snapshot} == set(charsets)
    for name in charsets:
        table = f"shop.set_{name}"
        # What the console shows is cut at the ends of lines, which a set may make of a character.
        written = {
            number: value.partition("\n")[0]
            for number, value in server.query(f"SELECT id, v FROM {table}")
        }
        assert snapshot[table] == written, name
        assert log[table] == written, name
