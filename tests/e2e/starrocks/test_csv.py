# SPDX-License-Identifier: Apache-2.0
"""Jobs that ask for CSV: every value arrives as it is, also those that CSV cannot carry."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import verify
from harness.engine import Engine
from harness.mysql_server import MysqlServer
from harness.starrocks import StarRocks

JOB = Path(__file__).parent / "csv.conf"
TEXTS = [
    None,
    "",
    " ",
    "\\N",
    "\\",
    "\\\\n",
    "NULL",
    "a,b",
    "a\tb",
    "two\nlines\r\n",
    "'single' \"double\"",
    '"\\N"',
    "\x01\x02\x03",
    "ä中😀",
]
DOCUMENTS = [None, '{"a": [1, "x,y", null]}', '"\\\\N"', "[]"]
# As a job file has them: the header's own way to write bytes.
SEPARATORS = [(",", "\\\\n"), ("\\\\x01", "\\\\x02"), ("\\\\x0102", "\\\\x03")]


@pytest.mark.parametrize(("column", "row"), SEPARATORS, ids=["comma", "x01", "two bytes"])
def test_every_text_arrives_as_it_is(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Path, column: str, row: str
) -> None:
    """By snapshot and by log; a table of one column, whose row of an empty text is a blank line."""
    mysql.fresh_database("texts")
    starrocks.fresh_database("csv")
    connection = mysql.connect("texts", charset="utf8mb4", autocommit=True)

    def do(sql: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    do("CREATE TABLE words (id INT PRIMARY KEY, v VARCHAR(60), w TEXT, doc JSON)")
    do("CREATE TABLE `lines` (v VARCHAR(60) COLLATE utf8mb4_0900_bin PRIMARY KEY)")

    def insert(first: int) -> None:
        for i, text in enumerate(TEXTS):
            other, document = TEXTS[-i], DOCUMENTS[i % len(DOCUMENTS)]
            do("INSERT INTO words VALUES (%s, %s, %s, %s)", first + i, text, other, document)

    insert(0)
    for text in TEXTS[1::2]:
        do("INSERT INTO `lines` VALUES (%s)", text)
    job = Engine(
        tmp_path,
        JOB,
        {
            **mysql.job_variables(),
            **starrocks.job_variables("csv"),
            "column_separator": column,
            "row_delimiter": row,
        },
    )
    pairs = verify.pairs(["texts.words", "texts.lines"], "csv", lambda name: name)
    try:
        job.start()
        verify.wait_until_equal(mysql, starrocks, pairs, 60, job.check_alive)
        insert(100)
        do("UPDATE words SET v = w, w = v WHERE id < 50")
        for text in TEXTS[2::2]:
            do("INSERT INTO `lines` VALUES (%s)", text)
        verify.wait_until_equal(mysql, starrocks, pairs, 60, job.check_alive)
        assert job.stop() == 0, job.log_tail()
        assert "CSV is mapped to JSON" in job.log_text()
    finally:
        job.end()
        connection.close()
