# SPDX-License-Identifier: Apache-2.0
"""Every column type at its edges: what is written and what a job shows, under UTC."""

from __future__ import annotations

from dataclasses import dataclass

from .mysql_flavours import MARIADB, MYSQL56, MYSQL80, Flavour


@dataclass(frozen=True)
class Column:
    """`values`: an SQL expression and what is shown, each a row of its own; NULL follows."""

    type: str
    values: tuple[tuple[str, str], ...]
    servers: tuple[Flavour, ...] = (MYSQL80, MYSQL56, MARIADB)


def column(type: str, *values: str, servers: tuple[Flavour, ...] | None = None) -> Column:
    """Values are "sql -> shown", or what is written and shown alike."""
    pairs = []
    for value in values:
        sql, arrow, shown = value.partition(" -> ")
        pairs.append((sql, shown if arrow else sql))
    return Column(type, tuple(pairs), servers or Column.servers)


def plain(kind: str, *texts: str) -> Column:
    return column(kind, *(f"'{text}' -> {text}" for text in texts))


NEWER = (MYSQL80,)
JSONS = (MYSQL80, MARIADB)
OTHERS = (MARIADB,)
LINE = "YWFh" * 19  # as long as the server's lines of digits are
M64 = [f"m{i}" for i in range(64)]

