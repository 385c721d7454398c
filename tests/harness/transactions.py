# SPDX-License-Identifier: Apache-2.0
"""What the target's book of transactions must look like after a job."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Iterable

LABEL = re.compile(
    r"(?:(?P<prefix>.+)-)?sluice-(?P<job>.+)-r(?P<run>\d+)-c(?P<checkpoint>\d+)"
    r"-w(?P<writer>\d+)-t(?P<attempt>\d+)-(?P<hash>[0-9a-f]+)"
)
DONE = ("COMMITTED", "VISIBLE")
OPEN = ("PREPARE", "PREPARED")


@dataclass(frozen=True)
class Label:
    job: str
    run: int
    checkpoint: int
    writer: int
    attempt: int


def parse_label(text: str) -> Label | None:
    """None for a label that is not of a job of ours."""
    match = LABEL.fullmatch(text)
    if match is None:
        return None
    numbers = (int(match[name]) for name in ("run", "checkpoint", "writer", "attempt"))
    return Label(match["job"], *numbers)


def _of(transactions: Iterable[dict[str, Any]], database: str) -> list[dict[str, Any]]:
    return [txn for txn in transactions if txn["db"] == database and txn["kind"] != "sql"]


def committed_checkpoints(transactions: Iterable[dict[str, Any]]) -> set[int]:
    labels = (parse_label(txn["label"]) for txn in transactions if txn["state"] in DONE)
    return {label.checkpoint for label in labels if label is not None}


def problems_of(
    transactions: Iterable[dict[str, Any]],
    database: str,
    durable: set[tuple[int, int]] | None = None,
    stopped: bool = True,
) -> list[str]:
    """Empty if all is well: one committed transaction at most for each checkpoint, table and
    writer; none left open by a job that has stopped; none of a checkpoint that is not among
    `durable`, the (checkpoint, run) pairs whose manifests were published."""
    found: list[str] = []
    committed: dict[tuple[str, int, str, int], list[str]] = defaultdict(list)
    for txn in _of(transactions, database):
        label = parse_label(txn["label"])
        if label is None:
            if txn["state"] in DONE and txn.get("rows"):
                found.append(f"{txn['label']}: rows under a label that is no job's")
            continue
        if stopped and txn["state"] in OPEN:
            found.append(f"{txn['label']}: left {txn['state']}")
        if txn["state"] in DONE:
            committed[label.job, label.checkpoint, txn["table"], label.writer].append(txn["label"])
            if durable is not None and (label.checkpoint, label.run) not in durable:
                found.append(f"{txn['label']}: committed, but its checkpoint is not durable")
    for (_, checkpoint, table, writer), labels in committed.items():
        if len(labels) > 1:
            what = f"checkpoint {checkpoint}, {table}, writer {writer}"
            found.append(f"{what}: committed {len(labels)} times: {', '.join(sorted(labels))}")
    return found
