# SPDX-License-Identifier: Apache-2.0
"""A figure, and tables of them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Sequence


@dataclass(frozen=True)
class Figure:
    """What was measured. `target` is text like ">= 0.8"; empty: none was set."""

    what: str
    value: float
    unit: str
    target: str
    name: str  # of `./dev bench NAME`
    spread: str = ""  # of the single runs, and the A/A where there is one
    stand_in: str = ""  # which server was not the real one

    @property
    def met(self) -> bool | None:
        if not self.target:
            return None
        sign, limit = self.target.split()
        return self.value >= float(limit) if sign == ">=" else self.value <= float(limit)

    def cells(self) -> list[str]:
        verdict = {None: "", True: "yes", False: "NO"}[self.met]
        value = f"{short(self.value)} {self.unit}".strip()
        target = self.target.replace(">=", "≥").replace("<=", "≤")
        target = f"{target} {self.unit}".strip() if target else ""
        command = f"`./dev bench {self.name}`"
        return [
            self.what,
            value,
            target,
            verdict,
            self.spread,
            self.stand_in,
            command,
        ]


HEADINGS = ["figure", "value", "target", "met", "spread", "stand-in", "repeat with"]


def short(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """Markdown that also reads well on a terminal."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Pair by pair, as the runs alternated."""
    return [a / b for a, b in zip(above, below, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def events_of(rows: int) -> str:
    return f"{rows} rows an event" if rows > 1 else "1 row an event"


def spread(values: Sequence[float], same: Sequence[float] = ()) -> str:
    """Least and most of the runs; `same` are the ratios of equal runs, the A/A."""
    text = f"{short(min(values))} to {short(max(values))}, {len(values)} runs"
    if same:
        text += f"; A/A {short(median(same))} ({short(min(same))} to {short(max(same))})"
    return text
