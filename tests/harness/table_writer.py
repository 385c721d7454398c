# SPDX-License-Identifier: Apache-2.0
"""Tables that are written to while a job reads them."""

from __future__ import annotations

import threading
from typing import Any

from .mysql_server import MysqlServer
from .waiting import wait_for


class TableWriter:
    """Writes to tables of the database `shop` from the constructor until `stop`, in rounds, on a
    thread of its own. A test says what a round is; `stop` fails if one failed."""

    pause_s = 0.01  # between two rounds
    autocommit = True

    def __init__(self, server: MysqlServer) -> None:
        self.server = server
        self.rounds = 0
        self.error: BaseException | None = None
        self._stopping = threading.Event()
        # A test that fails before `stop` must not hang.
        self._thread = threading.Thread(target=self._run, name="table writer", daemon=True)
        self._thread.start()

    def round(self, cursor: Any, number: int) -> None:
        """On the writer's thread; `number` counts from 1."""
        raise NotImplementedError

    def more(self, count: int) -> None:
        """Until so many more rounds are done."""
        until = self.rounds + count
        wait_for(lambda: self.rounds >= until or self.error is not None, "writes", 90)

    def stop(self) -> None:
        """Ends after the round under way."""
        self._stopping.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the writer does not end"
        assert self.error is None, repr(self.error)

    def _run(self) -> None:
        try:
            with self.server.connect("shop", autocommit=self.autocommit) as connection:
                with connection.cursor() as cursor:
                    while not self._stopping.wait(self.pause_s):
                        self.round(cursor, self.rounds + 1)
                        self.rounds += 1
        except BaseException as error:  # handed to stop()
            self.error = error
