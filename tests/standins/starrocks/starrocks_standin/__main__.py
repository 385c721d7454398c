# SPDX-License-Identifier: Apache-2.0
"""Starts the stand-in and runs until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
from typing import Any

from .be_http import BackEndHttp
from .cluster import Cluster
from .control import Control
from .duck import Engine
from .fe_http import FrontEndHttp
from .loader import Tools
from .show import show_proc
from .sql_session import SqlServer
from .sql_tools import SqlTools


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="starrocks_standin", description=__doc__)
    parser.add_argument("--front-ends", type=int, default=2)
    parser.add_argument("--back-ends", type=int, default=2)
    parser.add_argument("--fe-http-port", type=int, action="append", default=[], metavar="PORT",
                        help="of each front end in turn; 0 or absent: a free one")  # fmt: skip
    parser.add_argument("--be-http-port", type=int, action="append", default=[], metavar="PORT")
    parser.add_argument("--mysql-port", type=int, default=0, help="of every front end")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--user", default="root")
    parser.add_argument("--password", default="")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting, as of the control port's /settings")  # fmt: skip
    parser.add_argument("--ports-file", default="")
    return parser.parse_args(argv)


def setting(text: str) -> dict[str, Any]:
    name, _, value = text.partition("=")
    try:
        return {name: json.loads(value)}
    except ValueError:
        return {name: value}


def write_atomically(path: str, body: dict[str, Any]) -> None:
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(body, file)
    os.replace(temporary, path)


async def sweep_forever(cluster: Cluster) -> None:
    while True:
        await asyncio.sleep(1)
        cluster.transactions.sweep()


async def serve(options: argparse.Namespace) -> None:
    cluster = Cluster(options.front_ends, options.back_ends, options.user, options.password)
    for text in options.set:
        cluster.settings.update(setting(text))
    engine = Engine()
    tools = SqlTools(engine)
    cluster.tools = Tools(tools.derive, tools.select)
    front_ends = [FrontEndHttp(cluster, node) for node in cluster.front_ends]
    back_ends = [BackEndHttp(cluster, node) for node in cluster.back_ends]
    for nodes, ports in ((front_ends, options.fe_http_port), (back_ends, options.be_http_port)):
        for index, http in enumerate(nodes):
            await http.listener.start(ports[index] if index < len(ports) else 0)
            http.node.port = http.listener.port
    for front_end in front_ends:
        front_end.show_proc = lambda path: proc(cluster, path)
    sql = [SqlServer(cluster, engine, node) for node in cluster.front_ends]
    for server in sql:
        await server.start(options.mysql_port or sql[0].port)
    control = Control(cluster, front_ends, sql, back_ends)
    await control.listener.start(options.control_port)
    ports_found = {
        "fe_host": [node.host for node in cluster.front_ends],
        "fe_http": [node.port for node in cluster.front_ends],
        "be_http": [node.port for node in cluster.back_ends],
        "mysql": sql[0].port,
        "control": control.listener.port,
    }
    if options.ports_file:
        write_atomically(options.ports_file, ports_found)
    print(json.dumps(ports_found), flush=True)
    await until_told(cluster)
    for node in [*front_ends, *back_ends, control]:
        node.listener.stop()
    for server in sql:
        server.stop()
    cluster.parser.shutdown(wait=False, cancel_futures=True)
    engine.close()


async def proc(cluster: Cluster, path: str) -> list[dict[str, Any]]:
    names, rows = show_proc(cluster, path)
    return [dict(zip(names, row)) for row in rows]


async def until_told(cluster: Cluster) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    sweeper = asyncio.create_task(sweep_forever(cluster))
    await told.wait()
    sweeper.cancel()


def main() -> int:
    # Rows are tuples of plain values: no cycles, and too many to walk.
    gc.set_threshold(200000, 50, 1000)
    asyncio.run(serve(arguments(sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