COLUMNS = {
    "inet4": column("INET4", "'0.0.0.0' -> 0.0.0.0", "'192.0.2.0' -> 192.0.2.0", servers=OTHERS),
    "inet6": column(
        "INET6",
        "'::' -> ::",
        "'::1' -> ::1",
        "'2001:db8::ff00:42:8329' -> 2001:db8::ff00:42:8329",
        "'1:0:0:2:0:0:0:3' -> 1:0:0:2::3",
        "'1:0:2:3:4:5:6:7' -> 1::2:3:4:5:6:7",
        "'::ffff:192.0.2.1' -> ::ffff:192.0.2.1",
        "'::192.0.2.1' -> ::192.0.2.1",
        "'fe80::' -> fe80::",
        servers=OTHERS,
    ),
    "uuid": column(
        "UUID",
        *(
            f"'{text}' -> {text}"
            for text in (
                "00000000-0000-0000-0000-000000000000",
                "123e4567-e89b-12d3-a456-426655440000",
                "123e4567-e89b-42d3-8456-426655440012",
                "0198c7a5-7ab1-7def-8abc-0123456789ab",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "12345678-1234-5234-0234-123456789abc",
            )
        ),
        servers=OTHERS,
    ),
    "packed_text": column(
        "VARCHAR(3000) COMPRESSED CHARACTER SET latin1",
        "'' -> ",
        "'é' -> é",
        f"REPEAT('éa', 300) -> {'éa' * 300}",
        servers=OTHERS,
    ),
    "packed_long": column(
        "TEXT COMPRESSED CHARACTER SET utf8mb4",
        "'' -> ",
        f"REPEAT('😀ab', 900) -> {'😀ab' * 900}",
        servers=OTHERS,
    ),
    "packed_bytes": column(
        "BLOB COMPRESSED", "''", "x'00ff'", "REPEAT(x'0001', 200)", servers=OTHERS
    ),
    "t1": column("TINYINT", "-128", "127", "0"),
    "t1u": column("TINYINT UNSIGNED", "0", "255", "128"),
    "flag": column("TINYINT(1)", "0 -> false", "1 -> true", "-1 -> true"),
    "t2": column("SMALLINT", "-32768", "32767", "-1"),
    "t2u": column("SMALLINT UNSIGNED", "0", "65535", "32768"),
    "t3": column("MEDIUMINT", "-8388608", "8388607", "-1"),
    "t3u": column("MEDIUMINT UNSIGNED", "0", "16777215", "8388608"),
    "t4": column("INT", "-2147483648", "2147483647", "-1"),
    "t4u": column("INT UNSIGNED ZEROFILL", "0", "4294967295", "2147483648"),
    "t8": column("BIGINT", "-9223372036854775808", "9223372036854775807", "-1"),
    "t8u": column("BIGINT UNSIGNED", "0", "18446744073709551615", "9223372036854775808"),
    "f4": column("FLOAT", "-3.40282e38 -> -3.40282e+38", "1.17549e-38", "16777217 -> 16777216"),
    "f72": column("FLOAT(7,2)", "-99999.99 -> -99999.99", "0.01", "1.5"),
    "f8": column(
        "DOUBLE",
        "-1.7976931348623157e308 -> -1.7976931348623157e+308",
        "2.2250738585072014e-308",
        "0.1",
    ),
    "n1": column("DECIMAL(1,0)", "-9", "9", "0"),
    "n2": column(
        "DECIMAL(38,10)",
        "-9999999999999999999999999999.9999999999",
        "0.0000000001",
        "0 -> 0.0000000000",
    ),
    "n3": column(
        "DECIMAL(30,30)",
        "-0.999999999999999999999999999999",
        "0.000000000000000000000000000001",
        f"0 -> 0.{'0' * 30}",
    ),
    "n38": column(
        "DECIMAL(38,38)",
        "-0.49999999999999999999999999999999999999",
        f"0 -> 0.{'0' * 38}",
        servers=OTHERS,
    ),
    "n4": column("DECIMAL(10,2) UNSIGNED", "0 -> 0.00", "99999999.99", "0.01"),
    # More than 38 digits: shown as DECIMAL(38,18), which these values fit.
    "n65": column(
        "DECIMAL(65,18)",
        "-99999999999999999999.999999999999999999",
        "12345678901234567890.123456789012345678",
        "0 -> 0.000000000000000000",
    ),
    "n6530": column(
        "DECIMAL(65,30)",
        "-1.5 -> -1.500000000000000000",
        "12345678901234567890.123456789012345678000000000000"
        " -> 12345678901234567890.123456789012345678",
        "0 -> 0.000000000000000000",
    ),
    "b1": column("BIT(1)", "b'0' -> false", "b'1' -> true", "b'1' -> true"),
    "b9": column("BIT(9)", "b'0' -> 0000", "b'111111111' -> 01ff", "b'100000000' -> 0100"),
    "b64": column(
        "BIT(64)",
        f"x'{'0' * 16}' -> {'0' * 16}",
        f"x'{'f' * 16}' -> {'f' * 16}",
        "1 -> 0000000000000001",
    ),
    "y": column("YEAR", "1901", "2155", "0"),
    "d": plain("DATE", "1000-01-01", "9999-12-31", "2024-02-29"),
    "d0": column("DATE", "'0000-00-00' -> null", "'2024-00-10' -> null", "'2024-02-00' -> null"),
    "d0n": column("DATE NOT NULL", "'0000-00-00' -> 1970-01-01", "'2024-00-10' -> 1970-01-01"),
    "h0": plain("TIME", "-838:59:59", "838:59:59", "00:00:00"),
    "h2": plain("TIME(2)", "-100:00:00.01", "23:59:59.99", "24:00:00.00"),
    "h6": plain("TIME(6)", "-838:59:59.000000", "23:59:59.999999", "-00:00:00.000001"),
    "dt0": plain("DATETIME", "1000-01-01 00:00:00", "9999-12-31 23:59:59", "1970-01-01 00:00:00"),
    "dt3": plain("DATETIME(3)", "1000-01-01 00:00:00.001", "9999-12-31 23:59:59.999"),
    "dt6": plain("DATETIME(6)", "1969-12-31 23:59:59.999999", "2038-01-19 03:14:08.500000"),
    "dt00": column("DATETIME(3)", "0 -> null", "'2024-00-01 01:02:03.004' -> null"),
    "dt0n": column("DATETIME NOT NULL", "0 -> 1970-01-01 00:00:00"),
    "ts0": plain("TIMESTAMP NULL", "1970-01-01 00:00:01", "2038-01-19 03:14:07"),
    "ts3": plain("TIMESTAMP(3) NULL", "1999-12-31 23:59:59.999", "2024-02-29 12:00:00.500"),
    "ts6": plain("TIMESTAMP(6) NULL", "1970-01-01 00:00:01.000001", "2038-01-19 03:14:07.900000"),
    "ts00": column("TIMESTAMP(6) NULL", "0 -> null"),
    "ts0n": column("TIMESTAMP NOT NULL", "0 -> 1970-01-01 00:00:00"),
    "c": column("CHAR(5)", "'' -> ", "'abcde' -> abcde", "'a  ' -> a"),
    "c0": column("CHAR(0)", "'' -> "),
    "cl": column(
        "CHAR(255) CHARACTER SET utf8mb4", f"REPEAT('😀', 255) -> {'😀' * 255}", "'ß' -> ß"
    ),
    "v": column("VARCHAR(20)", "'' -> ", "'x  ' -> x  ", "'日本語' -> 日本語"),
    "vl": column("VARCHAR(300)", "'' -> ", f"REPEAT('é', 300) -> {'é' * 300}", "'x' -> x"),
    "tt": column("TINYTEXT", "'' -> ", f"REPEAT('x', 255) -> {'x' * 255}", "'é' -> é"),
    "tx": column("TEXT CHARACTER SET latin1", f"REPEAT('é', 20000) -> {'é' * 20000}", "'€' -> €"),
    "tm": column("MEDIUMTEXT", f"REPEAT('x', 70000) -> {'x' * 70000}", "'é' -> é"),
    "tl": column("LONGTEXT", "'' -> ", f"REPEAT('y', 70000) -> {'y' * 70000}", "'é' -> é"),
    "bi": column("BINARY(4)", "''", "x'ff00'", "x'00000000'"),
    "vb": column("VARBINARY(300)", "''", "x'00ff'", "x'2000'"),
    "bt": column("TINYBLOB", "''", "x'00'", "x'80'"),
    "bb": column("BLOB", "''", "REPEAT(x'fe', 300)", "x'20'"),
    "bm": column("MEDIUMBLOB", "''", "REPEAT(x'fe', 70000)", "x'20'"),
    "bl": column("LONGBLOB", "''", "REPEAT(x'0c', 70000)", "x'20'"),
    "e": column("ENUM('a','it''s','é,')", "'a' -> a", "'it''s' -> it's", "'é,' -> é,", "0 -> "),
    "el": column("ENUM('ä','b') CHARACTER SET latin1", "'ä' -> ä", "'b' -> b"),
    "e300": column(
        f"ENUM({','.join(repr(f'e{i}') for i in range(300))})", "'e0' -> e0", "'e299' -> e299"
    ),
    "s": column("SET('a','b','é')", "'' -> ", "'a,b,é' -> a,b,é", "'é' -> é"),
    "s64": column(
        f"SET({','.join(map(repr, M64))})", "'' -> ", f"~0 -> {','.join(M64)}", "'m63' -> m63"
    ),
    "j": column(
        "JSON",
        "'{}' -> {}",
        """'{"a": [1, -1.5, true, null, "é"]}' -> {"a": [1, -1.5, true, null, "é"]}""",
        """'{"b": {"c": 18446744073709551615}}' -> {"b": {"c": 18446744073709551615}}""",
        servers=JSONS,
    ),
    "jt": column(
        "JSON",
        "JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-12:00:00.5' AS TIME(6)), "
        """'n', 1.10) -> {"d": "2024-02-29", "n": 1.10, "t": "-12:00:00.500000"}""",
        """'[1e300, "\\\\u0001"]' -> [1e300, "\\u0001"]""",
        servers=NEWER,
    ),
    "jo": column(
        "JSON",
        *(
            f"JSON_OBJECT('b', CAST(REPEAT('a', {size}) AS BINARY)) -> "
            f'{{"b": "base64:type15:{digits}"}}'
            for size, digits in ((57, LINE), (58, LINE + "\\nYQ=="), (114, LINE + "\\n" + LINE))
        ),
        servers=NEWER,
    ),
    "g": column(
        "GEOMETRY",
        "ST_GeomFromText('POINT(1 2)')",
        "ST_GeomFromText('LINESTRING(0 0,1 1)')",
        "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))', 4326)",
        "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')",
    ),
    "gp": column("POINT", "ST_GeomFromText('POINT(-1 0)')"),
    "gm": column("MULTIPOINT", "ST_GeomFromText('MULTIPOINT(0 0,1 1)')"),
    "inv": column("INT INVISIBLE", "1", "2", servers=JSONS),
}
