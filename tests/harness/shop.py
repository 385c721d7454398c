# SPDX-License-Identifier: Apache-2.0
"""The small shop database and its preloaded rows."""

from __future__ import annotations

from random import Random
from typing import Any

from .mysql_server import MysqlServer
from .shop_tables import DDL, EVENT_COLUMNS, TABLES, event

SEQUENCE = "WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < {}) "
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
            cursor.execute(f"SET cte_max_recursion_depth = {orders + 10}")
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
    customers, products = max(orders // 8, 5), max(orders // 20, 5)
    return [
        "INSERT INTO customers (name, email, city, vip, created_at) "
        + SEQUENCE.format(customers)
        + "SELECT CONCAT('Customer ', n), IF(n % 7 = 0, NULL, CONCAT('c', n, '@example.org')), "
        "ELT(1 + n % 4, 'Köln', 'São Paulo', NULL, 'Lyon'), n % 10 = 0, "
        "TIMESTAMPADD(MICROSECOND, n * 1000003, '2024-01-01 00:00:00.000000') FROM seq",
        "INSERT INTO products "
        + SEQUENCE.format(products)
        + "SELECT CONCAT('SKU-', LPAD(n, 6, '0')), CONCAT('Product ', n), n % 500 + 0.99, 100, "
        "IF(n % 5 = 0, NULL, JSON_OBJECT('weight', n / 4, 'tags', JSON_ARRAY('a', n))), "
        "TIMESTAMPADD(SECOND, n, '2024-02-01 00:00:00.125') FROM seq",
        "INSERT INTO orders "
        + SEQUENCE.format(orders)
        + f"SELECT n, 1 + n % {customers}, 1 + n % 4, n % 1000 + 0.25, "
        "TIMESTAMPADD(MICROSECOND, n * 7000001, '2024-03-01 00:00:00.000000'), "
        "IF(n % 3 = 0, CONCAT('note 😀 ', n), NULL) FROM seq",
        "INSERT INTO order_items "
        + SEQUENCE.format(orders)
        + "SELECT n, line, CONCAT('SKU-', LPAD(1 + (n * line) % "
        + f"{products}, 6, '0')), line + n % 3, n % 90 + 0.5 FROM seq "
        "JOIN (SELECT 1 AS line UNION ALL SELECT 2) AS two WHERE line <= 1 + n % 2",
    ]
