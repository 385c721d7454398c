# SPDX-License-Identifier: Apache-2.0
"""What the Metadata transform tells of rows of a real server."""

from __future__ import annotations

METADATA = """Metadata {
  metadata_fields { Database = d, Table = t, RowKind = k, EventTime = at, Delay = late }
}"""


def now(server) -> int:
    """The server's clock, in milliseconds."""
    return int(server.query("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)")[0][0])


def test_rows_have_the_time_of_their_commit_or_of_their_reading(server, job):
    server.execute(
        "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))",
        "INSERT INTO shop.goods VALUES (1, 'a')",
    )
    times = [now(server)]
    run = job(server, ["shop.goods"], transform=METADATA)
    run.start()
    run.wait_rows(1)
    times.append(now(server))
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    run.wait_rows(2)
    times.append(now(server))
    server.execute("UPDATE shop.goods SET name = 'c' WHERE id = 2")
    rows = run.wait_rows(4)
    times.append(now(server))
    run.stop()

    values = [row.split(", ") for _, row in rows]
    assert [row[:5] for row in values] == [
        ["1", "a", "shop", "goods", "+I"],
        ["2", "b", "shop", "goods", "+I"],
        ["2", "b", "shop", "goods", "-U"],
        ["2", "c", "shop", "goods", "+U"],
    ]
    events = [int(row[5]) for row in values]
    assert times[0] <= events[0] <= times[1], "a row of the snapshot: when it was read"
    assert times[1] <= events[1] <= times[2]
    assert times[2] <= events[2] == events[3] <= times[3], "one transaction, one time"
    delays = [int(row[6]) for row in values]
    assert delays[0] == 0
    assert all(0 <= delay <= times[3] - times[0] for delay in delays)
