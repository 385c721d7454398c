# SPDX-License-Identifier: Apache-2.0
"""One MySQL connection: sends each statement to the part that answers it."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any

import duckdb
from mysql_mimic import MysqlServer
from mysql_mimic.auth import IdentityProvider, NativePasswordAuthPlugin
from mysql_mimic.auth import User as LoginUser
from mysql_mimic.errors import MysqlError
from mysql_mimic.results import ResultSet
from mysql_mimic.session import BaseSession
from mysql_mimic.variables import GlobalVariables, SessionVariables
from sqlglot import exp

from . import rows_sql, show, statements
from .cluster import Cluster, FrontEnd
from .ddl import Parser
from .duck import Engine
from .faults import Dropped
from .info_schema import TABLES
from .results import result, texts
from .rewrite import bind_tables, name_columns, parse_one, replace_facts, to_duck
from .schema import SqlError
from .storage import Table
from .transactions import TxnError
from .variables import DEFAULTS

_COMMENT = re.compile(r"\A(?:\s+|/\*(?!!).*?\*/|--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z))+", re.DOTALL)
# Answered with OK and no effect.
_ACCEPTED = re.compile(
    r"(START\s+TRANSACTION|BEGIN|COMMIT|ROLLBACK|FLUSH|ANALYZE|REFRESH|LOCK|UNLOCK|KILL)\b",
    re.IGNORECASE,
)


class StandinSession(BaseSession):
    def __init__(
        self, cluster: Cluster, engine: Engine, node: FrontEnd, open_ones: set[StandinSession]
    ) -> None:
        self.cluster = cluster
        self.engine = engine
        self.node = node
        self._open_ones = open_ones
        self.variables = SessionVariables(GlobalVariables())
        self.username: str | None = None
        self.database: str | None = None
        self.values: dict[str, Any] = {}
        self.connection: Any = None

    async def init(self, connection: Any) -> None:
        self.connection = connection
        if self.username is None:
            raise PermissionError("Access denied")
        self._open_ones.add(self)

    async def close(self) -> None:
        self._open_ones.discard(self)
        self.connection = None

    def cut(self) -> None:
        if self.connection is not None:
            self.connection.stream.writer.transport.abort()

    async def reset(self) -> None:
        return

    async def use(self, database: str) -> None:
        self._use(database)

    def _use(self, database: str) -> None:
        name = database.rsplit(".", 1)[-1]
        if name not in self.cluster.catalog.databases and name != "information_schema":
            raise MysqlError(f"Unknown database '{name}'", 1049)  # type: ignore[arg-type]
        self.database = name

    async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
        faults = self.cluster.faults
        rule = faults.find("mysql", self.node.name, sql=sql)
        try:
            await faults.before(rule)
            if rule is not None and rule.action == "refuse":
                raise SqlError(rule.message or "injected refusal", 1105)
            answer = await self._run(sql)
            await faults.after(rule)
            return answer
        except Dropped:
            self.cut()
            raise
        except SqlError as error:
            raise MysqlError(str(error), error.code) from error  # type: ignore[arg-type]
        except TxnError as error:
            raise MysqlError(error.message) from error
        except duckdb.Error as error:
            text = f"Getting analyzing error. Detail message: {error}"
            raise MysqlError(text, 1064) from error  # type: ignore[arg-type]

    async def _run(self, sql: str) -> Any:
        sql = _COMMENT.sub("", sql).strip().rstrip(";").strip()
        if not sql:
            return None
        word = re.match(r"\(*\s*(\w*)", sql)
        verb = word[1].upper() if word else ""
        if verb in ("SELECT", "WITH", "VALUES"):
            return await self._select(sql)
        if verb == "SET":
            return self._set(sql)
        if verb in ("INSERT", "DELETE", "UPDATE"):
            await self._change_rows(verb, sql)
            return None
        if _ACCEPTED.match(sql):
            return None
        parser = Parser(sql)
        parser.at = 1
        if verb == "SHOW":
            return await self._show(sql, parser)
        if verb in ("DESC", "DESCRIBE"):
            return texts(*show.describe(self.cluster, self.database, parser))
        if verb == "EXPLAIN":
            return texts(["Explain String"], [("PLAN FRAGMENT 0",)])
        if verb == "USE":
            self._use(parser.name())
            return None
        return self._define(verb, parser)

    def _define(self, verb: str, parser: Parser) -> Any:
        cluster, current = self.cluster, self.database
        if verb == "CREATE":
            parser.take("EXTERNAL")
            if parser.take("DATABASE") or parser.take("SCHEMA"):
                return statements.create_database(cluster, parser)
            if parser.take("TABLE"):
                return statements.create_table(cluster, current, parser)
            if parser.take("USER"):
                return statements.create_user(cluster, parser)
        elif verb == "DROP":
            if parser.take("DATABASE") or parser.take("SCHEMA"):
                return statements.drop_database(cluster, parser)
            if parser.take("TABLE"):
                return statements.drop_table(cluster, current, parser)
            if parser.take("USER"):
                return statements.drop_user(cluster, parser)
        elif verb == "TRUNCATE":
            return statements.truncate_table(cluster, current, parser)
        elif verb == "ALTER" and parser.take("TABLE"):
            return statements.alter_table(cluster, current, parser)
        elif verb == "CANCEL" and parser.take("ALTER", "TABLE", "COLUMN", "FROM"):
            db, name = parser.qualified()
            return cluster.jobs.cancel(statements.resolve(cluster, current, db).table(name))
        elif verb in ("GRANT", "REVOKE"):
            return statements.grant(cluster, parser, current, verb == "REVOKE")
        elif verb == "ADMIN" and parser.take("SET", "FRONTEND", "CONFIG"):
            return self._config(parser)
        parser.at = 0
        raise parser.fail()

    def _config(self, parser: Parser) -> None:
        parser.expect("(")
        name = parser.string()
        parser.expect("=")
        text = parser.string()
        try:
            self.cluster.settings.update({name: float(text) if "." in text else int(text)})
        except ValueError as error:
            raise SqlError(str(error)) from error

    async def _show(self, sql: str, parser: Parser) -> ResultSet:
        if re.match(r"SHOW\s+(GLOBAL\s+|SESSION\s+)?VARIABLES", sql, re.IGNORECASE):
            names = sorted({**DEFAULTS, **self.values})
            shown: show.Shown = (
                ["Variable_name", "Value"],
                [(name, self._variable(name)) for name in names],
            )
            while not (parser.done() or parser.peek("LIKE") or parser.peek("WHERE")):
                parser.at += 1
        else:
            user = self.cluster.users.get(self.username or "")
            found = show.show(self.cluster, self.database, parser, user)
            if found is None:
                raise parser.fail()
            shown = found
        if parser.done():
            return texts(*shown)
        return await self._filtered(shown, parser)

    async def _filtered(self, shown: show.Shown, parser: Parser) -> ResultSet:
        names, rows = shown
        rest = parser.sql[parser.tokens[parser.at].start :]
        if parser.take("LIKE"):
            rest = f"WHERE `{names[0]}` LIKE {parser.sql[parser.tokens[parser.at].start :]}"
        tree = parse_one(f"SELECT * FROM `rows` {rest}")
        if "CreateTime" in names and tree.find(exp.Order) is not None:
            # The server lists jobs by their numbers and sorts stably: of one second the oldest
            # comes first, whichever way is asked for.
            tree.args["order"].append(
                "expressions",
                parse_one("SELECT 1 ORDER BY CAST(JobId AS BIGINT)").args["order"].expressions[0],
            )
        plain = [tuple(None if v is None else str(v) for v in row) for row in rows]
        source = ([(name, "VARCHAR") for name in names], plain)
        found, columns = await self.engine.over({"rows": source}, to_duck(tree))
        return result(found, columns)

    def _set(self, sql: str) -> None:
        for name, value in re.findall(
            r"(?:@@)?(?:(?:SESSION|GLOBAL|LOCAL)[\s.]+)?`?(\w+)`?"
            r"\s*:?=\s*('[^']*'|\"[^\"]*\"|[^,]+)",
            sql[3:],
            re.IGNORECASE,
        ):
            text = value.strip().strip("'\"")
            self.values[name.lower()] = int(text) if re.fullmatch(r"-?\d+", text) else text

    def _variable(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name not in DEFAULTS:
            raise SqlError(f"Unknown system variable '{name}'", 1193)
        return DEFAULTS[name]

    def _functions(self) -> dict[str, Any]:
        settings = self.cluster.settings
        user = f"'{self.username}'@'%'"
        return {
            "current_version": f"{settings.version} {settings.commit}",
            "version": DEFAULTS["version"],
            "connection_id": self.connection.connection_id,
            "user": user,
            "session_user": user,
            "current_user": user,
            "database": self.database or "",
            "schema": self.database or "",
            "current_database": self.database or "",
            "current_schema": self.database or "",
            "current_catalog": "default_catalog",
            "catalog": "default_catalog",
        }

    def find_table(self, db: str | None, name: str) -> Table:
        return statements.resolve(self.cluster, self.database, db).table(name)

    async def _select(self, sql: str) -> ResultSet:
        tree = parse_one(sql)
        name_columns(tree, sql)
        tree = replace_facts(tree, self._functions(), self._variable)
        tables, virtual = bind_tables(tree, self.database, self.find_table)
        text = to_duck(tree)
        if virtual:
            sources = {f"info_{name}": TABLES[name](self.cluster) for name in virtual}
            return result(*await self.engine.over(sources, text))
        return result(*await self.engine.query(text, tables))

    async def _change_rows(self, verb: str, sql: str) -> None:
        change = {"INSERT": rows_sql.insert, "DELETE": rows_sql.delete, "UPDATE": rows_sql.update}
        await change[verb](self.cluster, self.engine, self.find_table, self.database, sql)


class Identities(IdentityProvider):
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    async def get_user(self, username: str) -> LoginUser:
        """An unknown user is one whose password nobody knows: the refusal is the same."""
        user = self.cluster.users.get(username)
        secret = secrets.token_hex() if user is None else user.password
        hashed = NativePasswordAuthPlugin.create_auth_string(secret) if secret else None
        return LoginUser(username, hashed, NativePasswordAuthPlugin.name)


class SqlServer:
    """The MySQL port of a front end; it can be cut off at once and opened again."""

    def __init__(self, cluster: Cluster, engine: Engine, node: FrontEnd) -> None:
        logging.getLogger("mysql_mimic").setLevel(logging.CRITICAL)
        self._node = node
        self._sessions: set[StandinSession] = set()
        self._server = MysqlServer(
            session_factory=lambda: StandinSession(cluster, engine, node, self._sessions),
            identity_provider=Identities(cluster),
        )
        self.port = 0

    async def start(self, port: int = 0) -> None:
        await self._server.start_server(host=self._node.host, port=port or self.port)
        self.port = self._server.sockets()[0].getsockname()[1]

    def stop(self) -> None:
        """Connections are reset, as when a process dies."""
        self._server.close()
        for session in list(self._sessions):
            session.cut()


