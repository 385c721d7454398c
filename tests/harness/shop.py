# SPDX-License-Identifier: Apache-2.0
"""The small shop database and its preloaded rows."""

from __future__ import annotations

from random import Random
from typing import Any

from .mysql_server import MysqlServer
from .shop_tables import DDL, EVENT_COLUMNS, TABLES, event

EVENT_BATCH = 200

INSERT_EVENT = (
    f"INSERT INTO events ({', '.join(EVENT_COLUMNS)}) VALUES "
    f"({', '.join(['%s'] * len(EVENT_COLUMNS))})"
)


class Shop:
    """Owns one database; the tables are empty until `preload`."""

    def __init__(self, server: MysqlServer, database: str = "shop") -> None:
        self.server = server
        self.database = database
        server.fresh_database(database)
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in DDL:
                # A column of JSON is one of text where the server has no such type.
                if not server.flavour.has_json:
                    statement = statement.replace(" JSON ", " LONGTEXT ")
                cursor.execute(statement)

    @property
    def tables(self) -> list[str]:
        """Full names, as a job file wants them."""
        return [f"{self.database}.{table}" for table in TABLES]

    def connect(self) -> Any:
        return self.server.connect(self.database, charset="utf8mb4")

    def preload(self, rows: int, seed: int = 1) -> None:
        """About `rows` rows over all tables: a third orders, half of them items."""
        orders = max(rows // 3, 1)
        with self.connect() as connection, connection.cursor() as cursor:
            # The oldest server knows no recursive queries.
            cursor.execute("CREATE TEMPORARY TABLE seq (n INT PRIMARY KEY)")
            numbers = [(number,) for number in range(1, orders + 1)]
            cursor.executemany("INSERT INTO seq VALUES (%s)", numbers)
            for sql in _preload_statements(orders):
                cursor.execute(sql)
            random = Random(seed)
            events = [event(random, number) for number in range(1, max(rows // 20, 1) + 1)]
            for first in range(0, len(events), EVENT_BATCH):
                cursor.executemany(INSERT_EVENT, events[first : first + EVENT_BATCH])

    def count(self) -> int:
        """Rows of all tables now."""
        return sum(
            int(self.server.query(f"SELECT COUNT(*) FROM {table}")[0][0]) for table in self.tables
        )


def _preload_statements(orders: int) -> list[str]:
    """For a session with the table `seq` of the numbers 1 to `orders`."""
    customers, products = max(orders // 8, 5), max(orders // 20, 5)
    return [
        "INSERT INTO customers (name, email, city, vip, created_at) "
        "SELECT CONCAT('Customer ', n), IF(n % 7 = 0, NULL, CONCAT('c', n, '@example.org')), "
        "ELT(1 + n % 4, 'Köln', 'São Paulo', NULL, 'Lyon'), n % 10 = 0, "
        "TIMESTAMPADD(MICROSECOND, n * 1000003, '2024-01-01 00:00:00.000000') FROM seq "
        f"WHERE n <= {customers}",
        "INSERT INTO products "
        "SELECT CONCAT('SKU-', LPAD(n, 6, '0')), CONCAT('Product ', n), n % 500 + 0.99, 100, "
        """IF(n % 5 = 0, NULL, CONCAT('{"tags": ["a", ', n, '], "weight": ', n / 4, '}')), """
        f"TIMESTAMPADD(SECOND, n, '2024-02-01 00:00:00.125') FROM seq WHERE n <= {products}",
        "INSERT INTO orders "
        f"SELECT n, 1 + n % {customers}, 1 + n % 4, n % 1000 + 0.25, "
        "TIMESTAMPADD(MICROSECOND, n * 7000001, '2024-03-01 00:00:00.000000'), "
        "IF(n % 3 = 0, CONCAT('note 😀 ', n), NULL) FROM seq",
        "INSERT INTO order_items "
        "SELECT n, line, CONCAT('SKU-', LPAD(1 + (n * line) % "
        f"{products}, 6, '0')), line + n % 3, n % 90 + 0.5 FROM seq "
        "JOIN (SELECT 1 AS line UNION ALL SELECT 2) AS two WHERE line <= 1 + n % 2",
    ]
