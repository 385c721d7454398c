# SPDX-License-Identifier: Apache-2.0
"""The tables of the shop, and random values for the table of awkward types."""

from __future__ import annotations

import json
import struct
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Sequence

TABLES = ("customers", "products", "orders", "order_items", "events")

DDL = (
    """CREATE TABLE customers (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(80) NOT NULL,
      email VARCHAR(120) NULL,
      city VARCHAR(60) CHARACTER SET latin1 NULL,
      vip TINYINT(1) NOT NULL DEFAULT 0,
      created_at DATETIME(6) NOT NULL
    )""",
    """CREATE TABLE products (
      sku VARCHAR(24) NOT NULL PRIMARY KEY,
      name VARCHAR(80) NOT NULL,
      price DECIMAL(12,2) NOT NULL,
      stock INT NOT NULL,
      attributes JSON NULL,
      changed_at TIMESTAMP(3) NOT NULL
    )""",
    """CREATE TABLE orders (
      id BIGINT NOT NULL PRIMARY KEY,
      customer_id INT UNSIGNED NOT NULL,
      status ENUM('new','paid','sent','returned') NOT NULL,
      total DECIMAL(12,2) NOT NULL,
      placed_at DATETIME(6) NOT NULL,
      note TEXT NULL
    )""",
    """CREATE TABLE order_items (
      order_id BIGINT NOT NULL,
      line SMALLINT NOT NULL,
      sku VARCHAR(24) NOT NULL,
      quantity INT NOT NULL,
      price DECIMAL(12,2) NOT NULL,
      PRIMARY KEY (order_id, line)
    )""",
    """CREATE TABLE events (
      id BIGINT NOT NULL PRIMARY KEY,
      flag TINYINT(1) NULL,
      tiny TINYINT NULL,
      tiny_u TINYINT UNSIGNED NULL,
      small_u SMALLINT UNSIGNED NULL,
      medium MEDIUMINT NULL,
      medium_u MEDIUMINT UNSIGNED NULL,
      int_u INT UNSIGNED NULL,
      big BIGINT NULL,
      big_u BIGINT UNSIGNED NULL,
      amount DECIMAL(20,4) NULL,
      wide DECIMAL(38,10) NULL,
      ratio FLOAT NULL,
      exact DOUBLE NULL,
      at_micros DATETIME(6) NULL,
      at_plain DATETIME NULL,
      stamp TIMESTAMP(3) NULL,
      clock TIME NULL,
      day DATE NULL,
      born YEAR NULL,
      doc JSON NULL,
      kind ENUM('click','view','größe','it''s') NULL,
      tags SET('new','hot','eu','us') NULL,
      bits BIT(10) NULL,
      one_bit BIT(1) NULL,
      token VARBINARY(40) NULL,
      padded BINARY(6) NULL,
      body BLOB NULL,
      note TEXT CHARACTER SET utf8mb4 NULL,
      city VARCHAR(40) CHARACTER SET latin1 NULL,
      fixed CHAR(8) NULL
    )""",
)

EVENT_COLUMNS = tuple(
    (
        "id flag tiny tiny_u small_u medium medium_u int_u big big_u amount wide ratio exact "
        "at_micros at_plain stamp clock day born doc kind tags bits one_bit token padded body note "
        "city fixed"
    ).split()
)

TEXTS = (
    "",
    "plain",
    'say "hi" \\ back\\slash / and \'quotes\'',
    "tab\t new\nline \r return",
    "naïve Größe 中文 日本語 ไทย",
    "emoji 😀👩‍👩‍👧‍👦🇩🇪",
    "control \x01\x1f\x7f",
    "NULL",
    "\u2028\ufeff\uffff",
    " spaces around ",
)
CITIES = ("Köln", "São Paulo", "Ñuñoa", "Øystese", "", "Zürich £ ¥ ÿ", "Lyon")
MICROS = timedelta(microseconds=1)


