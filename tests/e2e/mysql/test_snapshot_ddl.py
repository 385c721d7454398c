# SPDX-License-Identifier: Apache-2.0
"""Tables that are altered, emptied of columns or dropped while their snapshot is read: it goes on,
and ends as if the statement had come behind it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest
from harness import verify
from harness.engine import Engine
from harness.mysql_flavours import MARIADB, MYSQL56, MYSQL80
from harness.mysql_server import MysqlServer
from harness.table_writer import TableWriter
from harness.target import JOBS
from harness.waiting import wait_for

ROWS = 4000
# Rows a second of 8000. A statement waits for the snapshot that is open, two seconds at most.
SLOW, SLOWER = 500, 200
PLACES = [
    (flavour, target)
    for flavour in (MYSQL80, MYSQL56, MARIADB)
    for target in ("starrocks", "mysql_target")
]

GOODS = (
    "CREATE TABLE shop.goods (id BIGINT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2), "
    "label VARCHAR(10) NOT NULL DEFAULT 'none', stock INT NOT NULL DEFAULT 7, day DATE, "
    "at DATETIME, note TEXT)"
)
# Not met exactly: only the server compares its keys.
WORDS = "CREATE TABLE shop.words (word VARCHAR(20) PRIMARY KEY, n INT, more VARCHAR(30))"


def pairs(*tables: str) -> list[verify.Pair]:
    return [verify.Pair(f"shop.{name}", f"ods.ods_{name}") for name in tables]


class Writer(TableWriter):
    """Changes rows of all parts of the tables, naming only columns that are always there."""

    def __init__(self, server: MysqlServer, tables: tuple[str, ...] = ("goods", "words")) -> None:
        self.tables = tables
        super().__init__(server)

    def round(self, cursor: Any, number: int) -> None:
        for statement in self._statements(number):
            cursor.execute(statement)

    def _statements(self, n: int) -> Iterator[str]:
        key = n * 1237 % ROWS
        if "goods" in self.tables:
            yield f"UPDATE goods SET note = 'again {n}' WHERE id = {key}"
            yield f"DELETE FROM goods WHERE id = {n * 1931 % ROWS}"
            yield f"INSERT INTO goods (id, note) VALUES ({2 * ROWS + n}, 'new')"
            yield f"REPLACE INTO goods (id, note) VALUES ({n * 2003 % ROWS}, 'put {n}')"
        if "words" in self.tables:
            yield f"UPDATE words SET n = {n} WHERE word = 'word {key}'"
            yield f"REPLACE INTO words (word, n) VALUES ('word {n * 2003 % ROWS}', -{n})"
            yield f"DELETE FROM words WHERE word = 'word {n * 1931 % ROWS}'"


def fill(server: MysqlServer) -> None:
    server.fresh_database("shop")
    server.execute(GOODS, WORDS)
    with server.connect("shop") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO goods VALUES (%s, %s, %s, %s, %s, '2024-02-03', '2024-02-03 04:05:06', "
            "%s)",
            [(n, f"row {n}", n / 4, f"l{n}", n, f"note {n}") for n in range(ROWS)],
        )
        cursor.executemany(
            "INSERT INTO words VALUES (%s, %s, %s)",
            [(f"word {n}", n, f"more {n}") for n in range(ROWS)],
        )
        connection.commit()


@pytest.fixture(params=PLACES, ids=lambda value: f"{value[0]}-{value[1]}")
def ends(request: pytest.FixtureRequest, servers: dict[str, MysqlServer]) -> tuple[Any, Any]:
    flavour, name = request.param
    target = request.getfixturevalue(name)
    target.fresh_database("ods")
    server = servers[str(flavour)]
    fill(server)
    return server, target


@pytest.fixture(scope="module")
def servers(make_server: Any) -> dict[str, MysqlServer]:
    strict = "STRICT_TRANS_TABLES"
    return {
        str(flavour): make_server(flavour, sql_mode=strict)
        for flavour in (MYSQL80, MYSQL56, MARIADB)
    }


STARTED: list[Engine] = []


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """No job outlives its test."""
    yield
    while STARTED:
        STARTED.pop().end()


def job_of(
    server: MysqlServer, target: Any, folder: Path, more: str = "", tables: str = "goods words"
) -> Engine:
    """The job of changes, slowly, in small splits; `more`: options of its source."""
    name = "changes.conf" if "nodes" in target.job_variables("ods") else "changes_jdbc.conf"
    text = (JOBS / name).read_text(encoding="utf-8")
    for wanted, line in {
        "snapshot.split.size = 100": f"snapshot.split.size = 50\n    {more}",
        'job.mode = "STREAMING"': 'job.mode = "STREAMING"\n  read_limit.rows_per_second = '
        '"${rows_per_second:1000000}"\n  job.retry.times = 0',
    }.items():
        assert wanted in text
        text = text.replace(wanted, line)
    if "schema-changes.enabled" in more:
        text = text.replace("    schema-changes.enabled = true\n", "")
    job = folder / "job.conf"
    job.write_text(text, encoding="utf-8")
    variables = {
        **server.job_variables(),
        "rows_per_second": SLOWER if server.flavour is MARIADB else SLOW,
        "tables": json.dumps([f"shop.{name}" for name in tables.split()]),
        **target.job_variables("ods"),
    }
    STARTED.append(Engine(folder, job, variables, ["--max-retained=1000000"]))
    return STARTED[-1]


def on_its_way(job: Engine, ranges: int = 8) -> None:
    """More ranges of the snapshot were read, and others are not."""
    before = job.reached("snapshot")

    def there() -> bool:
        job.check_alive()
        return job.reached("snapshot") >= before + ranges

    wait_for(there, f"the snapshot\n{job.log}", 60)
    assert "the snapshot is complete" not in job.log_text(), "the snapshot was over too soon"


def to_the_end(job: Engine, writer: Writer) -> None:
    """Quickly, with a kill; the writer stops."""
    writer.more(40)
    assert "the snapshot is complete" not in job.log_text(), "the snapshot was over too soon"
    job.kill()
    writer.more(40)
    job.start()
    on_its_way(job)
    writer.more(40)
    job.kill()
    job.variables["rows_per_second"] = 1_000_000
    job.start()
    writer.more(40)
    writer.stop()


def run(
    ends: tuple[Any, Any],
    folder: Path,
    *statements: str | tuple[str, ...],
    more: str = "",
    written: tuple[str, ...] = ("goods", "words"),
    tables: str = "goods words",
) -> Engine:
    """The job that meets the statements on its way, while rows of some tables are written;
    those of a tuple quickly one after the other."""
    server, target = ends
    job = job_of(server, target, folder, more, tables)
    job.variables["parallelism"] = 2 if server.flavour is MYSQL80 else 1
    writer = Writer(server, written)
    try:
        writer.more(40)
        job.start()
        on_its_way(job)
        for statement in statements:
            server.execute(*([statement] if isinstance(statement, str) else statement))
            writer.more(10)
        to_the_end(job, writer)
    finally:
        writer.stop()
    return job


DROPS = (
    "ALTER TABLE shop.goods DROP COLUMN price, DROP COLUMN label",
    "ALTER TABLE shop.words DROP COLUMN more",
)
RETYPES = (
    "ALTER TABLE shop.goods MODIFY stock BIGINT NOT NULL DEFAULT 8",
    "ALTER TABLE shop.goods MODIFY name VARCHAR(60), MODIFY label VARCHAR(40) NOT NULL DEFAULT 'x'",
    "UPDATE shop.goods SET stock = 5000000000, name = REPEAT('long', 12) WHERE id MOD 10 = 3",
    "UPDATE shop.goods SET label = REPEAT('ab', 15) WHERE id MOD 10 = 4",
)


def test_columns_are_dropped(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(ends, tmp_path, *DROPS)
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert "table shop.goods was altered while its snapshot is read: column price is gone" in (
        job.log_text()
    )
    assert "not known any more" not in job.log_text()  # the target drops them too


def test_columns_are_widened(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(ends, tmp_path, *RETYPES)
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert "column stock became bigint" in job.log_text()


def test_columns_come_go_and_change_place(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(
        ends,
        tmp_path,
        "ALTER TABLE shop.goods ADD COLUMN more INT DEFAULT 5 FIRST, MODIFY note TEXT AFTER id",
        "ALTER TABLE shop.goods DROP COLUMN price, ADD COLUMN seen DATETIME DEFAULT "
        "'2024-01-02 03:04:05' AFTER id",
        "ALTER TABLE shop.words MODIFY n BIGINT FIRST, ADD COLUMN last VARCHAR(9)",
        "ALTER TABLE shop.goods DROP COLUMN more",
    )
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0


RENAMES = (
    "ALTER TABLE shop.goods CHANGE name title VARCHAR(20)",
    "ALTER TABLE shop.goods CHANGE label tag VARCHAR(30) NOT NULL DEFAULT 'none', "
    "DROP COLUMN price",
    "ALTER TABLE shop.words CHANGE more other VARCHAR(30)",
)


def test_columns_are_renamed(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(ends, tmp_path, *RENAMES)
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert "column name is read as title" in job.log_text()


class Replacer(TableWriter):
    """Puts a copy in the place of the table, as it is; its names and types stay."""

    pause_s = 0.05

    def __init__(self, server: MysqlServer, *statements: str) -> None:
        self.statements = statements
        super().__init__(server)

    def round(self, cursor: Any, number: int) -> None:
        for statement in self.statements:
            cursor.execute(statement)


COPIES = {
    "alter": ["ALTER TABLE goods ENGINE = InnoDB, ALGORITHM = COPY"],
    "tool": [
        "CREATE TABLE _goods_gho LIKE goods",
        "INSERT INTO _goods_gho SELECT * FROM goods",
        "RENAME TABLE goods TO _goods_del, _goods_gho TO goods",
        "DROP TABLE _goods_del",
    ],
}


@pytest.mark.parametrize("statements", COPIES.values(), ids=COPIES.keys())
@pytest.mark.parametrize(
    "ends",
    [(MYSQL80, "mysql_target"), (MYSQL56, "mysql_target"), (MARIADB, "mysql_target")],
    ids=lambda value: value[0],
    indirect=True,
)
def test_copies_take_the_place_of_a_table(
    ends: tuple[Any, Any], statements: list[str], tmp_path: Path
) -> None:
    """A snapshot that was opened before sees only some rows of a copy."""
    server, target = ends
    job = job_of(server, target, tmp_path, tables="goods")
    job.variables |= {"parallelism": 2, "rows_per_second": 800}
    replacer = Replacer(server, *statements)
    try:
        replacer.more(2)
        job.start()
        before = replacer.rounds
        wait_for(lambda: "the snapshot is complete" in job.log_text(), f"the end\n{job.log}", 90)
    finally:
        replacer.stop()
    found = verify.wait_until_equal(server, target, pairs("goods"), 60, job.check_alive)
    assert found.rows == ROWS
    assert job.stop() == 0
    # Each waits for a snapshot that is open, so that there are few on a slow machine.
    assert replacer.rounds > before, "no copy took the table's place"


ONE = pytest.mark.parametrize(
    "ends", [(MYSQL80, "mysql_target")], ids=["mysql-8.0-mysql_target"], indirect=True
)


@ONE
def test_columns_get_types_of_another_kind(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(
        ends,
        tmp_path,
        "ALTER TABLE shop.goods MODIFY stock VARCHAR(30) NOT NULL DEFAULT '8'",
        "ALTER TABLE shop.goods MODIFY day DATETIME, MODIFY at DATETIME(3)",
        "UPDATE shop.goods SET day = '2025-01-01 10:00:00', at = '2025-01-01 10:00:00.123' "
        "WHERE id MOD 10 = 3",
        "ALTER TABLE shop.goods MODIFY price DECIMAL(20,4)",
        "UPDATE shop.goods SET price = 123456789012.3456 WHERE id MOD 10 = 4",
    )
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0


@ONE
def test_the_columns_of_the_keys_are_renamed(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = run(
        ends,
        tmp_path,
        "ALTER TABLE shop.goods RENAME COLUMN id TO code",
        "UPDATE shop.goods SET note = 'seen' WHERE code MOD 7 = 3",
        "DELETE FROM shop.goods WHERE code MOD 7 = 4",
        "ALTER TABLE shop.words RENAME COLUMN word TO term",
        "UPDATE shop.words SET n = 5 WHERE term LIKE '%4'",
        "INSERT INTO shop.words (term, n) VALUES ('word 12345', 6)",
        written=(),
    )
    found = verify.wait_until_equal(server, target, pairs("goods", "words"), 90, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert "read as a whole" not in job.log_text()


@ONE
def test_what_the_target_keeps_and_is_lost_is_told_once(
    ends: tuple[Any, Any], tmp_path: Path
) -> None:
    server, target = ends
    job = job_of(server, target, tmp_path, "schema-changes.policy { drop-column = ignore }")
    job.variables["parallelism"] = 2
    job.start()
    on_its_way(job)
    server.execute("ALTER TABLE shop.goods DROP COLUMN price")
    server.execute("UPDATE shop.goods SET note = 'seen' WHERE id MOD 50 = 3")
    on_its_way(job)
    job.variables["rows_per_second"] = 1_000_000
    job.kill()
    said = "in the target the rows of ranges read from now on have instead: price (null)"
    assert job.log_text().count(said) == 1
    assert "warn" in next(line for line in job.log_text().splitlines() if said in line)
    job.start()

    def there() -> bool:
        job.check_alive()
        seen = "SELECT COUNT(*) FROM ods.ods_goods WHERE note = 'seen'"
        return "the log is followed" in job.log_text() and target.execute("ods", seen)[0][0] == 80

    wait_for(there, "the log's rows", 60)
    counts = target.execute("ods", "SELECT COUNT(*), COUNT(price) FROM ods.ods_goods")[0]
    assert counts[0] == ROWS
    assert 0 < counts[1] < ROWS, counts
    assert job.stop() == 0


@ONE
def test_columns_take_over_each_others_names(ends: tuple[Any, Any], tmp_path: Path) -> None:
    """With the same types, and before another look at the table."""
    server, target = ends
    server.execute("ALTER TABLE shop.words ADD COLUMN less VARCHAR(30) DEFAULT 'less'")
    job = run(
        ends,
        tmp_path,
        (
            "ALTER TABLE shop.words RENAME COLUMN more TO other",
            "ALTER TABLE shop.words RENAME COLUMN less TO more",
            "ALTER TABLE shop.words RENAME COLUMN other TO less",
        ),
        written=("words",),
        tables="words",
    )
    found = verify.wait_until_equal(server, target, pairs("words"), 90, job.check_alive)
    assert found.rows > ROWS / 2
    assert job.stop() == 0
    assert "column more is read as less" in job.log_text()


@ONE
def test_a_value_that_does_not_fit_the_type_of_before_stops_it(
    ends: tuple[Any, Any], tmp_path: Path
) -> None:
    server, target = ends
    job = job_of(server, target, tmp_path, tables="goods")
    job.start()
    on_its_way(job)
    server.execute(
        "ALTER TABLE shop.goods MODIFY stock VARCHAR(30)",
        "UPDATE shop.goods SET stock = 'plenty'",
    )
    assert job.process.wait(60) not in (0, -6, -11)
    shown = job.log_text()
    assert "table shop.goods: column stock became varchar(30) from int" in shown
    assert "the value 'plenty' does not fit that; start again with --fresh" in shown


@ONE
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP COLUMN id, ADD PRIMARY KEY (stock)", "column id of its key is gone"),
        ("MODIFY id DECIMAL(20,0)", "column id of its key became decimal(20,0) from bigint"),
        ("MODIFY at TIMESTAMP NULL", "column at became timestamp from datetime"),
    ],
)
def test_what_cannot_be_read_any_more_stops_it(
    ends: tuple[Any, Any], statement: str, said: str, tmp_path: Path
) -> None:
    server, target = ends
    job = job_of(server, target, tmp_path, tables="goods")
    job.start()
    on_its_way(job)
    server.execute(f"ALTER TABLE shop.goods {statement}")
    assert job.process.wait(60) not in (0, -6, -11)
    assert said in job.log_text()
    assert "start again with --fresh" in job.log_text()


@pytest.mark.parametrize(
    "ends",
    [(MYSQL80, "starrocks"), (MYSQL56, "mysql_target"), (MARIADB, "mysql_target")],
    ids=lambda value: f"{value[0]}-{value[1]}",
    indirect=True,
)
def test_a_table_is_dropped(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = job_of(server, target, tmp_path, "schema-changes.policy { drop-table = ignore }")
    writer = Writer(server, ("words",))
    try:
        job.start()
        on_its_way(job)
        server.execute(
            "INSERT INTO shop.goods (id, note) VALUES (90000, 'the last')", "DROP TABLE shop.goods"
        )
        on_its_way(job, 2)
        to_the_end(job, writer)
    finally:
        writer.stop()
    verify.wait_until_equal(server, target, pairs("words"), 90, job.check_alive)
    assert job.stop() == 0
    assert "shop.goods was dropped or renamed away while its snapshot is read" in job.log_text()
    reader = target.reader()
    columns = target.columns(reader, "ods.ods_goods")
    found = {row[0]: row for row in target.rows(reader, "ods.ods_goods", columns)}
    reader.close()
    assert 100 < len(found) < ROWS, "what was read, and no more"
    assert any("the last" in map(str, row) for row in found.values())


@ONE
def test_a_table_that_is_gone_stops_it_by_default(ends: tuple[Any, Any], tmp_path: Path) -> None:
    server, target = ends
    job = job_of(server, target, tmp_path, tables="goods")
    job.start()
    on_its_way(job)
    server.execute("RENAME TABLE shop.goods TO shop.other")
    assert job.process.wait(60) not in (0, -6, -11)
    shown = job.log_text()
    assert "table shop.goods was dropped or renamed away during its snapshot" in shown
    assert "drop-table = ignore" in shown
