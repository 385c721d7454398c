# SPDX-License-Identifier: Apache-2.0
"""Checklist line 51: the statements of a sink, asked with three client libraries."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any, Callable

import pymysql
import pytest

from client import Client
from drivers import DRIVERS, JDBC, Asker, LibMariaDb
from steps import ROW

TABLE = """CREATE TABLE IF NOT EXISTS `{db}`.`all` (
  `id` BIGINT NOT NULL COMMENT "the key",
  `part` VARCHAR(30) NOT NULL,
  `name` VARCHAR(64) NULL DEFAULT "none" COMMENT "a 'quoted' name",
  `price` DECIMAL(20, 4) NULL,
  `at` DATETIME NULL,
  `day` DATE NOT NULL,
  `flag` BOOLEAN NULL,
  `big` LARGEINT NULL,
  `doc` JSON NULL
) ENGINE=OLAP PRIMARY KEY (`id`, `part`) COMMENT "everything"
DISTRIBUTED BY HASH (`id`) BUCKETS 2 PROPERTIES ("replication_num" = "1")"""
VALUES = (
    "INSERT INTO `{db}`.`all` VALUES (1, 'é', '雪', '12.5', '2024-01-02 03:04:05.678901', "
    "'2024-02-29', true, 170141183460469231731687303715884105727, NULL)"
)


@pytest.fixture(scope="session")
def connector_j() -> None:
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    subprocess.run([Path(__file__).parent / "jdbc.sh", JDBC], check=True, timeout=300)


@pytest.fixture(params=list(DRIVERS))
def ask(request: pytest.FixtureRequest, cluster: Client) -> Asker:
    """ask(*statements) -> the rows of each statement that has any, as texts."""
    if request.param == "Connector/J":
        request.getfixturevalue("connector_j")
    return partial(DRIVERS[request.param], cluster)


def by_name(rows: list[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    return {row[name]: row for row in rows}


def test_probing_the_server(ask: Asker):
    """Line 51."""
    version, variables = ask(
        "SELECT current_version()", "SHOW VARIABLES LIKE 'lower_case_table_names'"
    )
    text = version[0]["current_version()"]
    assert text is not None and re.fullmatch(r"\d+\.\d+\.\d+\S* [0-9a-f]+", text)
    assert variables == [{"Variable_name": "lower_case_table_names", "Value": "0"}]


def test_columns_of_a_table(ask: Asker, db: str):
    """Line 51: SHOW FULL COLUMNS and information_schema.columns."""
    shown, told, keys = ask(
        TABLE.format(db=db),
        f"SHOW FULL COLUMNS FROM `{db}`.`all`",
        f"SELECT * FROM information_schema.columns WHERE TABLE_SCHEMA = '{db}' "
        "AND TABLE_NAME = 'all' ORDER BY ORDINAL_POSITION",
        f"SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = '{db}' "
        "AND TABLE_NAME = 'all' AND COLUMN_KEY = 'PRI' ORDER BY ORDINAL_POSITION",
    )
    wanted = "Field Type Collation Null Key Default Extra Privileges Comment".split()
    assert list(shown[0]) == wanted
    assert [(row["Field"], row["Type"], row["Null"], row["Key"]) for row in shown] == [
        ("id", "bigint(20)", "NO", "PRI"),
        ("part", "varchar(30)", "NO", "PRI"),
        ("name", "varchar(64)", "YES", ""),
        ("price", "decimal(20, 4)", "YES", ""),
        ("at", "datetime", "YES", ""),
        ("day", "date", "NO", ""),
        ("flag", "tinyint(1)", "YES", ""),
        ("big", "bigint(20) unsigned", "YES", ""),
        ("doc", "json", "YES", ""),
    ]
    assert by_name(shown, "Field")["name"]["Default"] == "none"
    assert by_name(shown, "Field")["name"]["Comment"] == "a 'quoted' name"
    assert [row["COLUMN_NAME"] for row in keys] == ["id", "part"]
    columns = by_name(told, "COLUMN_NAME")
    assert [row["ORDINAL_POSITION"] for row in told] == [str(i) for i in range(1, 10)]
    name, price = columns["name"], columns["price"]
    assert (name["DATA_TYPE"], name["COLUMN_TYPE"], name["CHARACTER_MAXIMUM_LENGTH"]) == (
        "varchar",
        "varchar(64)",
        "64",
    )
    assert (name["IS_NULLABLE"], name["COLUMN_DEFAULT"]) == ("YES", "none")
    assert (price["NUMERIC_PRECISION"], price["NUMERIC_SCALE"]) == ("20", "4")
    assert columns["id"]["COLUMN_KEY"] == "PRI" and columns["id"]["COLUMN_COMMENT"] == "the key"


def test_older_releases_tell_less_of_columns(
    hooks: Client, db: str, make_table: Callable[..., str]
):
    """Line 51: no default, and no column that takes NULL; SHOW FULL COLUMNS has both."""
    name = make_table("id BIGINT NOT NULL, n INT NULL DEFAULT '7'")
    told = (
        "SELECT COLUMN_DEFAULT, IS_NULLABLE FROM information_schema.columns WHERE "
        f"TABLE_SCHEMA = '{db}' AND TABLE_NAME = '{name}' ORDER BY ORDINAL_POSITION"
    )
    assert [tuple(row.values()) for row in hooks.dicts(told)] == [(None, "NO"), ("7", "YES")]
    hooks.settings(columns_in_full=False)
    assert [tuple(row.values()) for row in hooks.dicts(told)] == [(None, "NO")] * 2
    shown = hooks.dicts(f"SHOW FULL COLUMNS FROM {db}.{name}")
    assert [(row["Default"], row["Null"]) for row in shown] == [(None, "NO"), ("7", "YES")]


def test_tables_and_their_models(ask: Asker, db: str):
    """Line 51: does a table exist, and of which kind is it."""
    found, missing, config, made = ask(
        TABLE.format(db=db),
        *(
            "SELECT TABLE_NAME FROM information_schema.tables WHERE "
            f"TABLE_SCHEMA = '{db}' AND TABLE_NAME = '{name}'"
            for name in ("all", "none")
        ),
        "SELECT TABLE_MODEL, PRIMARY_KEY, DISTRIBUTE_KEY, PROPERTIES FROM "
        f"information_schema.tables_config WHERE TABLE_SCHEMA = '{db}'",
        f"SHOW CREATE TABLE `{db}`.`all`",
    )
    assert found == [{"TABLE_NAME": "all"}] and missing == []
    assert config[0]["TABLE_MODEL"] == "PRIMARY_KEYS"
    assert config[0]["PRIMARY_KEY"] == "`id`, `part`" and config[0]["DISTRIBUTE_KEY"] == "`id`"
    assert '"replication_num":"1"' in str(config[0]["PROPERTIES"]).replace(" ", "")
    text = made[0]["Create Table"]
    assert made[0]["Table"] == "all" and text is not None
    for part in ("PRIMARY KEY(`id`, `part`)", "DISTRIBUTED BY HASH(`id`)", 'COMMENT "everything"'):
        assert part in text


def test_values_of_every_kind(ask: Asker, db: str):
    """Line 51: what was stored is what each library reads."""
    (rows,) = ask(
        TABLE.format(db=db), VALUES.format(db=db), f"SELECT * FROM `{db}`.`all` LIMIT 1"
    )
    row = rows[0]
    assert str(row.pop("at")).replace("T", " ") == "2024-01-02 03:04:05.678901"
    assert row == {
        "id": "1",
        "part": "é",
        "name": "雪",
        "price": "12.5000",
        "day": "2024-02-29",
        "flag": "1",
        "big": "170141183460469231731687303715884105727",
        "doc": None,
    }


def test_jobs_of_a_schema_change(ask: Asker, cluster: Client, db: str, t: str):
    """Line 51: SHOW ALTER TABLE COLUMN."""
    cluster.sql(f"ALTER TABLE {db}.{t} ADD COLUMN first_one INT NULL")
    show = (
        f'SHOW ALTER TABLE COLUMN FROM {db} WHERE TableName="{t}" ORDER BY CreateTime DESC LIMIT 1'
    )
    (rows,) = ask(show)
    wanted = (
        "JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion "
        "TransactionId State Msg Progress Timeout"
    ).split()
    assert list(rows[0]) == wanted and rows[0]["TableName"] == t
    assert rows[0]["State"] in ("PENDING", "WAITING_TXN", "RUNNING", "FINISHED")


def test_open_transactions_are_found(ask: Asker, cluster: Client, db: str, t: str, label: str):
    """Line 51, for leftovers: SHOW PROC, and information_schema.loads."""
    assert cluster.txn("begin", db, label, t).code == "OK"
    assert cluster.txn("load", db, label, t, ROW).code == "OK"
    assert cluster.txn("prepare", db, label).code == "OK"
    dbs = by_name(ask("SHOW PROC '/dbs'")[0], "DbName")
    found, loads = ask(
        f"SHOW PROC '/transactions/{dbs[db]['DbId']}/running'",
        "SELECT LABEL, DB_NAME, TABLE_NAME, STATE FROM information_schema.loads "
        f"WHERE DB_NAME = '{db}'",
    )
    assert [(row["Label"], row["TransactionStatus"]) for row in found] == [(label, "PREPARED")]
    assert loads == [{"LABEL": label, "DB_NAME": db, "TABLE_NAME": t, "STATE": "PREPARED"}]


def test_only_an_operator_may_list_transactions(cluster: Client, db: str, label: str):
    """Line 51: SHOW PROC wants OPERATE on SYSTEM."""
    user = f"u{label[2:14]}"
    cluster.sql(f"CREATE USER '{user}' IDENTIFIED BY 'secret'")
    connection = pymysql.connect(
        host=cluster.mysql[0], port=cluster.mysql[1], user=user, password="secret"
    )
    try:
        with connection.cursor() as cursor:
            with pytest.raises(pymysql.MySQLError, match="OPERATE"):
                cursor.execute("SHOW PROC '/dbs'")
            cluster.sql(f"GRANT OPERATE ON SYSTEM TO USER '{user}'")
            cursor.execute("SHOW PROC '/dbs'")
            assert db in [str(row[1]).rpartition(":")[2] for row in cursor.fetchall()]
    finally:
        connection.close()
        cluster.sql(f"DROP USER '{user}'")


def test_nodes(ask: Asker):
    """Line 51: front ends and back ends."""
    fronts, backs = ask("SHOW FRONTENDS", "SHOW BACKENDS")
    assert [row["Role"] for row in fronts].count("LEADER") == 1
    assert backs and all(row["Alive"] == "true" for row in backs)


def test_what_libmariadb_sends_by_itself(cluster: Client, db: str, t: str):
    """Line 51: ping, the choice of a database, SET NAMES, autocommit, an error and life after."""
    connection = LibMariaDb(cluster)
    try:
        connection.ping()
        connection.use(db)
        connection.autocommit()
        assert connection.query("SET NAMES utf8mb4") is None
        assert connection.query("SELECT DATABASE() AS d") == [{"d": db}]
        with pytest.raises(AssertionError, match="nowhere"):
            connection.query("SELECT * FROM nowhere")
        assert connection.query(f"SELECT * FROM {t}") == []
    finally:
        connection.close()


@pytest.mark.parametrize(
    "sql, words",
    [
        ("SELECT * FROM {db}.nowhere", "nowhere"),
        ("CREATE TABLE {db}.{t} (id INT) DUPLICATE KEY (id)", "already exists"),
        ("SELECT `nothing` FROM {db}.{t} WHERE 1 != 1", "nothing"),
        ("SELEKT 1", "syntax"),
        ("USE no_such_db", "no_such_db"),
        ("DROP DATABASE no_such_db", "no_such_db"),
    ],
)
def test_mistakes_are_named(cluster: Client, db: str, t: str, sql: str, words: str):
    """Line 51: an error, and the connection lives on."""
    with cluster.connect() as connection, connection.cursor() as cursor:
        with pytest.raises(pymysql.err.MySQLError, match=words):
            cursor.execute(sql.format(db=db, t=t))
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == ((1,),)


def test_a_wrong_password_is_refused(cluster: Client):
    """Line 51, and 5 for the MySQL port."""
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        cluster.connect(password="not the password")