def float32(value: float) -> float:
    """The nearest value that a FLOAT holds."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _pick(random: Random, edges: Sequence[Any], otherwise: Any) -> Any:
    """An edge case in one of three."""
    return random.choice(edges) if random.random() < 0.33 else otherwise


def integer(random: Random, low: int, high: int) -> int:
    return int(_pick(random, (low, high, 0, 1, low + 1, high - 1), random.randint(low, high)))


def decimal(random: Random, digits: int, scale: int) -> str:
    """As text without an exponent: the server would read one as a DOUBLE."""
    top = 10**digits - 1
    units = _pick(random, (top, -top, 0, 1, -1), random.randint(-top, top) >> random.randint(0, 60))
    return format(Decimal(f"{units}E-{scale}"), "f")


def document(random: Random, depth: int = 0) -> Any:
    kind = random.randint(0, 9 if depth < 3 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return random.random() < 0.5
    if kind == 2:
        return integer(random, -(2**63), 2**64 - 1)
    if kind == 3:
        return _pick(random, (1.5, -0.25, 1e-9, 1e300, 0.1), random.uniform(-1e6, 1e6))
    if kind in (4, 5):
        return random.choice(TEXTS)
    if kind == 6:
        return [document(random, depth + 1) for _ in range(random.randint(0, 4))]
    names = ("a", "b", "größe", "long" * 20, 'q"', "")
    chosen = random.sample(names, random.randint(0, 5))
    return {name: document(random, depth + 1) for name in chosen}


def moment(random: Random, first: int, last: int) -> datetime:
    start = datetime(first, 1, 1)
    span = (datetime(last, 12, 31, 23, 59, 59, 999999) - start) // MICROS
    return start + MICROS * random.randint(0, span)


def _whole(value: datetime) -> datetime:
    return value.replace(microsecond=0)


def _times(random: Random) -> list[Any]:
    edges = (datetime(1000, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999))
    stamp = moment(random, 1971, 2037)
    return [
        _pick(random, edges, moment(random, 1990, 2035)),
        _whole(_pick(random, edges, moment(random, 1900, 2100))),
        stamp.replace(microsecond=stamp.microsecond // 1000 * 1000),
        _pick(random, ("00:00:00", "23:59:59"), _whole(stamp).strftime("%H:%M:%S")),
        _pick(random, (date(1000, 1, 1), date(9999, 12, 31), date(2024, 2, 29)), stamp.date()),
        _pick(random, (1901, 2155, 1970), random.randint(1901, 2155)),
    ]


def _numbers(random: Random) -> list[Any]:
    single = float32(_pick(random, (0.1, -3.4e38, 1.17e-38, 16777216.0), random.gauss(0, 1e6)))
    double = _pick(random, (0.1, -1.7e308, 2.3e-308, 2.0**53), random.gauss(0, 1e12))
    return [
        random.choice((0, 1)),
        integer(random, -128, 127),
        integer(random, 0, 255),
        integer(random, 0, 65535),
        integer(random, -(2**23), 2**23 - 1),
        integer(random, 0, 2**24 - 1),
        integer(random, 0, 2**32 - 1),
        integer(random, -(2**63), 2**63 - 1),
        integer(random, 0, 2**64 - 1),
        decimal(random, 20, 4),
        decimal(random, 38, 10),
        single,
        double,
    ]


def _rest(random: Random) -> list[Any]:
    tags = ("new", "hot", "eu", "us")
    padded = bytes(random.randint(0, 255) for _ in range(random.randint(0, 6)))
    return [
        json.dumps(document(random), ensure_ascii=False),
        random.choice(("click", "view", "größe", "it's")),
        ",".join(tag for tag in tags if random.random() < 0.4),
        integer(random, 0, 1023),
        random.randint(0, 1),
        random.randbytes(random.randint(0, 40)),
        padded.ljust(6, b"\0"),
        random.randbytes(_pick(random, (0, 1, 255, 256, 3000), random.randint(0, 60))),
        random.choice(TEXTS) * random.randint(1, 20),
        random.choice(CITIES),
        random.choice(("", "abc", "12345678", "日本語", "x y")),
    ]


def event(random: Random, number: int) -> list[Any]:
    """One row of `events`, in the order of EVENT_COLUMNS; one value in ten is NULL."""
    values = _numbers(random) + _times(random) + _rest(random)
    return [number, *(None if random.random() < 0.1 else value for value in values)]
