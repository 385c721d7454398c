# SPDX-License-Identifier: Apache-2.0
"""Every type at its edges: a row from the snapshot and the same row from the log print the same."""

from __future__ import annotations

import pytest

COLUMNS = {
    "t1": ("TINYINT", ["-128", "127", "0", "NULL"]),
    "t1u": ("TINYINT UNSIGNED", ["0", "255", "128", "NULL"]),
    "flag": ("TINYINT(1)", ["0", "1", "-1", "NULL"]),
    "t2": ("SMALLINT", ["-32768", "32767", "-1", "NULL"]),
    "t2u": ("SMALLINT UNSIGNED", ["0", "65535", "32768", "NULL"]),
    "t3": ("MEDIUMINT", ["-8388608", "8388607", "-1", "NULL"]),
    "t3u": ("MEDIUMINT UNSIGNED", ["0", "16777215", "8388608", "NULL"]),
    "t4": ("INT", ["-2147483648", "2147483647", "-1", "NULL"]),
    "t4u": ("INT UNSIGNED ZEROFILL", ["0", "4294967295", "2147483648", "NULL"]),
    "t8": ("BIGINT", ["-9223372036854775808", "9223372036854775807", "-1", "NULL"]),
    "t8u": ("BIGINT UNSIGNED", ["0", "18446744073709551615", "9223372036854775808", "NULL"]),
    "f4": ("FLOAT", ["-3.40282e38", "1.17549e-38", "16777217", "NULL"]),
    "f72": ("FLOAT(7,2)", ["-99999.99", "0.01", "1.005", "NULL"]),
    "f8": ("DOUBLE", ["-1.7976931348623157e308", "4.9e-324", "0.1", "NULL"]),
    "n1": ("DECIMAL(1,0)", ["-9", "9", "0", "NULL"]),
    "n2": ("DECIMAL(38,10)", ["-9999999999999999999999999999.9999999999", "1e-10", "0", "NULL"]),
    "n3": ("DECIMAL(30,30)", ["-0.999999999999999999999999999999", "1e-30", "0", "NULL"]),
    "n4": ("DECIMAL(10,2) UNSIGNED", ["0", "99999999.99", "0.01", "NULL"]),
    "b1": ("BIT(1)", ["b'0'", "b'1'", "b'1'", "NULL"]),
    "b9": ("BIT(9)", ["b'0'", "b'111111111'", "b'100000000'", "NULL"]),
    "b64": ("BIT(64)", ["0", "~0", "1", "NULL"]),
    "y": ("YEAR", ["1901", "2155", "0", "NULL"]),
    "d": ("DATE", ["'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "NULL"]),
    "h0": ("TIME", ["'-838:59:59'", "'838:59:59'", "'00:00:00'", "NULL"]),
    "h6": ("TIME(6)", ["'-838:59:59.000000'", "'23:59:59.999999'", "'-00:00:00.000001'", "NULL"]),
    "dt0": ("DATETIME", ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'1970-01-01'", "NULL"]),
    "dt3": ("DATETIME(3)", ["'1000-01-01 00:00:00.001'", "'9999-12-31 23:59:59.999'", "0", "NULL"]),
    "dt6": (
        "DATETIME(6)",
        ["'1969-12-31 23:59:59.999999'", "'2038-01-19 03:14:08.5'", "0", "NULL"],
    ),
    "ts0": ("TIMESTAMP NULL", ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "0", "NULL"]),
    "ts6": (
        "TIMESTAMP(6) NULL",
        ["'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.9'", "0", "NULL"],
    ),
    "c": ("CHAR(5)", ["''", "'abcde'", "'a  '", "NULL"]),
    "c0": ("CHAR(0)", ["''", "''", "''", "NULL"]),
    "cl": ("CHAR(255) CHARACTER SET utf8mb4", ["''", "REPEAT('😀', 255)", "'ß'", "NULL"]),
    "v": ("VARCHAR(20)", ["''", "'x  '", "'日本語'", "NULL"]),
    "vl": ("VARCHAR(300)", ["''", "REPEAT('é', 300)", "'x'", "NULL"]),
    "l1": ("VARCHAR(20) CHARACTER SET latin1", ["''", "'€ÿ'", "'é'", "NULL"]),
    "gbk": ("VARCHAR(20) CHARACTER SET gbk", ["''", "'汉字'", "'丂'", "NULL"]),
    "gb18": ("VARCHAR(20) CHARACTER SET gb18030", ["''", "'汉字😀'", "'㐀'", "NULL"]),
    "big5": ("VARCHAR(20) CHARACTER SET big5", ["''", "'漢字'", "'裏'", "NULL"]),
    "sjis": ("VARCHAR(20) CHARACTER SET sjis", ["''", "'日本ｱ'", "'表'", "NULL"]),
    "u16": ("VARCHAR(20) CHARACTER SET utf16", ["''", "'a😀'", "'é'", "NULL"]),
    "u32": ("CHAR(5) CHARACTER SET utf32", ["''", "'a😀'", "'é'", "NULL"]),
    "tt": ("TINYTEXT", ["''", "REPEAT('x', 255)", "'é'", "NULL"]),
    "tx": ("TEXT CHARACTER SET latin1", ["''", "REPEAT('é', 20000)", "'x'", "NULL"]),
    "tm": ("MEDIUMTEXT", ["''", "REPEAT('x', 70000)", "'é'", "NULL"]),
    "tl": ("LONGTEXT", ["''", "REPEAT('y', 70000)", "'é'", "NULL"]),
    "bi": ("BINARY(4)", ["''", "x'ff00'", "x'00000000'", "NULL"]),
    "vb": ("VARBINARY(300)", ["''", "x'00ff'", "x'2000'", "NULL"]),
    "bt": ("TINYBLOB", ["''", "x'00'", "x'80'", "NULL"]),
    "bb": ("BLOB", ["''", "REPEAT(x'fe', 300)", "x'20'", "NULL"]),
    "bl": ("LONGBLOB", ["''", "REPEAT(x'0c', 70000)", "x'20'", "NULL"]),
    "e": ("ENUM('a','it''s','é,')", ["'a'", "'it''s'", "'é,'", "NULL"]),
    "el": ("ENUM('ä','b') CHARACTER SET latin1", ["'ä'", "'b'", "'ä'", "NULL"]),
    "s": ("SET('a','b','é')", ["''", "'a,b,é'", "'é'", "NULL"]),
    "s64": (f"SET({','.join(repr(f'm{i}') for i in range(64))})", ["''", "~0", "'m63'", "NULL"]),
    "j": (
        "JSON",
        [
            "'{}'",
            """'{"a": [1, -1.5, 1e300, true, null, "é\\\\u0001"],"""
            """ "b": {"c": 18446744073709551615}}'""",
            "JSON_OBJECT('d', CAST('2024-02-29' AS DATE),"
            " 't', CAST('-12:00:00.5' AS TIME(6)), 'n', 1.10)",
            "NULL",
        ],
    ),
    "g": (
        "GEOMETRY",
        [
            "ST_GeomFromText('POINT(1 2)')",
            "ST_GeomFromText('LINESTRING(0 0,1 1)')",
            "ST_GeomFromText('POINT(-1 0)')",
            "NULL",
        ],
    ),
    "gen": ("INT GENERATED ALWAYS AS (t1 + 1) VIRTUAL", None),
    "sto": ("VARCHAR(30) GENERATED ALWAYS AS (CONCAT(v, '!')) STORED", None),
    "inv": ("INT INVISIBLE", ["1", "2", "3", "NULL"]),
}
LINES = 4


def create(server, table):
    columns = ", ".join(f"`{name}` {kind}" for name, (kind, _) in COLUMNS.items())
    server.execute(f"CREATE TABLE shop.{table} (id INT PRIMARY KEY, {columns})")


def insert(server, table, first):
    names = [name for name, (_, values) in COLUMNS.items() if values is not None]
    for line in range(LINES):
        values = [COLUMNS[name][1][line] for name in names]
        server.execute(
            f"INSERT INTO shop.{table} (id, {', '.join(f'`{name}`' for name in names)}) "
            f"VALUES ({first + line}, {', '.join(values)})"
        )


def values(rows, first):
    found = {}
    for kind, text in rows:
        number, _, rest = text.partition(", ")
        if first <= int(number) < first + LINES:
            found[int(number) - first] = (kind, rest)
    return [found[line] for line in range(LINES)]


@pytest.fixture(scope="module", params=["ON", "OFF"], ids=["gtids", "no gtids"])
def gtid_server(make_server, request):
    consistency = request.param
    return make_server(gtid_mode=request.param, enforce_gtid_consistency=consistency)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("metadata", ["MINIMAL", "FULL"])
@pytest.mark.parametrize("exactly_once", ["true", "false"])
def test_snapshot_and_log_agree(gtid_server, job, metadata, exactly_once, compressed):
    server = gtid_server
    server.fresh_database("shop")
    server.execute(
        f"SET GLOBAL binlog_row_metadata = {metadata}",
        f"SET GLOBAL binlog_transaction_compression = {'ON' if compressed else 'OFF'}",
    )
    server._forget()  # sessions begin with the global values
    server.execute("SET SESSION sql_mode = ''")
    create(server, "types")
    insert(server, "types", 100)
    run = job(server, ["shop.types"], exactly_once=exactly_once)
    run.start()
    run.wait_rows(LINES)
    insert(server, "types", 200)
    rows = run.wait_rows(2 * LINES)
    run.stop()
    snapshot, log = values(rows, 100), values(rows, 200)
    for before, after in zip(snapshot, log):
        assert after == before
    assert [kind for kind, _ in snapshot] == ["INSERT"] * LINES
    assert len({text for _, text in snapshot}) == LINES
