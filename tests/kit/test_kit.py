# SPDX-License-Identifier: Apache-2.0
"""Every plugin before the laws, against the real server where one can be started."""

from __future__ import annotations

from tests.harness.mysql_server import PASSWORD, MysqlServer
from tests.harness.postgres_server import PostgresServer
from tests.harness.starrocks import StarRocks
from tests.kit.program import Kit


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


def test_starrocks(kit: Kit, starrocks: StarRocks) -> None:
    kit.with_starrocks(starrocks).keep("Kit/Sinks.*/StarRocks*")


def test_jdbc_of_mysql(kit: Kit, mysql: MysqlServer) -> None:
    kit.with_mysql(mysql).keep("Kit/S*s.*/JdbcMysql*")


def test_jdbc_of_postgres(kit: Kit, postgres: PostgresServer) -> None:
    kit.with_postgres(postgres).keep("Kit/S*s.*/JdbcPostgres*")
