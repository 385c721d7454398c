# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over what changed since it last passed: run_clang_tidy.py BUILD_DIR [FILE...].

A file is passed over when its content, the project headers it sees, its flags and .clang-tidy are
those of an earlier pass; passes are kept in $SLUICE_CACHE/clang-tidy. What does not ship (tests,
fuzzers, the kit, the simulator, benches) is left out: it would double the time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tidy import cpp, tree  # noqa: E402

CLANG_TIDY = "clang-tidy-19"
KEEP_DAYS = 30
_FINDING = re.compile(r"^(?=\S+:\d+:\d+: (?:error|warning): )", re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    """One source and the flags it is built with."""

    path: str
    flags: tuple[str, ...]

    def key(self, tool: str) -> str:
        digest = hashlib.sha256()
        for part in (tool, tree.text(".clang-tidy"), self.path, *self.flags):
            digest.update(part.replace(str(tree.ROOT), ".").encode() + b"\0")
        for path in sorted(cpp.reached(self.path)):
            digest.update(path.encode() + b"\0" + tree.text(path).encode() + b"\0")
        return digest.hexdigest()


def _flags(command: str) -> tuple[str, ...]:
    """The flags of a compile command: no compiler (or launcher), source or output."""
    words = shlex.split(command)
    while words and not words[0].startswith("-"):
        words.pop(0)
    kept = []
    rest = iter(words)
    for word in rest:
        if word in ("-o", "-c", "-MF", "-MT"):
            next(rest)
        elif word not in ("-MD", "-MMD"):
            kept.append(word)
    return tuple(kept)


def _ships(path: str) -> bool:
    inside = path.startswith(("src/", "connectors/"))
    return inside and not tree.is_test(path) and not path.endswith("_kit.cc")


def _units(build: Path, only: list[str]) -> list[Unit]:
    units: dict[str, Unit] = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        source = (Path(entry["directory"]) / entry["file"]).resolve()
        if not source.is_relative_to(tree.ROOT):
            continue
        path = source.relative_to(tree.ROOT).as_posix()
        if path in tree.files() and _ships(path) and (not only or path in only):
            units.setdefault(path, Unit(path, _flags(entry["command"])))
    return list(units.values())


def _check(unit: Unit) -> tuple[str, float]:
    """What is wrong with the file ("" if nothing), and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        [CLANG_TIDY, "--quiet", str(tree.ROOT / unit.path), "--", *unit.flags],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = done.stdout.strip() or (done.stderr.strip() if done.returncode else "")
    return wrong, time.monotonic() - started


def _forget_old(passed: Path) -> None:
    oldest = time.time() - KEEP_DAYS * 86400
    for mark in passed.iterdir():
        if mark.stat().st_mtime < oldest:
            mark.unlink(missing_ok=True)


class Progress:
    """A line that is rewritten on a terminal, and a line a dozen files elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def step(self, path: str, seconds: float) -> None:
        self.done += 1
        text = f"[{self.done}/{self.total}] {path} {seconds:.1f} s"
        if sys.stdout.isatty():
            print(f"\r\033[K{text}", end="\n" if self.done == self.total else "", flush=True)
        elif self.done % 12 == 0 or self.done == self.total:
            print(text, flush=True)


def _run(units: list[Unit], keys: dict[str, str], passed: Path, jobs: int) -> int:
    """Checks the files, prints what is wrong as it is found, and counts it."""
    known: set[str] = set()  # a header's finding comes with every source that sees it
    progress = Progress(len(units))
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(_check, unit): unit for unit in units}
        for future in as_completed(running):
            unit = running[future]
            wrong, seconds = future.result()
            progress.step(unit.path, seconds)
            if not wrong:
                (passed / keys[unit.path]).touch()
            for finding in map(str.strip, _FINDING.split(wrong)):
                if finding and finding not in known:
                    known.add(finding)
                    print(f"\n{finding}\n".replace(f"{tree.ROOT}/", ""), flush=True)
    return len(known)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="the folder with compile_commands.json")
    parser.add_argument("files", nargs="*", help="only these, as paths from the root")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()

    cache = Path(os.environ.get("SLUICE_CACHE", Path.home() / ".cache" / "sluice"))
    passed = cache / "clang-tidy"
    passed.mkdir(parents=True, exist_ok=True)
    tool = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True)

    units = _units(arguments.build, arguments.files)
    keys = {unit.path: unit.key(tool.stdout) for unit in units}
    todo = [unit for unit in units if not (passed / keys[unit.path]).exists()]
    for unit in units:
        if unit not in todo:
            (passed / keys[unit.path]).touch()
    _forget_old(passed)
    print(f"{len(units)} files, {len(units) - len(todo)} unchanged since they passed", flush=True)

    # The longest first, so that no core ends alone.
    todo.sort(key=lambda unit: sum(len(tree.text(path)) for path in cpp.reached(unit.path)))
    found = _run(todo[::-1], keys, passed, arguments.jobs)
    if found:
        print(f"{found} findings", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
