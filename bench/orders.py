# SPDX-License-Identifier: Apache-2.0
"""The table of the figures about MySQL, and its rows; orders.cc describes the same columns."""

from __future__ import annotations

DATABASE = "bench"

COLUMNS = """(
  id BIGINT NOT NULL PRIMARY KEY,
  customer INT UNSIGNED NOT NULL,
  quantity SMALLINT NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  weight DOUBLE NOT NULL,
  state VARCHAR(12) NOT NULL,
  email VARCHAR(60) NOT NULL,
  note VARCHAR(120) NULL,
  placed DATETIME(6) NOT NULL,
  changed TIMESTAMP(3) NOT NULL
)"""

# Of row number n: about 100 bytes in the log, one note in ten missing.
VALUES = """n, n * 2654435761 % 1000003, n % 500, n % 100000 + 0.25, n / 7,
  ELT(1 + n % 4, 'new', 'paid', 'sent', 'returned'),
  CONCAT('customer', n % 1000003, '@example.org'),
  IF(n % 10 = 0, NULL, CONCAT('leave it at the door ', n % 977)),
  TIMESTAMPADD(MICROSECOND, n * 7000001, '2024-01-01'),
  TIMESTAMPADD(SECOND, n % 10000000, '2024-02-01 00:00:00.125')"""

# `total` rows from `first_row` on, `per_event` a statement, and so a rows event; 100 statements a
# transaction.
FILL_BY_EVENTS = f"""CREATE PROCEDURE fill_by_events(first_row INT, per_event INT, total INT)
BEGIN
  DECLARE done INT DEFAULT 0;
  WHILE done < total DO
    START TRANSACTION;
    REPEAT
      INSERT INTO orders SELECT {VALUES} FROM
        (SELECT first_row + done + number - 1 AS n
         FROM numbers WHERE number <= per_event) AS some;
      SET done = done + per_event;
    UNTIL done % (100 * per_event) = 0 OR done >= total END REPEAT;
    COMMIT;
  END WHILE;
END"""


def create(table: str) -> str:
    return f"CREATE TABLE {table} {COLUMNS}"


def numbers(count: int) -> tuple[str, ...]:
    """Statements that make the table `numbers`, 1 to `count`; `count` is a power of two."""
    double = "INSERT INTO numbers SELECT number + (SELECT COUNT(*) FROM numbers AS n) FROM numbers"
    return (
        "CREATE TABLE numbers (number INT NOT NULL PRIMARY KEY)",
        "INSERT INTO numbers VALUES (1)",
        *([double] * (count.bit_length() - 1)),
    )


def fill(table: str, first: int, rows: int) -> str:
    """Rows `first` and the following; `rows` at most as many as `numbers` has."""
    return (
        f"INSERT INTO {table} SELECT {VALUES} FROM "
        f"(SELECT {first} - 1 + number AS n FROM numbers WHERE number <= {rows}) AS some"
    )
