# SPDX-License-Identifier: Apache-2.0
"""SeaTunnel's own library reads made-up job files as sluice does; `./dev oracle` makes more."""

from __future__ import annotations

from pathlib import Path

from oracle import compare


def test_both_read_the_same_in_every_job_file(tmp_path: Path) -> None:
    outcome = compare.run(tmp_path, range(1, 5001))
    assert not outcome.differences, "\n".join([outcome.summary(), *outcome.differences])
    assert outcome.alike > 4000 and outcome.refused > 500, outcome.summary()
    assert outcome.one_sided + outcome.not_compared < 100, outcome.summary()
