# SPDX-License-Identifier: Apache-2.0
"""Job files made up from seeds, read by both readers, their answers compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from oracle import readers
from oracle.job_files import INCLUDED, JobFile

DIFFERENCES_SHOWN = 5


@dataclass
class Outcome:
    alike: int = 0
    refused: int = 0
    one_sided: int = 0
    not_compared: int = 0
    differences: list[str] = field(default_factory=list)

    def summary(self) -> str:
        return (
            f"{self.alike} read alike, {self.refused} refused by both, "
            f"{len(self.differences)} differences, "
            f"{self.one_sided} with a slip of the hand that only one of them refuses, "
            f"{self.not_compared} not compared (SeaTunnel's library failed by its own mistake, "
            "or has no JSON for lists joined with a name that is not defined)"
        )

    def count(self, theirs: object, ours: object, damaged: bool, shown: str) -> None:
        if theirs is None or theirs == readers.BROKEN:
            self.not_compared += 1
        elif damaged and (theirs == readers.REFUSED) != (ours == readers.REFUSED):
            self.one_sided += 1
        elif theirs != ours:
            self.differences.append(shown)
        elif theirs == readers.REFUSED:
            self.refused += 1
        else:
            self.alike += 1


def tree(answer: str) -> object:
    """Numbers by value; None: no JSON."""
    try:
        return json.loads(answer, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError:
        return None


def run(folder: Path, seeds: Iterable[int]) -> Outcome:
    """Stops at the first few differences: each names the seed that makes its file again."""
    for name, text in INCLUDED.items():
        (folder / name).write_text(text, encoding="utf-8")
    outcome = Outcome()
    with readers.seatunnel(folder) as seatunnel, readers.sluice(folder) as sluice:
        for seed in seeds:
            file = JobFile(str(seed))
            path = folder / file.name
            path.write_bytes(file.text.encode())
            theirs, ours = seatunnel.read(path), sluice.read(path)
            answers = f"SeaTunnel: {theirs}\nsluice:    {ours}"
            shown = f"--- seed {seed}, {file.name}\n{file.text}\n{answers}"
            outcome.count(tree(theirs), tree(ours), file.damaged, shown)
            if len(outcome.differences) == DIFFERENCES_SHOWN:
                break
    return outcome
