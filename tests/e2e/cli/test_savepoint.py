# SPDX-License-Identifier: Apache-2.0
"""Savepoints of a real job: taken while rows flow, gone on from in the same place and elsewhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from harness.engine import ROOT, executable
from harness.mysql_server import MysqlServer
from harness.shop import Shop
from harness.shop_job import ShopJob
from harness.shop_writer import Writer
from harness.starrocks import StarRocks
from harness.waiting import wait_for


def call(*words: object) -> tuple[int, str]:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def running(job: ShopJob) -> None:
    before = job.latest()
    job.start()

    def further() -> bool:
        job.check_alive()
        return job.latest() > before + 2

    wait_for(further, f"checkpoints\n{job.log}", 60, poll_s=0.2)


@pytest.mark.parametrize("target", ["starrocks", "mysql_target", "postgres_target"])
def test_a_job_goes_on_from_a_savepoint_here_and_elsewhere(
    mysql: MysqlServer, target: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    shop = Shop(mysql)
    shop.preload(6000)
    job = ShopJob(tmp_path / "job", shop, request.getfixturevalue(target))
    running(job)
    writer = Writer(shop, rate=60)
    wait_for(lambda: writer.rows > 100, "rows")
    code, text = call(executable(), "savepoint", "--state", job.state, "--json")
    assert code == 0, text
    taken = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert job.process.wait(30) == 0, job.log_text()
    folder = Path(taken["path"])
    assert folder == job.state / "savepoints" / str(taken["savepoint"])

    # The job goes on as after any stop; far behind the savepoint it is taken back to it.
    running(job)
    wait_for(lambda: writer.rows > 500, "more rows")
    assert job.stop() == 0
    job.options += ["-r", str(taken["savepoint"])]
    running(job)
    assert "come again" in job.log_text()
    writer.pause()
    job.wait_until_equal()
    assert job.stop() == 0

    # Another machine has only the savepoint; the numbers behind it are used up in the target.
    job.options[-1] = str(folder)
    job.state = tmp_path / "elsewhere"
    writer.resume()
    running(job)
    writer.stop()
    job.wait_until_equal()
    assert job.stop() == 0


def test_what_cannot_be_gone_on_from_is_refused_with_what_there_is(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Path
) -> None:
    shop = Shop(mysql)
    job = ShopJob(tmp_path / "job", shop, starrocks)
    assert call(executable(), "savepoint", "--state", job.state)[0] == 1
    running(job)
    assert job.stop() == 0
    code, text = call(executable(), "savepoint", "--state", job.state)
    assert code == 0, text
    number = text.split()[1]
    code, text = call(*job.command(), "-r", "12345")
    assert code == 1 and f"there are: {number}" in text
    other = ShopJob(tmp_path / "other", shop, starrocks, database="elsewhere")
    other.options += ["-r", str(job.state / "savepoints" / number)]
    code, text = call(*other.command())
    assert code == 1 and "is of another job" in text
    body = job.state / "savepoints" / number / "checkpoint"
    body.write_bytes(body.read_bytes()[:-1])
    code, text = call(*job.command(), "-r", number)
    assert code == 1 and "checksum" in text


def test_seatunnels_command_runs_saves_and_restores(
    mysql: MysqlServer, starrocks: StarRocks, tmp_path: Path
) -> None:
    shop = Shop(mysql)
    shop.preload(600)
    script = ROOT / "bin" / "seatunnel.sh"

    class Script(ShopJob):
        def command(self, verb: str = "run") -> list[str]:
            flags = [f"--variable={name}={value}" for name, value in self.variables.items()]
            options = ["-m", "local", "--async", *flags, *self.options]
            return [str(script), "--config", str(self.job), *options]

    engine = Script(tmp_path / "script", shop, starrocks)
    engine.options = ["--set-job-id", "42"]
    states = {"SLUICE_STATE": str(tmp_path / "states"), "SLUICE": str(executable())}
    engine.start(env=states)
    engine.wait_until_equal()
    done = subprocess.run(
        [str(script), "-s", "42"], env=states | {"PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert engine.process.wait(30) == 0
    shop.server.execute("INSERT INTO shop.customers (name, vip, created_at) VALUES ('x', 1, NOW())")
    engine.options = ["-r", "42"]
    engine.start(env=states)
    engine.wait_until_equal()
    assert engine.stop() == 0
    assert "Job Statistic Information" in engine.log_text()
