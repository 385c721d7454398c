# SPDX-License-Identifier: Apache-2.0
"""A shop whose tables change while rows flow, for targets that follow changes of schema."""

from __future__ import annotations

import threading

from . import verify
from .engine import Engine
from .mysql_server import MysqlServer
from .waiting import wait_for

TABLES = ("goods", "makers")
ROWS = 500
PAIRS = [verify.Pair(f"shop.{name}", f"ods.ods_{name}") for name in TABLES]
HOUR_MS = 3_600_000

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


class Changer:
    """Writes on a thread of its own, naming only the columns that are always there."""

    def __init__(self, server: MysqlServer) -> None:
        self.server = server
        self.rows = 0
        self.error: BaseException | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(60)
        assert self.error is None, repr(self.error)

    def _run(self) -> None:
        try:
            with self.server.connect("shop") as connection, connection.cursor() as cursor:
                number = 1_000_000
                while not self._stopping.wait(0.01):
                    number += 1
                    cursor.execute(
                        "INSERT INTO goods (id, name) VALUES (%s, %s)", (number, f"n{number}")
                    )
                    cursor.execute(
                        "UPDATE goods SET name = %s WHERE id = %s", ("again", number % ROWS)
                    )
                    cursor.execute("UPDATE makers SET city = %s WHERE id = 1", (f"c{number}",))
                    if number % 5 == 0:
                        cursor.execute("DELETE FROM goods WHERE id = %s", (number - 3,))
                    self.rows += 3
        except BaseException as error:  # handed to stop()
            self.error = error
