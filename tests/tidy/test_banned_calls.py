# SPDX-License-Identifier: Apache-2.0
"""What only src/base may ask of the machine; everybody else gets it from Env, or is given it."""

from __future__ import annotations

import re

from . import cpp, tree

CLOCK = (
    r"\b\w+_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|(?<![\w.:>])(?:std::)?time\(",
    "read the clock through base/env.h",
)
SLEEP = (
    r"\bsleep_(?:for|until)\b|(?<![\w.:>])(?:::)?(?:u|nano)?sleep\(",
    "wait on a condition, or Env::Sleep",
)
RANDOM = (
    r"(?<![\w.:>])(?:std::|::)?s?rand\(|\brandom_device\b|\bgetrandom\b",
    "take random numbers from Env",
)
THREAD = (
    r"\bstd::j?thread\b|\bstd::async\b|\bpthread_create\b",
    "use Thread of base/thread.h",
)
SYNC = (
    r"\bstd::(?:recursive_|shared_|timed_)*mutex\b|\bstd::condition_variable\w*\b"
    r"|\bstd::(?:latch|barrier|future|promise|counting_semaphore|binary_semaphore)\b",
    "wait by what base/sync.h has, which the simulator replaces",
)
FILE = (
    r"\bstd::[io]?fstream\b|(?<![\w.>])(?:std::|::)?(?:fopen|freopen)\(|::open\(|::unlink\("
    r"|\bstd::filesystem\b",
    "read and write files through Env, which knows fsync and rename",
)
SOCKET = (
    r"(?<![\w.>])::(?:socket|connect|accept4?|bind|listen|sendto?|recv(?:from)?)\("
    r"|<(?:sys/socket|netinet/\w+|arpa/inet|netdb)\.h>",
    "talk to servers through the clients of src/api",
)
PROCESS = (
    r"(?<![\w.>])(?:std::|::)?(?:_?exit|_Exit|quick_exit|abort|system|popen|fork|execv\w*)\(",
    "return a Status; CHECK ends the process where nothing else can",
)
ENVIRONMENT = (r"\b(?:secure_)?getenv\(|\benviron\b", "take settings from the job or the arguments")

EVERYWHERE = (CLOCK, SLEEP, RANDOM)
NOT_IN_TESTS = (THREAD, SYNC, FILE, SOCKET, PROCESS, ENVIRONMENT)
# The rooms whose subject is the network.
SOCKET_ROOMS = ("src/io/", "src/server/")

# File, what it may do, why.
EXCEPTIONS = {
    ("src/cli/watcher.cc", PROCESS): "a second interrupt ends the process at once, as it says",
    ("src/cli/main.cc", ENVIRONMENT): "the process's entry: what it reads is handed down",
    ("src/cli/job_plan.cc", ENVIRONMENT): "job files may name environment variables",
}


def _scanned() -> list[str]:
    """Benchmarks measure the machine itself, so bench/ is left out."""
    folders = ("src", "connectors", "tests/sim")
    paths = [path for folder in folders for path in tree.under(folder, *tree.CPP)]
    return [path for path in paths if not path.startswith("src/base/")]


def _banned(path: str) -> tuple[tuple[str, str], ...]:
    # Tests make the world their subject meets: its files, peers and threads. They do not wait for
    # time to pass.
    if tree.is_test(path):
        return EVERYWHERE
    if path.startswith(SOCKET_ROOMS):
        return EVERYWHERE + tuple(rule for rule in NOT_IN_TESTS if rule is not SOCKET)
    return EVERYWHERE + NOT_IN_TESTS


def _hits(path: str, pattern: str) -> list[int]:
    lines = cpp.code(path).splitlines()
    return [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]


def test_only_base_asks_the_machine():
    found = [
        f"{path}:{number}: {tree.lines(path)[number - 1].strip()}: {instead}"
        for path in _scanned()
        for pattern, instead in _banned(path)
        if (path, (pattern, instead)) not in EXCEPTIONS
        for number in _hits(path, pattern)
    ]
    assert not found, tree.report(
        "outside src/base nothing reads clocks, sleeps, opens files or starts threads:", found
    )


def test_exceptions_are_still_needed():
    found = [
        f"{path}: {why}"
        for (path, (pattern, _)), why in EXCEPTIONS.items()
        if path not in tree.files() or not _hits(path, pattern)
    ]
    assert not found, tree.report("remove these from EXCEPTIONS:", found)
