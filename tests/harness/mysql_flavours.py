# SPDX-License-Identifier: Apache-2.0
"""The servers that MySQL-CDC is tested with: where they lie, how they begin, what they are told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Mapping

USER, PASSWORD = "sluice", "sl:uice p@ss"

# Small and quick. A commit survives the death of the process, not of the machine.
COMMON = {
    "log-bin": "binlog",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "default_time_zone": "+00:00",
    "character_set_server": "utf8mb4",
    "innodb_buffer_pool_size": "96M",
    "innodb_flush_log_at_trx_commit": "2",
    "sync_binlog": "0",
    "innodb_doublewrite": "OFF",
    "performance_schema": "OFF",
    "skip_name_resolve": "ON",
    "max_connections": "200",
}


def cache_folder() -> Path:
    return Path(os.environ.get("SLUICE_CACHE") or Path.home() / ".cache" / "sluice")


class Flavour:
    """MySQL 8.0; the others differ as their classes say."""

    name = "mysql-8.0.33"
    has_json = True  # or an alias of text
    collation = "utf8mb4_0900_ai_ci"
    identified = "IDENTIFIED WITH caching_sha2_password BY"
    options: Mapping[str, str] = {
        "binlog_row_metadata": "MINIMAL",
        "gtid_mode": "ON",
        "enforce_gtid_consistency": "ON",
        "collation_server": "utf8mb4_0900_ai_ci",
        "mysqlx": "OFF",
    }

    def __str__(self) -> str:
        return self.name

    def home(self) -> Path:
        given = os.environ.get("SLUICE_MYSQL_HOME")
        return self._found(Path(given) if given else cache_folder() / self.name)

    def _found(self, home: Path) -> Path:
        if not self.program(home).exists():
            raise AssertionError(f"no server {self.name} in {home}: run ./dev setup")
        return home

    def program(self, home: Path) -> Path:
        return home / "bin" / "mysqld"

    def command(self, datadir: Path) -> list[str]:
        """The server on `datadir`; options follow."""
        home = self.home()
        user = ["--user=root"] if os.geteuid() == 0 else []
        return [
            str(self.program(home)),
            "--no-defaults",
            f"--basedir={home}",
            f"--datadir={datadir}",
            *user,
        ]

    def accounts(self) -> str:
        """The second one has what the documentation asks for, and nothing more."""
        return (
            f"CREATE USER 'root'@'%' {self.identified} '';\n"
            "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;\n"
            f"CREATE USER '{USER}'@'%' {self.identified} '{PASSWORD}';\n"
            f"GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '{USER}'@'%';\n"
        )

    def initialise(self, datadir: Path) -> None:
        """Makes a data directory with the accounts."""
        statements = datadir.with_suffix(".sql")
        statements.write_text(self.accounts(), encoding="utf-8")
        run([*self.command(datadir), "--initialize-insecure", f"--init-file={statements}"])
        statements.unlink()
        # Each copy makes its own identity.
        (datadir / "auto.cnf").unlink(missing_ok=True)


class Mysql56(Flavour):
    name = "mysql-5.6.24"
    has_json = False
    collation = "utf8mb4_unicode_ci"
    identified = "IDENTIFIED BY"
    options = {
        "gtid_mode": "ON",
        "enforce_gtid_consistency": "ON",
        "log_slave_updates": "ON",
        "collation_server": "utf8mb4_unicode_ci",
        "explicit_defaults_for_timestamp": "ON",
    }

    def home(self) -> Path:
        given = os.environ.get("SLUICE_MYSQL56_HOME")
        return self._found(Path(given) if given else cache_folder() / self.name)

    def command(self, datadir: Path) -> list[str]:
        return [*super().command(datadir), f"--lc-messages-dir={self.home() / 'share'}"]

    def initialise(self, datadir: Path) -> None:
        (datadir / "mysql").mkdir(parents=True)
        share = self.home() / "share"
        tables = [share / "mysql_system_tables.sql", share / "mysql_system_tables_data.sql"]
        # Accounts are off in this start until their tables are there and looked at.
        sql = ["USE mysql;\n", *(file.read_text(encoding="utf-8") for file in tables)]
        sql += ["DELETE FROM mysql.user WHERE User = '';\nFLUSH PRIVILEGES;\n", self.accounts()]
        small = "--innodb_log_file_size=8M"
        run([*self.command(datadir), "--bootstrap", small], "".join(sql))


class Mariadb(Flavour):
    """The package's, which brings its own programs."""

    name = "mariadb-10.11"
    collation = "utf8mb4_unicode_ci"
    identified = "IDENTIFIED BY"
    options = {
        "binlog_row_metadata": "MINIMAL",
        "gtid_strict_mode": "ON",
        "collation_server": "utf8mb4_unicode_ci",
    }

    def home(self) -> Path:
        return self._found(Path(os.environ.get("SLUICE_MARIADB_HOME") or "/usr"))

    def program(self, home: Path) -> Path:
        return home / "sbin" / "mariadbd"

    def initialise(self, datadir: Path) -> None:
        statements = datadir.with_suffix(".sql")
        statements.write_text("FLUSH PRIVILEGES;\n" + self.accounts(), encoding="utf-8")
        program, *rest = self.command(datadir)
        run(
            [
                str(Path(program).parents[1] / "bin" / "mariadb-install-db"),
                *rest,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                f"--extra-file={statements}",
            ]
        )
        statements.unlink()


MYSQL80, MYSQL56, MARIADB = Flavour(), Mysql56(), Mariadb()
FLAVOURS = (MYSQL80, MYSQL56, MARIADB)


def run(command: list[str], text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout.decode()}")
