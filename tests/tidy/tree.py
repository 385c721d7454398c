# SPDX-License-Identifier: Apache-2.0
"""The files of the project as the checks see them."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPP = (".cc", ".h")
_RATCHET = Path(__file__).with_name("ratchet.json")


@functools.cache
def files() -> tuple[str, ...]:
    """Every file that is, or is about to be, part of the project; paths from its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for path in sorted(set(listed.split("\0"))) if (ROOT / path).is_file())


def under(folder: str, *endings: str) -> list[str]:
    return [path for path in ending(*endings) if path.startswith(folder + "/")]


def ending(*endings: str) -> list[str]:
    return [path for path in files() if path.endswith(endings)]


def cpp_files() -> list[str]:
    return ending(*CPP)


def shell_scripts() -> list[str]:
    """Shell scripts by their first line, whatever their name."""
    return [
        path
        for path in files()
        if path.endswith(".sh") or ("." not in Path(path).name and _first_line_is_shell(path))
    ]


def _first_line_is_shell(path: str) -> bool:
    first = (ROOT / path).read_bytes().split(b"\n", 1)[0]
    return first.startswith(b"#!") and first.endswith(b"sh")


@functools.cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def lines(path: str) -> list[str]:
    return text(path).splitlines()


def is_test(path: str) -> bool:
    """A C++ file that only tests include or build."""
    return path.endswith(("_test.cc", "_fuzz.cc", "_kit.cc", "_for_tests.h"))


def ratchet(subject: str) -> dict[str, int]:
    """What was over a cap when the cap came. Entries may only shrink and go."""
    return json.loads(_RATCHET.read_text(encoding="utf-8")).get(subject, {})


def over_cap(subject: str, measured: dict[str, int], cap: int) -> list[str]:
    """What breaks the cap or its ratchet, one message each."""
    known = ratchet(subject)
    found = []
    for name, value in measured.items():
        if value > known.get(name, cap):
            found.append(f"{name}: {value}, allowed are {known.get(name, cap)}")
    for name in known:
        if measured.get(name, 0) <= cap:
            found.append(f"{name}: within the cap now; remove it from tests/tidy/ratchet.json")
    return found


def report(rule: str, found: list[str]) -> str:
    return f"{rule}\n  " + "\n  ".join(found)
