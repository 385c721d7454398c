# SPDX-License-Identifier: Apache-2.0
"""A password is in nothing that is printed, whatever goes wrong."""

from __future__ import annotations

import pytest

from harness.ports import free_port

SECRET = "s3cret-word"

JOB = """
env {{ job.mode = "STREAMING", job.retry.times = 1, job.retry.interval.seconds = 0 }}
source {{
  MySQL-CDC {{
    base-url = "jdbc:mysql://127.0.0.1:{port}/shop?connectTimeout=1000"
    username = "reader", password = "{secret}"
    table-names = ["shop.orders"], connect.timeout.ms = 2000, connect.max-retries = 0
  }}
}}
sink {{
  StarRocks {{
    nodeUrls = ["127.0.0.1:{port}"], base-url = "jdbc:mysql://127.0.0.1:{port}"
    username = "writer", password = "{secret}", database = "ods"
  }}
}}
"""


@pytest.mark.parametrize("verb", ["run", "explain", "check"])
@pytest.mark.parametrize("password", [SECRET, "${password}"])
def test_no_password_is_printed(cli, verb: str, password: str) -> None:
    job = cli.folder / "job.conf"
    job.write_text(JOB.format(port=free_port(), secret=password))
    done = cli(verb, str(job), "-i", f"password={SECRET}")
    assert done.code == (0 if verb == "check" else 1), done.err
    assert "127.0.0.1" in done.err or verb == "check", "it failed for want of a server"
    assert SECRET not in done.out + done.err
    for path in cli.folder.rglob("*"):
        if path.is_file() and path != job:
            assert SECRET.encode() not in path.read_bytes(), path
