# SPDX-License-Identifier: Apache-2.0
"""SeaTunnel's reader of job files and sluice's, as processes that answer path by path."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("SLUICE_BUILD", ROOT / "build" / "release"))
CACHE = Path(os.environ.get("SLUICE_CACHE", Path.home() / ".cache" / "sluice"))
JARS = CACHE / "seatunnel-config-1"

# What an answer is for a file that is refused.
REFUSED = "error"
# SeaTunnel's library failed by a mistake of its own, as it says itself: nothing to compare with.
BROKEN = "broken"
# All that the environment holds for ${name}.
ENVIRONMENT = {"SLUICE_TEST_VALUE": "from-environment"}


class Reader:
    """A process that reads a path a line and answers each with a line."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={"PATH": os.environ["PATH"], **ENVIRONMENT},
            encoding="utf-8",
        )

    def read(self, path: Path) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer.endswith("\n"), f"the reader ended at {path}"
        return answer.removesuffix("\n")

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.communicate()


def seatunnel(folder: Path) -> Reader:
    """SeaTunnel's own library; jars.sh fetches it. It looks for include file("...") in `folder`."""
    if not (JARS / "ready").exists():
        subprocess.run([HERE / "jars.sh", JARS], check=True)
    options = ["-Dfile.encoding=UTF-8", "-Xss8m", "-cp", f"{JARS}/*"]
    return Reader(["java", *options, str(HERE / "SeaTunnelParser.java")], folder)


def sluice(folder: Path) -> Reader:
    program = BUILD / "tests" / "oracle" / "config_tree"
    assert program.exists(), f"no {program}: run ./dev build"
    return Reader([str(program)], folder)
