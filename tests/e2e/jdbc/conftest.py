# SPDX-License-Identifier: Apache-2.0
"""The databases that the Jdbc sink writes to."""

from __future__ import annotations

import pytest
from harness.jdbc_targets import MysqlTarget, PostgresTarget


@pytest.fixture(params=["mysql_target", "postgres_target"])
def target(request: pytest.FixtureRequest) -> MysqlTarget | PostgresTarget:
    """Each of them in turn."""
    return request.getfixturevalue(request.param)
