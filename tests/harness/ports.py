# SPDX-License-Identifier: Apache-2.0
"""Ports for servers that come back on the same port."""

from __future__ import annotations

import random
import socket

# Below the range the kernel gives to outgoing connections, so that nothing takes the port of a
# server that is down for a moment.
FIRST, LAST = 18000, 31999

_given: set[int] = set()
_random = random.SystemRandom()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on; never the same one twice."""
    for _ in range(1000):
        port = _random.randint(FIRST, LAST)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise AssertionError(f"no free port between {FIRST} and {LAST}")


def accepts(port: int) -> bool:
    """Whether somebody listens there now."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
