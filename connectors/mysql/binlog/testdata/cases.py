# SPDX-License-Identifier: Apache-2.0
"""The tables and rows of the test logs; make_logs.py runs them."""

from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from make_logs import Case

ANY_DATE = "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'"


def integers(case: "Case") -> None:
    bits = {"TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 24, "INT": 32, "BIGINT": 64}
    columns, low, high, one = [], [], [], []
    for name, size in bits.items():
        columns += [f"{name[0:4].lower()}_s {name}", f"{name[0:4].lower()}_u {name} UNSIGNED"]
        low += [-(2 ** (size - 1)), 0]
        high += [2 ** (size - 1) - 1, 2**size - 1]
        one += [-1, 1]
    columns += ["b TINYINT(1)", "y YEAR", "z INT(7) ZEROFILL", "b1 BIT(1)", "b5 BIT(5)"]
    columns += ["b17 BIT(17)", "b64 BIT(64)"]
    case.run("SET sql_mode = ''")
    case.table("integers", f"(id INT PRIMARY KEY, {', '.join(columns)})")
    extra = {
        "low": "0, 0, 0, b'0', b'0', b'0', b'0'",
        "high": "127, 2155, 4294967295, b'1', b'11111', b'11111111111111111', ~0",
        "one": "-1, 1901, 12, b'1', b'1', b'100000000', b'1'",
    }
    rows = [
        f"(1, {', '.join(map(str, low))}, {extra['low']})",
        f"(2, {', '.join(map(str, high))}, {extra['high']})",
        f"(3, {', '.join(map(str, one))}, {extra['one']})",
        f"(4, {', '.join(['NULL'] * (len(columns)))})",
    ]
    case.change(f"INSERT INTO integers VALUES {', '.join(rows)}")


def decimals(case: "Case") -> None:
    shapes = [(1, 0), (9, 9), (10, 0), (10, 2), (18, 9), (19, 10), (30, 30), (38, 0), (38, 18)]
    columns = [f"d{p}_{s} DECIMAL({p},{s})" for p, s in shapes]
    columns += ["w DECIMAL(65,30)", "u DECIMAL(37,5) UNSIGNED", "z DECIMAL(8,3) ZEROFILL"]

    def nines(p: int, s: int) -> str:
        return ("9" * (p - s) or "0") + ("." + "9" * s if s else "")

    top = [nines(p, s) for p, s in shapes]
    least = ["0" if s == 0 else "0." + "0" * (s - 1) + "1" for _, s in shapes]
    case.table("decimals", f"(id INT PRIMARY KEY, {', '.join(columns)})")
    wide = "12345678901234567890.123456789012345678000000000000"
    rows = [
        f"(1, {', '.join(top)}, {wide}, {nines(37, 5)}, 12.5)",
        f"(2, {', '.join('-' + v for v in top)}, -{wide}, 0, 99999.999)",
        f"(3, {', '.join(least)}, 0.000000000000000001, 0.00001, 0)",
        f"(4, {', '.join('-' + v for v in least)}, -1, 1, 1)",
        f"(5, {', '.join(['0'] * len(columns))})",
        f"(6, {', '.join(['NULL'] * len(columns))})",
    ]
    case.change(f"INSERT INTO decimals VALUES {', '.join(rows)}")


def floats(case: "Case") -> None:
    case.table(
        "floats",
        "(id INT PRIMARY KEY, f FLOAT, fu FLOAT UNSIGNED, fd FLOAT(9,3), f30 FLOAT(30),"
        " d DOUBLE, du DOUBLE UNSIGNED, dd DOUBLE(16,4), r REAL)",
    )
    values = [
        "3.4028234e38, 3.4028234e38, 123456.789, 1.7976931348623157e308,"
        " 1.7976931348623157e308, 1.7976931348623157e308, 123456789012.3456, 1e-5",
        "-3.4028234e38, 0, -123456.789, -1.7976931348623157e308,"
        " -1.7976931348623157e308, 0, -99999999.9999, -1e300",
        "1.17549435e-38, 1e-45, 0.001, 2.2250738585072014e-308, 2.2250738585072014e-308,"
        " 5e-324, 0.0001, 0.1",
        "0.1, 16777217, 0.3, 0.1, 0.1, 9007199254740993, 0.3, 1e15",
        "-0e0, 0, 0, -0e0, -0e0, 0, 0, 1e14",
        "1.1, 2.5, 1e5, 123456789, 3.141592653589793, 1e22, 1234.5678, 1e23",
    ]
    rows = [f"({i + 1}, {v})" for i, v in enumerate(values)] + ["(7" + ", NULL" * 8 + ")"]
    case.change(f"INSERT INTO floats VALUES {', '.join(rows)}")


def texts(case: "Case") -> None:
    sets = ["latin1", "utf8mb3", "utf8mb4", "gbk", "utf16", "ascii", "sjis", "cp1251", "utf32"]
    columns = []
    for name in sets:
        for kind in ("CHAR(20)", "VARCHAR(300)", "TEXT"):
            label = f"{name}_{kind[0]}".lower()
            columns.append(f"{label} {kind} CHARACTER SET {name}")
    columns += ["c63 CHAR(63) CHARACTER SET utf8mb4", "c255 CHAR(255) CHARACTER SET utf8mb4"]
    columns += ["v16 VARCHAR(16000) CHARACTER SET latin1", "tiny TINYTEXT", "mid MEDIUMTEXT"]
    columns += ["big LONGTEXT"]
    case.table("texts", f"(id INT PRIMARY KEY, {', '.join(columns)}) CHARACTER SET utf8mb4")
    words = {
        "latin1": "Grüße €10 – naïve",
        "utf8mb3": "中文 Ωμέγα",
        "utf8mb4": "😀 emoji 中",
        "gbk": "中文字符 abc",
        "utf16": "a😀中é",
        "ascii": "plain ~ text",
        "sjis": "日本語テスト ｱ",
        "cp1251": "Привет, мир",
        "utf32": "z😀語",
    }

    def row(key: int, change: Callable[[str], str], rest: list[str]) -> str:
        values = [f"'{change(words[name])}'" for name in sets for _ in range(3)]
        return f"({key}, {', '.join(values + rest)})"

    rest = ["'é'", "REPEAT('字', 255)", "REPEAT('ÿ', 16000)", "'tiny'", "'mid'", "'big'"]
    rows = [
        row(1, lambda word: word, rest),
        row(2, lambda word: word[:2] + "  ", ["'x  '"] * 2 + ["'x  '"] * 4),
        row(3, lambda word: "", ["''"] * 6),
        f"(4{', NULL' * len(columns)})",
    ]
    case.change(f"INSERT INTO texts VALUES {', '.join(rows)}")


def binaries(case: "Case") -> None:
    case.table(
        "binaries",
        "(id INT PRIMARY KEY, b4 BINARY(4), b255 BINARY(255), v VARBINARY(10),"
        " v300 VARBINARY(300), t TINYBLOB, b BLOB, m MEDIUMBLOB, l LONGBLOB, g GEOMETRY,"
        " p POINT, s POINT SRID 4326, n BINARY(3) NOT NULL DEFAULT 'x')",
    )
    shape = "ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')"
    rows = [
        "(1, x'00010200', x'ff', x'0000', REPEAT(x'fe', 300), x'00', x'61', x'', x'ff00',"
        f" {shape}, POINT(1, -2), ST_GeomFromText('POINT(10 20)', 4326), DEFAULT)",
        "(2, x'', x'', x'', x'', x'', x'', x'', x'', POINT(0, 0), POINT(1e300, 0),"
        " ST_GeomFromText('POINT(0 0)', 4326), x'')",
        "(3, 'abcd', 'a ', 'a ', 'b', 'c', REPEAT('d', 300), 'e', 'f', POINT(0, 0), POINT(0, 1),"
        " ST_GeomFromText('POINT(1 1)', 4326), x'000000')",
        f"(4{', NULL' * 11}, 'abc')",
    ]
    case.change(f"INSERT INTO binaries VALUES {', '.join(rows)}")


def temporals(case: "Case") -> None:
    columns = ["d DATE", "dn DATE NOT NULL"]
    for fsp in range(7):
        columns += [f"t{fsp} TIME({fsp})", f"dt{fsp} DATETIME({fsp})"]
        columns.append(f"ts{fsp} TIMESTAMP({fsp}) NULL")
    columns += ["dtn DATETIME(3) NOT NULL", "tsn TIMESTAMP(2) NOT NULL"]
    case.run(ANY_DATE)
    case.table("temporals", f"(id INT PRIMARY KEY, {', '.join(columns)})")

    def row(key: int, date: str, clock: str, moment: str, instant: str, zero: str) -> str:
        values = [date, zero]
        for _ in range(7):
            values += [clock, moment, instant]
        quoted = [v if v == "NULL" else f"'{v}'" for v in [*values, zero, zero]]
        return f"({key}, {', '.join(quoted)})"

    first, last = "1970-01-01 00:00:01", "2038-01-19 03:14:07.499999"
    zero = "0000-00-00"
    rows = [
        row(1, "1000-01-01", "-838:59:59", "1000-01-01 00:00:00", first, "2024-02-29"),
        row(2, "9999-12-31", "838:59:59", "9999-12-31 23:59:59.499999", last, "1999-12-31"),
        row(3, "2024-02-29", "-00:00:00.987654", "2024-02-29 12:34:56.123456",
            "2024-03-31 01:30:00.654321", zero),
        row(4, zero, "00:00:00", zero, zero, zero),
        row(5, "2024-00-00", "12:34:56.000001", "2024-05-00 00:00:00", zero, "2024-05-00"),
        row(6, "0001-01-01", "-00:00:01", "0001-01-01 00:00:00.1", "2024-10-27 01:00:00.9", zero),
        row(7, "NULL", "NULL", "NULL", "NULL", "1970-01-01"),
        row(8, "1969-12-31", "-12:00:00.000001", "1969-12-31 23:59:59.999999",
            "2001-09-09 01:46:40", zero),
    ]
    case.change(f"INSERT INTO temporals VALUES {', '.join(rows)}")


def labels(case: "Case") -> None:
    many = ", ".join(f"'label{i}'" for i in range(300))
    bits = ", ".join(f"'m{i}'" for i in range(64))
    case.run("SET sql_mode = ''")
    case.table(
        "labels",
        "(id INT PRIMARY KEY, e ENUM('a', 'it''s', 'x,y', 'Ü', ''), l ENUM('Ü', 'ß')"
        " CHARACTER SET latin1, g ENUM('中', '文') CHARACTER SET gbk,"
        f" many ENUM({many}), s SET('r', 'g', 'b', 'é') CHARACTER SET latin1, s64 SET({bits}))"
        " CHARACTER SET utf8mb4",
    )
    rows = [
        "(1, 'a', 'Ü', '中', 'label0', 'r', 'm0')",
        "(2, 'it''s', 'ß', '文', 'label299', 'r,b,é', 'm63,m0,m31')",
        "(3, 'x,y', 'nothing', NULL, 'label255', '', '')",
        "(4, '', NULL, '中', 'label256', NULL, NULL)",
        f"(5, 'Ü', 'ß', '文', 'label254', 'é', '{','.join(f'm{i}' for i in range(64))}')",
    ]
    case.change(f"INSERT IGNORE INTO labels VALUES {', '.join(rows)}")


def documents(case: "Case") -> None:
    case.table("documents", "(id INT PRIMARY KEY, j JSON)")
    keys = ", ".join(f"'key{i:03d}', {i}" for i in range(600))
    made = [
        "NULL", "'null'", "'true'", "'false'", "'0'", "'-1'", "'32767'", "'-32768'", "'65535'",
        "'65536'", "'2147483647'", "'-2147483648'", "'4294967295'", "'9223372036854775807'",
        "'-9223372036854775808'", "'18446744073709551615'", "'1.5'", "'-0.0'", "'0.0'", "'1e15'",
        "'1e14'", "'123456789012345.6'", "'1e-15'", "'1e-16'", "'1.5e300'", "'-2.5e-300'",
        "'1e16'", "'1e20'", "'1e21'", "'0.1'", "'100.0'", "'1.7976931348623157e308'", "'1e-5'",
        "'1.25e-4'", "'123e-7'", "'1.234e-14'", "'1234567890123456.0'", "'12345678901234567.0'",
        "'0.000012345678901234567'", "'1.2345678901234567e17'", "'\"\"'", "'\"text\"'",
        r"""'"q\\" b\\\\ s/ \\b\\f\\n\\r\\t \\u0001\\u001f \\u007f é 中 😀"'""", "'[]'", "'{}'",
        "'[1, [2, [3, {\"a\": []}]]]'", "'{\"b\": 1, \"a\": {\"c\": null}, \"aa\": [true, false]}'",
        "'[1, -1, 70000, 5000000000, 1.5, \"x\", null]'", "CAST(1.50 AS JSON)",
        "JSON_ARRAY(CAST('-123.4500' AS DECIMAL(20,4)), CAST(0 AS DECIMAL(5,5)))",
        "CAST(CAST('2024-02-29' AS DATE) AS JSON)", "CAST(CAST('-838:59:59' AS TIME) AS JSON)",
        "CAST(CAST('12:34:56.789' AS TIME(3)) AS JSON)",
        "CAST(CAST('-00:00:00.5' AS TIME(1)) AS JSON)",
        "CAST(CAST('2024-02-29 12:34:56.000001' AS DATETIME(6)) AS JSON)",
        "CAST(TIMESTAMP('0001-01-01 00:00:00') AS JSON)", "CAST(x'00ff10' AS JSON)",
        "CAST(x'00ff' AS JSON)", "CAST(x'00' AS JSON)", "CAST(b'101' AS JSON)",
        "CAST(POINT(1, 2.5) AS JSON)", "JSON_OBJECT('k', REPEAT('v', 200))",
        "JSON_OBJECT(REPEAT('k', 300), 1)", f"JSON_OBJECT({keys}, 'pad', REPEAT('p', 300))",
        # Beyond 64 KiB offsets and counts have four bytes, and numbers of four bytes lie inline.
        "JSON_OBJECT('o', JSON_ARRAY(REPEAT('x', 65600), 70000, -70000, 'y', 1e0))",
        f"JSON_REPLACE(JSON_OBJECT('a', 1), '$.a', CAST('{'[' * 99 + ']' * 99}' AS JSON))",
        "JSON_ARRAY(CAST(1 AS UNSIGNED), 1e0, 2.0, 10000000000000000000)",
    ]
    rows = [f"({i + 1}, {value})" for i, value in enumerate(made)]
    case.change(f"INSERT INTO documents VALUES {', '.join(rows)}")


def changes(case: "Case") -> None:
    case.table(
        "changes",
        "(id INT PRIMARY KEY, name VARCHAR(40), amount DECIMAL(10,2), twice INT AS (id * 2),"
        " thrice INT AS (id * 3) STORED, hidden INT INVISIBLE DEFAULT 7, at DATETIME(3),"
        " KEY f ((id + 1)))",
    )
    insert = "INSERT INTO changes (id, name, amount, at) VALUES"
    case.change(f"{insert} (1, 'ann', 1.5, '2024-01-01'), (2, NULL, NULL, NULL), (3, 'c', 3, NULL)")
    case.change("UPDATE changes SET name = 'anna', amount = NULL WHERE id = 1")
    case.change("UPDATE changes SET amount = 2.25, at = '2024-01-02 03:04:05.678' WHERE id > 1")
    case.change("UPDATE changes SET id = 20, name = 'moved' WHERE id = 2")
    case.change("DELETE FROM changes WHERE id <> 20")
    case.table("keyless", "(a INT, b VARCHAR(10))")
    case.change("INSERT INTO keyless VALUES (1, 'x'), (2, 'y')")
    case.change("UPDATE keyless SET b = NULL WHERE a = 2")
    case.change("DELETE FROM keyless")
    case.table("folded", "(name VARCHAR(10) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT)")
    case.change("INSERT INTO folded VALUES ('a', 1)")
    case.change("UPDATE folded SET name = 'A' WHERE v = 1")


def wide(case: "Case") -> None:
    columns = ", ".join(f"c{i} INT" for i in range(300))
    case.table("wide", f"(id INT PRIMARY KEY, {columns})")
    values = ", ".join(str(i) if i % 3 else "NULL" for i in range(300))
    case.change(f"INSERT INTO wide VALUES (1, {values}), (2{', NULL' * 300})")


def full(case: "Case") -> None:
    case.run("SET GLOBAL binlog_row_metadata = FULL")
    case.table(
        "full",
        "(id BIGINT UNSIGNED, part CHAR(3) CHARACTER SET latin1, e ENUM('Ü', 'b')"
        " CHARACTER SET latin1, s SET('x', 'y'), u INT UNSIGNED, b BINARY(2), t TEXT CHARACTER SET"
        " gbk, j JSON, g POINT, d DECIMAL(5,2) UNSIGNED, inv INT INVISIBLE,"
        " PRIMARY KEY (part, id))",
    )
    case.change(
        "INSERT INTO full VALUES (18446744073709551615, 'é', 'Ü', 'x,y', 4294967295, x'01', '中',"
        " '[1]', POINT(1, 2), 999.99)"
    )
    case.change("UPDATE full SET u = 1")
    case.change("DELETE FROM full")
    case.run("SET GLOBAL binlog_row_metadata = MINIMAL")


def packed(case: "Case") -> None:
    case.run("SET binlog_transaction_compression = ON")
    case.table("packed", "(id INT PRIMARY KEY, v VARCHAR(100))")
    rows = ", ".join(f"({i}, REPEAT('v', 50))" for i in range(400))
    case.change(f"INSERT INTO packed VALUES {rows}")
    case.change("DELETE FROM packed WHERE id >= 100")


def partial(case: "Case") -> None:
    case.table("partial", "(id INT PRIMARY KEY, v VARCHAR(100), w INT)")
    case.change("INSERT INTO partial VALUES (1, 'a', 2)")
    case.run("SET binlog_row_image = MINIMAL")
    case.run("UPDATE partial SET v = 'b'")


ALL: dict[str, Callable[["Case"], None]] = {
    case.__name__: case
    for case in (
        integers,
        decimals,
        floats,
        texts,
        binaries,
        temporals,
        labels,
        documents,
        changes,
        wide,
        full,
        packed,
        partial,
    )
}
