# SPDX-License-Identifier: Apache-2.0
"""One job of the engine as a process: started, held in a phase, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Mapping, Sequence

from .processes import Process
from .waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
PHASES = ("snapshot", "hand-over", "log", "sealed", "prepared", "published")
BODY = re.compile(r"checkpoint-(\d+)-run-(\d+)")
LATEST = re.compile(r"^latest: checkpoint (\d+) ", re.MULTILINE)


def executable() -> Path:
    """SLUICE, or the release build."""
    found = Path(os.environ.get("SLUICE", ROOT / "build" / "release" / "sluice"))
    if not found.exists():
        raise AssertionError(f"no executable {found}: run ./dev build")
    return found


class Engine:
    """A job file with its variables and a state directory; `start` runs it."""

    def __init__(
        self,
        folder: Path,
        job: Path,
        variables: Mapping[str, object] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.phases = folder / "phases"
        self.phases.mkdir(parents=True, exist_ok=True)
        self.log = folder / "sluice.log"
        self.job = job
        self.variables = dict(variables or {})
        self.options = list(options)
        self.starts = 0
        self._process: Process | None = None

    def command(self, verb: str = "run") -> list[str]:
        settings = [f"-i{name}={value}" for name, value in self.variables.items()]
        more = ["--state", str(self.state), *self.options] if verb == "run" else []
        return [str(executable()), verb, "-c", str(self.job), *settings, *more]

    @property
    def process(self) -> Process:
        assert self._process is not None, "the engine was not started"
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.alive

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """The same command each time: it resumes by itself."""
        for stale in self.phases.glob("at-*"):
            stale.unlink()
        self.starts += 1
        more = {"SLUICE_TEST_PHASES": str(self.phases), **(env or {})}
        self._process = Process(self.command(), self.log, env=more)

    def run_to_end(self, seconds: float = 120) -> None:
        """To the end of a job that ends by itself."""
        self.start()
        assert self.process.wait(seconds) == 0, self.log_text()

    def killed_on_the_way(self, phases: Sequence[str]) -> None:
        """One kill in each phase; then to the end."""
        for phase in phases:
            self.hold(phase)
            self.start()
            self.wait_held(phase)
            self.kill()
            self.release(phase)
        self.run_to_end()

    def check_alive(self) -> None:
        self.process.check_alive()

    def kill(self) -> None:
        """SIGKILL. It must have been alive until then."""
        self.check_alive()
        self.process.kill()
        assert self.process.code == -signal.SIGKILL, f"ended by itself with {self.process.code}"

    def stop(self, seconds: float = 60) -> int:
        """Asks for a last checkpoint and the end; the exit code."""
        return self.process.end(signal.SIGINT, seconds)

    def end(self) -> None:
        """For clean-up: whatever state it is in."""
        if self.running:
            self.process.kill()

    # Phases.

    def hold(self, phase: str) -> None:
        """Whoever reaches the phase next waits there."""
        (self.phases / f"hold-{phase}").touch()

    def release(self, phase: str) -> None:
        (self.phases / f"hold-{phase}").unlink(missing_ok=True)
        (self.phases / f"at-{phase}").unlink(missing_ok=True)

    def wait_held(self, phase: str, seconds: float = 60) -> None:
        at = self.phases / f"at-{phase}"

        def there() -> bool:
            self.check_alive()
            return at.exists()

        wait_for(there, f"the engine in phase {phase}\n{self.log}", seconds)

    def reached(self, phase: str) -> int:
        """How often a phase was reached over all starts."""
        trace = self.phases / "trace"
        if not trace.exists():
            return 0
        lines = trace.read_text(encoding="utf-8").splitlines()
        return sum(line.startswith(f"{phase} ") for line in lines)

    # Checkpoints.

    def durable(self) -> set[tuple[int, int]]:
        """(checkpoint, run) of every published checkpoint whose body is still kept.

        A body that a later run has written again was never published: a run goes on from the
        newest published number.
        """
        newest: dict[int, int] = {}
        for path in self.state.glob("checkpoint-*"):
            match = BODY.fullmatch(path.name)
            if match is not None:
                number, run = int(match[1]), int(match[2])
                newest[number] = max(run, newest.get(number, 0))
        latest = self.latest()
        return {(number, run) for number, run in newest.items() if number <= latest}

    def latest(self) -> int:
        """The number of the newest published checkpoint; 0: none yet."""
        if not any(self.state.glob("record-*")):
            return 0
        shown = subprocess.run(
            [str(executable()), "dump", "checkpoint", str(self.state)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        match = LATEST.search(shown.stdout)
        return int(match[1]) if match else 0

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def log_tail(self, lines: int = 30) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])
