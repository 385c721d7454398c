# SPDX-License-Identifier: Apache-2.0
"""A shop whose tables change while rows flow, for targets that follow changes of schema."""

from __future__ import annotations

from typing import Any

from . import verify
from .engine import Engine
from .mysql_server import MysqlServer
from .table_writer import TableWriter
from .target import Target
from .waiting import wait_for

TABLES = ("goods", "makers")
ROWS = 500
PAIRS = [verify.Pair(f"shop.{name}", f"ods.ods_{name}") for name in TABLES]
HOUR_MS = 3_600_000  # no checkpoint comes by itself while a test runs

CHANGES = (
    "ALTER TABLE shop.goods ADD COLUMN stock INT NOT NULL DEFAULT 7",
    "ALTER TABLE shop.goods ADD COLUMN note VARCHAR(10) AFTER name, "
    "ADD COLUMN seen DATETIME DEFAULT '2024-01-02 03:04:05'",
    "ALTER TABLE shop.goods MODIFY name VARCHAR(60) NOT NULL",
    "ALTER TABLE shop.goods MODIFY stock BIGINT NULL",
    "ALTER TABLE shop.goods RENAME COLUMN label TO tag",
    "ALTER TABLE shop.goods DROP COLUMN price",
    "ALTER TABLE shop.makers ADD COLUMN country CHAR(2) DEFAULT 'de'",
)


# All kinds in one statement.
CHANGE = (
    "ALTER TABLE shop.goods ADD COLUMN stock INT DEFAULT 7, DROP COLUMN price, "
    "MODIFY name VARCHAR(50), CHANGE label tag VARCHAR(20)"
)

# The change is alone with its two checkpoints, for there is no other for an hour.
STEPS = {
    "first checkpoint sealed": ("sealed", None),
    "first checkpoint prepared": ("prepared", None),
    "first checkpoint published": ("published", None),
    "about to alter": ("altering", None),
    "altered": ("altered", None),
    "second checkpoint prepared": ("prepared", "altered"),
    "behind the change": ("log", "altered"),
}


def fill(mysql: MysqlServer) -> None:
    mysql.fresh_database("shop")
    mysql.execute(
        "CREATE TABLE shop.goods (id BIGINT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2), "
        "label VARCHAR(10) DEFAULT 'none')",
        "CREATE TABLE shop.makers (id INT PRIMARY KEY, city VARCHAR(30))",
        "INSERT INTO shop.makers VALUES (1, 'Köln'), (2, 'Lyon')",
    )
    with mysql.connect("shop") as connection, connection.cursor() as cursor:
        rows = [(number, f"row {number}", number / 4, f"l{number}") for number in range(ROWS)]
        cursor.executemany("INSERT INTO goods VALUES (%s, %s, %s, %s)", rows)


def started(job: Engine) -> None:
    """Until the snapshot is over."""
    job.start()

    def there() -> bool:
        job.check_alive()
        return "the log is followed from" in job.log_text()

    wait_for(there, f"the log\n{job.log}", 60)


class Changer(TableWriter):
    """Names only the columns that are always there."""

    autocommit = False

    def round(self, cursor: Any, number: int) -> None:
        key = 1_000_000 + number
        cursor.execute("INSERT INTO goods (id, name) VALUES (%s, %s)", (key, f"n{key}"))
        cursor.execute("UPDATE goods SET name = %s WHERE id = %s", ("again", key % ROWS))
        cursor.execute("UPDATE makers SET city = %s WHERE id = 1", (f"c{key}",))
        if number % 5 == 0:
            cursor.execute("DELETE FROM goods WHERE id = %s", (key - 3,))
        cursor.execute("COMMIT")


def follow_all(job: Engine, shop: MysqlServer, target: Target) -> None:
    """The job follows one change after the other while rows flow."""
    started(job)
    changer = Changer(shop)
    for change in CHANGES:
        changer.more(10)
        shop.execute(change)
    shop.execute("UPDATE shop.goods SET stock = 5000000000, note = 'seen' WHERE id < 20")
    changer.stop()
    found = verify.wait_until_equal(shop, target, PAIRS, 60, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert job.log_text().count("altering the target") == len(CHANGES)


def follow_killed(
    job: Engine, shop: MysqlServer, target: Target, phase: str, behind: str | None
) -> None:
    """The job is killed in a step of a change: `phase`, or the one that comes behind `behind`."""
    mark = target.mark()
    job.variables["checkpoint_interval"] = HOUR_MS
    started(job)
    changer = Changer(shop)
    changer.more(20)
    job.hold(behind or phase)
    shop.execute(CHANGE)
    shop.execute("UPDATE shop.goods SET stock = 8 WHERE id < 30")
    if behind:
        job.wait_held(behind)
        job.hold(phase)
        job.release(behind)
    job.wait_held(phase)
    job.kill()
    job.release(phase)
    job.variables["checkpoint_interval"] = 200
    job.start()
    changer.more(20)
    changer.stop()
    found = verify.wait_until_equal(shop, target, PAIRS, 60, job.check_alive)
    assert found.rows > ROWS
    assert job.stop() == 0
    assert target.problems("ods", mark, job.durable(), stopped=True) == []
