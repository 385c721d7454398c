# SPDX-License-Identifier: Apache-2.0
"""Every plugin before the laws, against the real server where one can be started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.mysql_flavours import MARIADB, MYSQL80, PASSWORD
from tests.harness.mysql_server import MysqlServer
from tests.harness.postgres_server import PostgresServer
from tests.harness.starrocks import StarRocks
from tests.kit.program import Control, Kit


def test_reference_ends_keep_the_laws_and_each_law_finds_its_breaker(kit: Kit) -> None:
    kit.keep("*Laws.*:Plugins.*:*/Values*")


def test_options_of_every_plugin(kit: Kit) -> None:
    kit.keep("Kit/Options.*")


def test_transforms(kit: Kit) -> None:
    kit.keep("Kit/Transforms.*")


def test_fake_and_console(kit: Kit) -> None:
    kit.keep("Kit/Sources.*/Fake_*:Kit/Sinks.*/Console_*")


def test_mysql(kit: Kit, mysql: MysqlServer) -> None:
    output = kit.with_mysql(mysql).keep("Kit/Sources.*/MySQL*")
    assert PASSWORD not in output


OTHERS = {
    "compressed": (MYSQL80, {"binlog_transaction_compression": "ON"}),
    "MariaDB": (MARIADB, {"log_bin_compress": "ON", "log_bin_compress_min_len": "10"}),
}


@pytest.mark.parametrize("other", OTHERS)
def test_other_mysql_servers(kit: Kit, control: Control, tmp_path: Path, other: str) -> None:
    flavour, options = OTHERS[other]
    server = MysqlServer(tmp_path / "mysql", options, flavour)
    with control.restarting("/mysql/restart", server):
        # Compressed, the flood of one law is a trickle.
        kit.with_mysql(server).keep("Kit/Sources.*/MySQL_*:-*FetchesNoMoreThanItMayHold*")
    server.stop()


def test_mysql_definitions_follow_statements(kit: Kit, mysql: MysqlServer) -> None:
    output = kit.with_mysql(mysql).keep("MysqlDdl.*")
    assert "statements followed" in output


def test_starrocks(kit: Kit, starrocks: StarRocks) -> None:
    kit.with_starrocks(starrocks).keep("Kit/Sinks.*/StarRocks*")


def test_jdbc_of_mysql(kit: Kit, mysql: MysqlServer) -> None:
    kit.with_mysql(mysql).keep("Kit/S*s.*/JdbcMysql*")


def test_jdbc_of_postgres(kit: Kit, postgres: PostgresServer) -> None:
    kit.with_postgres(postgres).keep("Kit/S*s.*/JdbcPostgres*")
