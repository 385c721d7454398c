# SPDX-License-Identifier: Apache-2.0
"""Libraries that open sockets stay behind one client each, which the simulator can replace."""

from __future__ import annotations

import re
from pathlib import Path

from . import cpp, tree

# Library: what its headers are called. Each has one home, src/io/<word>*, found by who includes it.
SOCKET_LIBRARIES = {
    "libcurl": r"curl/",
    "libmariadb": r"(mysql|mariadb)/|(mysql|mysqld_error|errmsg|mariadb_\w+|ma_\w+)\.h$",
    "libpq": r"(postgresql/)?(libpq-|libpq/|pq)",
    "librdkafka": r"(librdkafka/)?rdkafka",
    "ODBC": r"(sql|sqlext|sqltypes|sqlucode|odbcinst|odbcinstext)\.h$",
    "gRPC": r"grpc",
    "Boost.Asio and Boost.Beast": r"boost/(asio|beast)",
}
# Rooms that own a library which is no client of an external system.
HOMES = {"gRPC": "src/cluster/", "Boost.Asio and Boost.Beast": "src/server/"}
# libmariadb: the log stream and the query client share one connection, and its error mapping.
SEVERAL_FILES = {"libmariadb": "src/io/mysql_"}


def _users(headers: str) -> list[str]:
    """Files of ours that include one of the library's headers, directly or through ours.

    Benchmarks hold the engine against the bare library, so bench/ is left out.
    """
    pattern = re.compile(headers)
    ours = [path for path in tree.cpp_files() if not path.startswith("bench/")]
    direct = {
        path
        for path in ours
        if any(not i.quoted and pattern.match(i.name) for i in cpp.includes(path))
    }
    return [path for path in ours if direct & cpp.reached(path)]


def _outside(library: str, users: list[str]) -> list[str]:
    if library in SEVERAL_FILES:
        return [path for path in users if not path.startswith(SEVERAL_FILES[library])]
    stems = sorted({path.removesuffix(Path(path).suffix) for path in users})
    home = HOMES.get(library, "src/io/")
    return [path for path in users if not path.startswith(home)] + (stems if stems[1:] else [])


def test_each_socket_library_is_seen_by_one_client_under_src_io():
    found = [
        f"{library}: {path}"
        for library, headers in SOCKET_LIBRARIES.items()
        for path in _outside(library, _users(headers))
    ]
    assert not found, tree.report(
        "one .cc (and its .h) under src/io sees a library that opens sockets; others use its "
        "interface in src/api:",
        found,
    )


def test_the_rule_sees_the_libraries_that_are_used():
    """A pattern that matches nothing would pass for ever."""
    for library, home in {
        "libcurl": "src/io/http_curl.cc",
        "libmariadb": "src/io/mysql_",
        "libpq": "src/io/pg_client.cc",
    }.items():
        users = _users(SOCKET_LIBRARIES[library])
        assert any(path.startswith(home) for path in users), f"{library} is not found in {home}"
