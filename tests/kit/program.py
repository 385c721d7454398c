# SPDX-License-Identifier: Apache-2.0
"""The program that holds the laws, and the port through which it ends and starts servers."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator

from tests.harness.mysql_server import PASSWORD, USER, MysqlServer
from tests.harness.postgres_server import PASSWORD as PG_PASSWORD
from tests.harness.postgres_server import USER as PG_USER
from tests.harness.postgres_server import PostgresServer
from tests.harness.starrocks import StarRocks

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("SLUICE_BUILD", ROOT / "build" / "release")) / "tests/kit/kit_test"
LIMIT_S = 900
SKIPPED = re.compile(r"Skipped\n(?P<reason>.*)\n+\[  SKIPPED \] Kit/(?P<law>\S+)")

# The laws that were not tried, and why.
skipped: dict[str, str] = {}


class Control:
    """Lets the program end and start servers: POST /server/event."""

    def __init__(self) -> None:
        self.events: dict[str, Callable[[], Any]] = {}
        control = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                event = control.events.get(self.path)
                code, text = (200, "done") if event else (404, f"no {self.path}")
                try:
                    if event:
                        event()
                except Exception as error:  # told to the program, which fails its law
                    code, text = 500, repr(error)
                self.send_response(code)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Nothing: what matters is in the program's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def restarting(self, path: str, server: MysqlServer) -> Iterator[None]:
        """POST to `path` kills `server` and starts it; as before afterwards."""
        before = self.events.get(path)

        def restart() -> None:
            server.kill()
            server.start()

        self.events[path] = restart
        yield
        self.events.pop(path)
        if before is not None:
            self.events[path] = before

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Kit:
    """Runs the laws of one filter and fails with what the program said."""

    def __init__(self, control: Control) -> None:
        self.environment = {"SLUICE_KIT_CONTROL": control.url}

    def with_mysql(self, server: MysqlServer) -> Kit:
        self.environment |= {
            "SLUICE_KIT_MYSQL": f"127.0.0.1:{server.port}",
            "SLUICE_KIT_MYSQL_USER": USER,
            "SLUICE_KIT_MYSQL_PASSWORD": PASSWORD,
        }
        return self

    def with_postgres(self, server: PostgresServer) -> Kit:
        server.fresh_database("kit")
        self.environment |= {
            "SLUICE_KIT_POSTGRES": f"127.0.0.1:{server.port}",
            "SLUICE_KIT_POSTGRES_USER": PG_USER,
            "SLUICE_KIT_POSTGRES_PASSWORD": PG_PASSWORD,
        }
        return self

    def with_starrocks(self, cluster: StarRocks) -> Kit:
        self.environment |= {
            "SLUICE_KIT_STARROCKS_NODES": ",".join(cluster.nodes),
            "SLUICE_KIT_STARROCKS_SQL": cluster.sql,
            "SLUICE_KIT_STARROCKS_USER": cluster.user,
            "SLUICE_KIT_STARROCKS_PASSWORD": cluster.password,
            "SLUICE_KIT_STARROCKS_CONTROL": cluster.control or "",
        }
        return self

    def keep(self, filter: str) -> str:
        assert PROGRAM.exists(), f"no {PROGRAM}: run ./dev build"
        done = subprocess.run(
            [str(PROGRAM), f"--gtest_filter={filter}"],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
            check=False,
        )
        output = done.stdout.decode("utf-8", "replace")
        skipped.update((m["law"], m["reason"]) for m in SKIPPED.finditer(output))
        assert done.returncode == 0, output
        assert "[  PASSED  ] 0 tests" not in output, output
        return output
