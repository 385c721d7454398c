# SPDX-License-Identifier: Apache-2.0
"""LocalFile as source and sink, killed on the way; other libraries read and write the files."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from e2e.files.contents import ITEMS, all_rows, files_of, rows_of, write_items
from harness.engine import Engine

HERE = Path(__file__).parent
FORMATS = ("csv", "text", "json", "parquet")


def assert_nothing_waits(target: Path) -> None:
    left = [path for path in (target / ".seatunnel").rglob("*") if path.name.startswith("T_")]
    assert not left, "files of no checkpoint are still there"


@pytest.mark.parametrize("form", FORMATS)
def test_rows_come_once_over_kills(form: str, tmp_path: Path) -> None:
    rows = 2500
    contents = []
    for name, phases in (
        ("clean", ()),
        ("killed", ("sealed", "prepared", "published", "sealed", "published")),
    ):
        target = tmp_path / name / "target"
        variables = {"target": target, "format": form, "rows": rows}
        job = Engine(tmp_path / name, HERE / "fake.conf", variables)
        job.killed_on_the_way(phases)
        contents.append(all_rows(target, form))
        assert_nothing_waits(target)
    assert len(contents[0]) == 2 * rows and len(set(contents[0])) == 2 * rows
    assert contents[1] == contents[0]


@pytest.mark.parametrize("form", FORMATS)
def test_files_are_read_once_over_kills(form: str, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    wanted = []
    for i, count in enumerate((2500, 1, 1500, 3000)):
        path = source / ("deep" if i % 2 else ".") / f"{i}.{form}"
        wanted += write_items(path, form, range(10_000 * i, 10_000 * i + count))
    (source / "_SUCCESS").touch()
    (source / ".hidden").write_text("nobody reads it", "utf-8")
    variables = {"source": source, "target": target, "format": form, "header": form == "csv"}
    job = Engine(tmp_path, HERE / "copy.conf", {k: str(v) for k, v in variables.items()})
    job.killed_on_the_way(("snapshot", "sealed", "published", "prepared"))
    assert all_rows(target, "json") == sorted(wanted, key=str)


def test_packed_files_in_another_charset(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    wanted = write_items(source / "a.gz", "csv", range(3000), "gb18030")
    variables = {
        **{"source": source, "target": target, "format": "csv"},
        **{"header": "true", "encoding": "GB18030", "archive": "gz"},
    }
    job = Engine(tmp_path, HERE / "copy.conf", variables)
    job.killed_on_the_way(("published", "published"))
    assert all_rows(target, "json") == sorted(wanted, key=str)


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    write_items(source / "a.json", "json", range(5000))
    variables = {"source": source, "target": target, "format": "json", "rows_per_second": 1000}
    job = Engine(tmp_path, HERE / "copy.conf", variables)
    job.hold("published")
    job.start()
    job.wait_held("published")
    job.kill()
    job.release("published")
    with (source / "a.json").open("a", encoding="utf-8") as file:
        file.write('{"id": 1}\n')
    job.start()
    assert job.process.wait(60) == 1
    assert "a.json: the file has changed since the job began" in job.log_text()
    assert "--fresh" in job.log_text()


def test_a_row_that_does_not_fit_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write_items(source / "a.json", "json", range(3))
    with (source / "a.json").open("a", encoding="utf-8") as file:
        file.write('{"id": 3, "name": "x", "price": 1, "day": "2024-02-30"}\n')
    variables = {"source": source, "target": tmp_path / "target", "format": "json"}
    job = Engine(tmp_path, HERE / "copy.conf", variables)
    job.start()
    assert job.process.wait(60) == 1
    assert "a.json:4: column 'day': '2024-02-30', where a date" in job.log_text()
    assert files_of(tmp_path / "target") == []


def test_folders_by_value_there_and_back(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    wanted = write_items(source / "a.json", "json", range(200))
    Engine(tmp_path, HERE / "partitions.conf", {"source": source, "target": target}).run_to_end()
    days = {row[ITEMS.index("day")] for row in wanted}
    assert {path.parent.name for path in files_of(target)} == {f"day={day}" for day in days}
    found = []
    for path in files_of(target):
        assert path.name.endswith(".zstd.parquet")
        metadata = pyarrow.parquet.read_metadata(path)
        assert metadata.row_group(0).column(0).compression == "ZSTD"
        day = path.parent.name.removeprefix("day=")
        found += [(*row, day) for row in rows_of(path, "parquet")]
    assert sorted(found, key=str) == sorted(((r[1], r[0], r[3]) for r in wanted), key=str)

    # The folders become a column again, behind those of the files.
    job_file = tmp_path / "back.conf"
    job_file.write_text(
        f"""
