# SPDX-License-Identifier: Apache-2.0
"""Updates that log only what changed in a JSON value, against what the server has then."""

from __future__ import annotations

import random

import pytest

from harness.waiting import wait_for

PATHS = ["$.a", "$.b.c", "$.list[0]", "$.list[3].x", '$."odd \\"key\\""', "$.deep.er[1]", "$.é"]
VALUES = [
    "1",
    "-70000",
    "1.5",
    "'text'",
    "NULL",
    "TRUE",
    "REPEAT('long ', 50)",
    "CAST('[1, {\"x\": 2}]' AS JSON)",
    "CAST('{\"c\": [], \"er\": [0, 1]}' AS JSON)",
    "CAST('2026-01-02 03:04:05' AS DATETIME)",
    "CAST(12.345 AS DECIMAL(9,3))",
]
START = (
    '{"a": 1, "b": {"c": "x", "wide": 1234567890123}, "list": [1, 2, 3, {"x": null}],'
    ' "deep": {"er": [0, [1, 2]]}, "odd \\\\"key\\\\"": "' + "y" * 200 + '"}'
)


@pytest.fixture(params=["", "compressed"])
def partial(server, request):
    server.execute("SET GLOBAL binlog_row_value_options = 'PARTIAL_JSON'")
    if request.param:
        server.execute("SET GLOBAL binlog_transaction_compression = ON")
    yield server
    server.execute("SET GLOBAL binlog_row_value_options = ''")
    server.execute("SET GLOBAL binlog_transaction_compression = OFF")


def change(chance: random.Random) -> str:
    column = chance.choice("jk")
    path = chance.choice(PATHS).replace("\\", "\\\\")
    function = chance.choice(["JSON_SET", "JSON_SET", "JSON_REPLACE", "JSON_REMOVE"])
    value = "" if function == "JSON_REMOVE" else ", " + chance.choice(VALUES)
    text = f"{column} = {function}({column}, '{path}'{value})"
    if chance.random() < 0.2:
        text = f"j = {function}({function}(j, '{path}'{value}), '$.a'{value})"
    if chance.random() < 0.1:
        text += ", n = n + 1"
    if chance.random() < 0.05:
        whole = chance.choice([f"'{START}'", "NULL"])
        text = f"{column} = {whole}"
    return f"UPDATE shop.docs SET {text} WHERE id = {chance.randrange(4)} AND id >= 0"


@pytest.mark.parametrize("seed", range(3))
def test_random_changes(partial, job, seed):
    partial.execute(
        "CREATE TABLE shop.docs (id INT PRIMARY KEY, j JSON, n INT, k JSON)",
        *(f"INSERT INTO shop.docs VALUES ({id}, '{START}', 0, '{START}')" for id in range(4)),
    )
    run = job(partial, ["shop.docs"])
    run.start()
    run.wait_rows(4)
    run.wait_position("binlog")
    chance = random.Random(seed)
    expected = []
    for step in range(150):
        with partial.connect() as session, session.cursor() as cursor:
            cursor.execute(change(chance))
            session.commit()
        expected.append(sorted(", ".join("null" if value is None else str(value) for value in row)
                               for row in partial.query("SELECT id, j, n, k FROM shop.docs")))
    partial.execute("INSERT INTO shop.docs VALUES (99, NULL, NULL, NULL)")
    run.wait_rows(5)
    wait_for(lambda: run.rows()[-1][1].startswith("99, "), "the last row", 60)
    # Every state in between, not only the last one.
    table = {str(id): row for id, row in zip(range(4), (text for _, text in run.rows()[:4]))}
    states = [sorted(table.values())]
    for kind, text in run.rows()[4:-1]:
        key = text.partition(", ")[0]
        if kind == "UPDATE_BEFORE":
            assert table[key] == text
        else:
            table[key] = text
            states.append(sorted(table.values()))
    wanted = [state for i, state in enumerate(expected) if i == 0 or state != expected[i - 1]]
    assert [state for state in states if state in wanted] and states[-1] == wanted[-1]
    for state in wanted:
        assert state in states
    run.stop()
