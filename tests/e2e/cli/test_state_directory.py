# SPDX-License-Identifier: Apache-2.0
"""Two runs of one job: what is resumed, what begins anew, what is refused."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from harness.processes import Process
from harness.waiting import wait_for

ROOT = Path(__file__).resolve().parents[3]
ALL = list(range(1, 11))
SLOWLY = "read_limit.rows_per_second = 100"


def printed(process: Process) -> int:
    return process.log_text().count("rowIndex=")


def wait_for_rows(process: Process, rows: int) -> None:
    def there() -> bool:
        process.check_alive()
        return printed(process) >= rows

    wait_for(there, f"{rows} rows printed")


def test_state_goes_below_the_folder_of_the_run_by_the_name_of_the_job(cli) -> None:
    assert cli("run", cli.job(name="a/b")).code == 0
    assert [path.name for path in (cli.folder / ".sluice").iterdir()] == ["a_b"]
    assert cli("run", cli.job(), "-n", "other").code == 0
    assert (cli.folder / ".sluice/other").is_dir()
    assert cli("run", cli.job(), "--state", "elsewhere/deep").code == 0
    assert (cli.folder / "elsewhere/deep").is_dir()


def test_a_finished_job_starts_anew(cli) -> None:
    job = cli.job()
    assert sorted(cli("run", job).ids) == ALL
    assert sorted(cli("run", job).ids) == ALL
    # Another job may then use the directory, too.
    assert sorted(cli("run", cli.job(rows=3)).ids) == [1, 2, 3]


def test_a_finished_job_is_left_alone_when_it_is_to_run_once(cli) -> None:
    """So is one that SeaTunnel's command is to go on with."""
    job = cli.job()
    assert sorted(cli("run", job, "--once").ids) == ALL
    again = cli("run", job, "--once")
    assert again.code == 0 and again.out == "counted has finished: nothing to go on from\n"
    again = cli("run", job, "--once", "--json")
    assert json.loads(again.out)["outcome"] == "FINISHED"

    command = [str(ROOT / "bin/seatunnel.sh"), "-c", job]
    env = os.environ | {"SLUICE": str(cli.executable), "SLUICE_STATE": str(cli.folder / "states")}
    texts = [
        subprocess.run([*command, *flag], env=env, capture_output=True, text=True, timeout=60)
        for flag in (["--set-job-id", "7"], ["-r", "7"])
    ]
    assert [text.returncode for text in texts] == [0, 0], texts
    assert [text.stdout.count("rowIndex=") for text in texts] == [10, 0]
    assert "has finished" in texts[1].stdout


def test_savepoints_asked_for_at_once_let_the_job_end_with_its_last_checkpoint(cli) -> None:
    phases = cli.folder / "phases"
    phases.mkdir()
    job = cli.start("run", cli.job(rows=4000, env=SLOWLY), env={"SLUICE_TEST_PHASES": str(phases)})
    wait_for_rows(job, 20)
    (phases / "hold-prepared").touch()
    wait_for((phases / "at-prepared").exists, "the job in its checkpoint")
    saves: list[Process] = []
    for asked in (1, 2):
        saves.append(cli.start("savepoint", "counted", log=f"savepoint-{asked}"))
        told = "asked for a last checkpoint"
        wait_for(lambda: job.log_text().count(told) == asked, f"request {asked}")
    (phases / "hold-prepared").unlink()
    assert job.wait(30) == 0, job.log_text()
    assert [save.wait(30) for save in saves] == [0, 0], [save.log_text() for save in saves]


def test_a_savepoint_asks_nobody_but_the_holder_of_the_lock(cli) -> None:
    """The number in the lock may be of a process that is gone, and another's by now."""
    bystander = cli.start("run", cli.job(rows=4000, env=SLOWLY))
    wait_for_rows(bystander, 1)
    state = cli.folder / "odd"
    state.mkdir()
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(bystander.pid))
        lock.flush()
        told = cli("savepoint", "--state", str(state), "--timeout", "1")
    assert told.code == 1 and "looking for the process" in told.err, told.err
    assert "asked for a last checkpoint" not in bystander.log_text()
    assert bystander.end(signal.SIGINT) == 0


