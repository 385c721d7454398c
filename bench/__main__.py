# SPDX-License-Identifier: Apache-2.0
"""`./dev bench [NAME...] [--report] [--large-rows N]`: see bench/README.md."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Callable

from tests.harness.starrocks import StandIn

from . import batch_jobs, following, in_process, mysql, pauses, report, snapshots, start
from .figures import Figure, table
from .machine import describe
from .servers import FilledServer


class Bench:
    """The servers that the figures share, started when one needs them."""

    def __init__(self, folder: Path, large_rows: int) -> None:
        self.folder = folder
        self.large_rows = large_rows

    @cached_property
    def server(self) -> FilledServer:
        return FilledServer(self.large_rows)

    @cached_property
    def standin(self) -> StandIn:
        return StandIn(self.folder / "standin")

    def stop(self) -> None:
        for name in ("server", "standin"):
            if name in self.__dict__:
                getattr(self, name).stop()


FIGURES: dict[str, Callable[[Bench], list[Figure]]] = {
    "decode": lambda bench: in_process.decode(bench.server),
    "encode": lambda bench: in_process.encode(bench.server),
    "engine": lambda bench: in_process.engine(bench.folder / "engine"),
    "pauses": lambda bench: pauses.pauses(bench.folder / "pauses"),
    "start": lambda bench: start.start(bench.folder / "start"),
    "snapshot": lambda bench: mysql.snapshot(bench.server),
    "live": lambda bench: mysql.live(bench.server),
    "snapshots": lambda bench: snapshots.snapshots(
        bench.folder / "snapshots", bench.server, bench.standin
    ),
    "changes": lambda bench: following.changes(bench.folder / "changes", bench.standin),
    "made_up": lambda bench: batch_jobs.made_up(bench.folder / "made_up", bench.standin),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--report", action="store_true", help="write docs/performance.md")
    parser.add_argument(
        "--large-rows", type=int, default=10_000_000, help="of the large snapshot [%(default)s]"
    )
    args = parser.parse_args()
    unknown = set(args.names) - set(FIGURES)
    if unknown:
        names = ", ".join(sorted(unknown))
        parser.error(f"no such figure: {names}; there are {', '.join(FIGURES)}")
    machine = describe()
    found: list[Figure] = []
    with contextlib.ExitStack() as end:
        folder = end.enter_context(tempfile.TemporaryDirectory(prefix="sluice-bench-"))
        bench = Bench(Path(folder), args.large_rows)
        end.callback(bench.stop)
        for name in args.names or FIGURES:
            print(f"{name} ...", flush=True)
            found += FIGURES[name](bench)
    print(*(f"{name}: {value}" for name, value in machine), sep="\n")
    print(table(found))
    if args.report:
        report.write(machine, found)


if __name__ == "__main__":
    main()
