# SPDX-License-Identifier: Apache-2.0
"""Every transform in the executable, and the sink that asserts: rows in, printed rows out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness.engine import executable

JOBS = Path(__file__).parent
ROW = re.compile(r"SeaTunnelRow#tableId=(\S+) SeaTunnelRow#kind=(\S+) : (.*)$")


def sluice(
    verb: str, job: Path, folder: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(executable()), verb, str(job), *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run(job: str, folder: Path) -> tuple[list[str], list[str]]:
    """Row types and rows as they were printed."""
    done = sluice("run", JOBS / job, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    types = [line.removeprefix("output rowType: ") for line in lines if "output rowType" in line]
    return types, [" ".join(found.groups()) for line in lines if (found := ROW.search(line))]


def test_columns_are_copied_mapped_renamed_and_left_out(tmp_path: Path) -> None:
    types, rows = run("columns.conf", tmp_path)
    assert sorted(types) == [
        "WHO_c<STRING>, NUMBER_c<BIGINT>, PRICE_c<DECIMAL(10, 2)>",
        "id<INT>, color<STRING>",
    ]
    orders = [row for row in rows if row.startswith("shop.orders")]
    assert orders == [
        "shop.orders INSERT ann lee, 1, 1.50",
        "shop.orders UPDATE_BEFORE ann lee, 1, 1.50",
        "shop.orders UPDATE_AFTER null, 1, 2.50",
        "shop.orders DELETE null, 1, 2.50",
    ]
    assert [row for row in rows if row not in orders] == ["shop.items INSERT 7, red"]


def test_text_is_replaced_and_cut_and_half_an_update_is_an_insert(tmp_path: Path) -> None:
    types, rows = run("rows.conf", tmp_path)
    assert types == [
        "id<BIGINT>, name<STRING>, phone<STRING>, rest<STRING>, tab<STRING>, kind<STRING>, "
        "at<BIGINT>"
    ]
    assert rows == [
        "shop.orders INSERT 1, tel 11/030|a, tel 11/030, a, orders, +I, null",
        "shop.orders INSERT 1, tel 22/030, tel 22/030, null, orders, +U, null",
        "shop.orders DELETE 1, null, null, null, orders, -D, null",
    ]


def test_every_change_becomes_a_row(tmp_path: Path) -> None:
    _, rows = run("history.conf", tmp_path)
    kinds = ["INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"]
    assert rows == [f"shop.orders INSERT 1, {kind}" for kind in kinds]


def test_a_column_that_is_not_there_is_told_before_a_row_is_read(tmp_path: Path) -> None:
    job = tmp_path / "job.conf"
    text = (JOBS / "columns.conf").read_text(encoding="utf-8")
    job.write_text(text.replace("who = name }", "who = nam, what = colour }"), encoding="utf-8")
    done = sluice("run", job, tmp_path)
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "transform 'Copy' taking table shop.orders" in told
    assert "does not have: 'nam' (did you mean 'name'?), 'colour'" in told
    assert "rowIndex" not in told


GOOD = (", { kind = DELETE, fields = [8, null] }", "")  # leaves the row out that breaks a rule


def asserted(folder: Path, rows: int, *changes: tuple[str, str]) -> tuple[int, str]:
    """Exit code and output of assert.conf with parts of it replaced."""
    text = (JOBS / "assert.conf").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    job = folder / "job.conf"
    job.write_text(text, encoding="utf-8")
    done = sluice("run", job, folder, f"-irows={rows}", "-icolour=red")
    return done.returncode, done.stdout + done.stderr


def test_a_job_that_keeps_its_rules_finishes(tmp_path: Path) -> None:
    code, told = asserted(tmp_path, 2000, GOOD)
    assert code == 0, told


def test_the_first_row_that_breaks_a_rule_fails_the_job(tmp_path: Path) -> None:
    code, told = asserted(tmp_path, 2000)
    assert code == 1
    assert "of table shop.items (-D 8, null): column 'colour' is null" in told
    assert "which breaks the rule equals_to red" in told


def test_the_number_of_rows_over_all_writers_is_known_at_the_end(tmp_path: Path) -> None:
    for rows, rule in ((1999, "MAX_ROW 1999"), (2001, "MIN_ROW 2001")):
        code, told = asserted(tmp_path, rows, GOOD)
        assert code == 1
        assert f"2000 rows of table shop.orders, which breaks the rule {rule}" in told


def test_a_table_that_is_not_what_it_must_be_fails_before_the_first_row(tmp_path: Path) -> None:
    code, told = asserted(tmp_path, 2000, GOOD, ("again, type = string", "again, type = int"))
    assert code == 1
    assert "column 'again': type must be INT, but is STRING" in told