def test_a_stopped_job_goes_on_where_it_stopped_and_fresh_begins_anew(cli) -> None:
    job = cli.job(rows=400, env="read_limit.rows_per_second = 100")
    first = cli.start("run", job)
    wait_for_rows(first, 20)
    assert first.end(signal.SIGINT) == 0
    before = printed(first)
    assert before < 400
    assert "Total Read Count" in first.log_text()

    second = cli.start("run", job, log="second")
    wait_for_rows(second, 1)
    assert second.end(signal.SIGINT) == 0
    seen = first.log_text() + second.log_text()
    ids = [int(line.rsplit(" ", 1)[1]) for line in seen.splitlines() if "rowIndex=" in line]
    assert sorted(ids) == list(range(1, len(ids) + 1)), "none lost, none twice"

    fresh = cli.start("run", job, "--fresh", log="fresh")
    wait_for_rows(fresh, 1)
    assert fresh.end(signal.SIGINT) == 0
    rows = [line for line in fresh.log_text().splitlines() if "rowIndex=1:" in line]
    assert rows[0].endswith(" 1")


def test_an_unfinished_run_of_another_job_is_not_taken_over(cli) -> None:
    stopped = cli.start("run", cli.job(mode="STREAMING"))
    wait_for_rows(stopped, 10)
    assert stopped.end(signal.SIGTERM) == 0
    other = cli("run", cli.job(mode="STREAMING", seed=7))
    assert other.code == 1
    assert "holds an unfinished run of another job" in other.err
    assert "use another --state DIR, or --fresh to forget that run" in other.err
    assert other.ids == []
    again = cli.start("run", cli.job(mode="STREAMING", seed=7), "--fresh", log="fresh")
    wait_for_rows(again, 10)
    assert again.end() == 0


def test_a_second_run_of_one_state_directory_is_refused(cli) -> None:
    job = cli.job(mode="STREAMING")
    first = cli.start("run", job)
    wait_for_rows(first, 10)
    second = cli("run", job)
    assert second.code == 1
    assert f"locked by process {first.pid}" in second.err
    assert "--state" in second.err, "says what to do"
    assert second.out == ""
    first.check_alive()
    first.kill()
    # The lock dies with its process.
    third = cli.start("run", job, log="third")
    wait_for(lambda: "state in" in third.log_text(), "the third run begins")
    assert third.end() == 0


def test_a_state_directory_that_cannot_be_made_is_named(cli) -> None:
    (cli.folder / "file").write_text("")
    done = cli("run", cli.job(), "--state", "file/state")
    assert done.code == 1
    assert "file/state" in done.err
    assert "Not a directory" in done.err


@pytest.mark.parametrize("what", ["torn", "foreign"])
def test_a_state_directory_that_cannot_be_read_is_not_overwritten(cli, what: str) -> None:
    stopped = cli.start("run", cli.job(mode="STREAMING"), "--state", "state")
    wait_for_rows(stopped, 10)
    assert stopped.end() == 0
    records = [path for path in (cli.folder / "state").rglob("*") if path.is_file()]
    for path in records:
        path.write_bytes(b"no state at all" if what == "foreign" else path.read_bytes()[:-1])
    before = {path: path.read_bytes() for path in records if path.name != "lock"}
    done = cli("run", cli.job(mode="STREAMING"), "--state", "state")
    assert done.code == 1
    assert "state" in done.err
    assert "start with --fresh or another --state" in done.err
    assert {path: path.read_bytes() for path in before} == before
    fresh = cli("run", cli.job(), "--state", "state", "--fresh")
    assert fresh.code == 0, fresh.err
    assert sorted(fresh.ids) == ALL


def test_two_signals_end_at_once_and_the_next_run_resumes(cli) -> None:
    # A checkpoint that is held can be waited for by nobody.
    hold = cli.folder / "phases"
    hold.mkdir()
    (hold / "hold-prepared").write_text("")
    job = cli.job(mode="STREAMING", env="checkpoint.timeout = 600000")
    run = cli.start("run", job, env={"SLUICE_TEST_PHASES": str(hold)})
    wait_for(lambda: (hold / "at-prepared").exists(), "a checkpoint is held")
    run.send(signal.SIGINT)
    wait_for(lambda: "once more ends at once" in run.log_text(), "the first signal is answered")
    run.check_alive()
    run.send(signal.SIGINT)
    assert run.wait(10) == 130
    assert "the job resumes from its last checkpoint" in run.log_text()
    again = cli.start("run", job, log="again")
    wait_for_rows(again, 10)
    assert again.end() == 0


def test_the_statistics_are_in_local_time(cli) -> None:
    job = cli.job()
    started = "Start Time                : "
    texts = [cli("run", job, env={"TZ": zone}).out for zone in ("UTC", "UTC-8")]
    assert len({text.split(started)[1][:13] for text in texts}) == 2, "hours differ"
    assert "Total Read Count          :                  10\n" in texts[0]
    assert "Total Failed Count        :                   0\n" in texts[0]