env {{ job.mode = BATCH }}
source {{ LocalFile {{ path = "{target}", file_format_type = parquet }} }}
sink {{ LocalFile {{ path = "{tmp_path}/back", file_format_type = json }} }}
""",
        "utf-8",
    )
    Engine(tmp_path / "2", job_file).run_to_end()
    assert all_rows(tmp_path / "back", "json") == sorted(found, key=str)


@pytest.mark.parametrize("int96", (False, True))
def test_timestamps_of_parquet_are_instants(int96: bool, tmp_path: Path) -> None:
    """SeaTunnel writes wall times of its own zone as UTC, and reads them so."""
    source, there, back = (tmp_path / name for name in ("source", "there", "back"))
    source.mkdir()
    noon, summer = datetime(2024, 2, 29, 12, 0, 0, 123000), datetime(2024, 7, 1, 12)
    zoned = pyarrow.timestamp("ms", "UTC")
    columns = {
        "instant": pyarrow.array([noon, summer], zoned),
        "wall": pyarrow.array([noon, summer], pyarrow.timestamp("ms")),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), source / "a.parquet", store_schema=False)
    jobs = ((source, "parquet", there), (there, "json", back))
    for number, (read, form, write) in enumerate(jobs):
        job_file = tmp_path / f"{number}.conf"
        job_file.write_text(
            f"""
env {{ job.mode = BATCH }}
source {{ LocalFile {{ path = "{read}", file_format_type = parquet }} }}
sink {{
  LocalFile {{
    path = "{write}", file_format_type = {form}
    parquet_avro_write_timestamp_as_int96 = {str(int96).lower()}
  }}
}}
""",
            "utf-8",
        )
        job = Engine(tmp_path / str(number), job_file)
        job.start({"TZ": "America/New_York"})
        assert job.process.wait(60) == 0, job.log_text()
    (written,) = files_of(there)
    leaf = pyarrow.parquet.read_metadata(written).schema.column(0)
    assert leaf.physical_type == ("INT96" if int96 else "INT64")
    if not int96:
        assert "isAdjustedToUTC=true, timeUnit=milliseconds" in str(leaf.logical_type)
    table = pyarrow.parquet.read_table(written).to_pylist()
    instants = [{name: at.replace(tzinfo=None) for name, at in row.items()} for row in table]
    assert instants == [
        {"instant": noon, "wall": noon + timedelta(hours=5)},
        {"instant": summer, "wall": summer + timedelta(hours=4)},
    ]
    assert all_rows(back, "json") == sorted(
        [
            ("2024-02-29T07:00:00.123", "2024-02-29T12:00:00.123"),
            ("2024-07-01 08:00:00", "2024-07-01 12:00:00"),
        ],
        key=str,
    )


def test_mistakes_are_told_before_anything_is_written(tmp_path: Path) -> None:
    job_file = tmp_path / "job.conf"
    job_file.write_text(
        f"""
env {{ job.mode = BATCH }}
source {{
  LocalFile {{
    path = "{tmp_path}/source"
    file_format_type = orc
    date_format = "dd.MM.yyyy"
    file_filter_pattern = "*.csv"
    encoding = "KLINGON"
  }}
}}
sink {{ LocalFile {{ path = "{tmp_path}/target", file_format_type = csv, compress_codec = lzo }} }}
""",
        "utf-8",
    )
    job = Engine(tmp_path, job_file)
    job.start()
    assert job.process.wait(60) == 1
    for words in (
        "job.conf:6:24: source 'LocalFile': file_format_type = orc is not built yet",
        'job.conf:7:19: source \'LocalFile\': date_format = "dd.MM.yyyy" must be one of',
        "job.conf:8:27: source 'LocalFile': option 'file_filter_pattern' is no regular expression",
        "compress_codec: lzo cannot be written here",
    ):
        assert words in job.log_text()
    assert not os.path.exists(tmp_path / "target")
