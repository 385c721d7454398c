# SPDX-License-Identifier: Apache-2.0
"""docs/performance.md."""

from __future__ import annotations

from typing import Sequence

from .figures import Figure, table
from .machine import ROOT

HEAD = """# Performance

Written by `./dev bench --report`; what each figure means and how it is measured: `bench/README.md`.
Ratios are medians of pairs that ran in turn in one run; beside them stands the ratio of equal runs
(A/A), which says how much of a difference is noise. Absolute figures are of this machine only.
"""


def write(machine: Sequence[tuple[str, str]], figures: Sequence[Figure]) -> None:
    facts = "\n".join(f"- {name}: {value}" for name, value in machine)
    missed = [figure.what for figure in figures if figure.met is False]
    judged = [figure for figure in figures if figure.met is not None]
    verdict = f"{len(judged) - len(missed)} of {len(judged)} targets are met."
    if missed:
        verdict += " Missed: " + "; ".join(missed) + "."
    text = "\n".join([HEAD, facts, "", verdict, "", table(figures), ""])
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
