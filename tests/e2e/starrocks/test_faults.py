# SPDX-License-Identifier: Apache-2.0
"""Every way in which the target can fail while a job writes: each row arrives once."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import FakeJob, MakeJob
from harness.starrocks import StandIn
from harness.waiting import wait_for

Clean = dict[str, list[tuple[Any, ...]]]
OPERATIONS = ("begin", "load", "prepare", "commit", "get_load_state")


def committed(target: StandIn, database: str) -> int:
    book = target.transactions(db=database)
    return sum(txn["state"] in ("COMMITTED", "VISIBLE") and txn["kind"] != "sql" for txn in book)


@pytest.mark.parametrize("action", ["drop_before", "drop_after", "refuse", "http_error"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_that_never_come(
    standin: StandIn, make_job: MakeJob, clean: Clean, operation: str, action: str
) -> None:
    job = make_job()
    # Each of three tables is committed at least once, however slow the machine.
    which = {"count": 3} if operation == "get_load_state" else {"skip": 1, "count": 2}
    fault = standin.fault(operation, action, db=job.database, **which)
    job.start()
    job.check_finished(clean)
    assert standin.fault_hits(fault) == which["count"]


def test_rollbacks_whose_answers_are_lost(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    job = make_job()
    standin.fault("load", "drop_after", db=job.database, count=4, skip=2)
    fault = standin.fault("rollback", "drop_after", db=job.database, count=2)
    standin.fault("rollback", "drop_before", db=job.database, count=1)
    job.start()
    job.check_finished(clean)
    assert standin.fault_hits(fault) == 2


@pytest.mark.parametrize("operation", OPERATIONS)
def test_calls_that_hang(
    standin: StandIn, make_job: MakeJob, clean: Clean, operation: str
) -> None:
    job = make_job(http_timeout=700)
    more = {} if operation == "get_load_state" else {"skip": 2}
    if operation == "get_load_state":
        standin.fault("commit", "drop_after", db=job.database, skip=2)
    fault = standin.fault(operation, "hang", db=job.database, count=1, **more)
    job.start()
    job.check_finished(clean)
    assert standin.fault_hits(fault) == 1


def test_a_front_end_that_hangs_is_left(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    """A follower is asked first, which never sends on to the leader."""
    job = make_job(http_timeout=700)
    standin.change_leader(1)
    try:
        hangs = [standin.fault(op, "hang", node="fe0", count=None) for op in OPERATIONS]
        job.start()
        job.check_finished(clean)
        assert sum(map(standin.fault_hits, hangs)) > 0
    finally:
        standin.clear_faults()
        standin.change_leader(0)


def started_with_an_open_transaction(standin: StandIn, job: FakeJob) -> None:
    fault = standin.fault("load", "delay", delay_ms=500, db=job.database, skip=6, count=3)
    job.start()
    wait_for(lambda: standin.fault_hits(fault) > 0, "a slow load")


def check_lost(standin: StandIn, job: FakeJob, lost: list[str]) -> None:
    assert set(lost) & {txn["label"] for txn in standin.transactions(db=job.database)}


def test_the_leader_changes(standin: StandIn, make_job: MakeJob, clean: Clean) -> None:
    job = make_job(rows_per_second=2000)
    started_with_an_open_transaction(standin, job)
    check_lost(standin, job, standin.change_leader(1))
    job.check_finished(clean)
    standin.change_leader(0)


@pytest.mark.parametrize("restarts", [False, True])
def test_the_leader_dies(
    standin: StandIn, make_job: MakeJob, clean: Clean, restarts: bool
) -> None:
    """It is the one that base-url names; a job goes on, and starts, without it."""
    job = make_job(rows_per_second=1000)
    started_with_an_open_transaction(standin, job)
    with standin.without_first_front_end() as lost:
        check_lost(standin, job, lost)
        if restarts:
            job.kill()
            job.start()
        job.check_finished(clean)


@pytest.mark.parametrize("held", ["load", "commit"])
@pytest.mark.parametrize("index", [0, 1])
def test_a_back_end_dies_with_open_and_with_prepared_transactions(
    standin: StandIn, make_job: MakeJob, clean: Clean, held: str, index: int
) -> None:
    job = make_job(rows_per_second=1000)
    # So slow that the transactions are surely open, or prepared, when it dies.
    fault = standin.fault(held, "delay", delay_ms=300, db=job.database, skip=2, count=3)
    job.start()
    wait_for(lambda: standin.fault_hits(fault) > 0, f"a slow {held}")
    standin.node("be", index, "kill")
    wait_for(lambda: committed(standin, job.database) > 8, "commits without it")
    standin.node("be", index, "start")
    job.check_finished(clean)


def test_rows_that_are_published_late(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    standin.settings(publish_ms=700)
    try:
        job = make_job()
        job.start()
        assert job.process.wait(60) == 0, job.log_tail()
        wait_for(lambda: not standin.transactions(db=job.database, state="COMMITTED"), "visible")
        job.check_finished(clean)
    finally:
        standin.settings(publish_ms=0)


def test_tablets_at_their_version_limit(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    job = make_job()
    fault = standin.fault("write", "too_many_versions", db=job.database, count=5, skip=2)
    job.start()
    job.check_finished(clean)
    assert standin.fault_hits(fault) == 5


def test_the_limit_of_open_transactions(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    standin.settings(max_running_txn_num_per_db=3)
    try:
        job = make_job()
        job.start()
        job.check_finished(clean)
    finally:
        standin.settings(max_running_txn_num_per_db=1000)


def test_prepared_rows_that_time_out_end_the_job_naming_them(
    standin: StandIn, make_job: MakeJob
) -> None:
    """Rows of an appending target cannot be written again without doubling others."""
    job = make_job()
    job.start()
    fault = standin.fault("commit", "drop_before", db=job.database, count=None)
    wait_for(lambda: standin.fault_hits(fault) > 0, "commits that fail")
    prepared = standin.transactions(db=job.database, state="PREPARED")
    job.kill()
    standin.call("POST", "/clock/advance", {"seconds": 300000})
    standin.clear_faults()
    job.start()
    assert job.process.wait(60) != 0
    assert "commit lost" in job.log_text()
    assert any(txn["label"] in job.log_text() for txn in prepared)


def test_prepared_rows_that_time_out_are_read_again_into_primary_key_tables(
    standin: StandIn, make_job: MakeJob, clean: Clean
) -> None:
    job = make_job(upserts="true", model="PRIMARY")
    job.start()
    fault = standin.fault("commit", "drop_before", db=job.database, count=None, skip=4)
    wait_for(lambda: standin.fault_hits(fault) > 0, "commits that fail")
    job.kill()
    standin.call("POST", "/clock/advance", {"seconds": 300000})
    standin.clear_faults()
    job.start()
    assert job.process.wait(60) == 0, job.log_tail()
    job.check_contents(clean)


@pytest.mark.parametrize("operation", ["begin", "load", "prepare", "commit", "get_load_state"])
def test_a_second_ctrl_c_is_not_needed_for_a_target_that_hangs_once(
    standin: StandIn, make_job: MakeJob, clean: Clean, operation: str
) -> None:
    """The last checkpoint goes around the call that hangs."""
    job = make_job(http_timeout=700, rows_per_second=1000)
    job.start()
    wait_for(lambda: committed(standin, job.database) > 3, "commits")
    standin.fault(operation, "hang", db=job.database, count=1)
    assert job.stop(30) == 0, job.log_tail()
    assert job.problems() == []
    standin.clear_faults()
    job.start()
    job.check_finished(clean)
