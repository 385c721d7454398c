# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, with a deadline and a name."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

POLL_S = 0.02
T = TypeVar("T")


def wait_for(
    condition: Callable[[], T], what: str, seconds: float = 30, poll_s: float = POLL_S
) -> T:
    """The first true value of `condition`. Fails with `what` when the time is over."""
    until = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= until:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(poll_s)
