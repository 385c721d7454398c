# SPDX-License-Identifier: Apache-2.0
"""Child processes with a log file; none outlives the interpreter."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
from pathlib import Path
from typing import Mapping, Sequence

_living: set[Process] = set()


class Process:
    """One child, running from the constructor on. Output goes to the end of `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            # A session of its own: Ctrl-C at the terminal reaches the harness, which ends it.
            self._popen = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        _living.add(self)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        code = self._popen.poll()
        if code is not None:
            _living.discard(self)
        return code

    @property
    def alive(self) -> bool:
        return self.code is None

    def send(self, number: int) -> None:
        if self.alive:
            self._popen.send_signal(number)

    def wait(self, seconds: float) -> int:
        """The exit code. Kills it when the time is over, and fails."""
        try:
            code = self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{self.name} did not end within {seconds:g} s\n{self.log_tail()}"
            ) from None
        _living.discard(self)
        return code

    def kill(self) -> None:
        """SIGKILL; gone and reaped on return."""
        self.send(signal.SIGKILL)
        self._popen.wait(timeout=30)
        _living.discard(self)

    def end(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Asks it to end and waits; the exit code."""
        self.send(number)
        return self.wait(seconds)

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def log_tail(self, lines: int = 30) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])

    def check_alive(self) -> None:
        """Fails with the end of the log if it ended."""
        if not self.alive:
            raise AssertionError(f"{self.name} ended with {self.code}\n{self.log_tail()}")


def _kill_all() -> None:
    for process in list(_living):
        process.kill()


atexit.register(_kill_all)
