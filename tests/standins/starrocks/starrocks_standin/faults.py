# SPDX-License-Identifier: Apache-2.0
"""Fault rules: what to break, where, how often."""

from __future__ import annotations

import asyncio
import fnmatch
import itertools
import random
import re
from dataclasses import dataclass, fields
from typing import Any

OPERATIONS = (
    "begin load prepare commit rollback get_load_state cancel stream_load health bootstrap "
    "mysql publish write any"
).split()
# before: the request has no effect; after: it has, and the answer is lost.
ACTIONS = (
    "refuse http_error hold hang hang_after drop_before drop_after delay too_many_versions"
).split()


class Dropped(Exception):
    """The connection must be cut without an answer."""


@dataclass
class Rule:
    op: str
    action: str
    id: int = 0
    count: int | None = 1
    probability: float = 1.0
    skip: int = 0
    node: str = ""
    db: str = "*"
    table: str = "*"
    label: str = "*"
    sql: str = ""
    delay_ms: float = 0
    status: str = ""
    message: str = ""
    http_status: int = 500
    hits: int = 0

    def matches(self, op: str, node: str, facts: dict[str, str]) -> bool:
        if self.op != op and not (self.op == "any" and op not in ("publish", "write")):
            return False
        if self.node and node != self.node and node.rstrip("0123456789") != self.node:
            return False
        if self.sql and not re.search(self.sql, facts.get("sql", ""), re.IGNORECASE):
            return False
        wanted = (("db", self.db), ("table", self.table), ("label", self.label))
        return all(glob == "*" or fnmatch.fnmatch(facts.get(n, ""), glob) for n, glob in wanted)

    def as_dict(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._ids = itertools.count(1)
        self.random = random.Random(0)
        # Set and replaced when rules are cleared, so that whoever waits looks again.
        self.cleared = asyncio.Event()

    def add(self, values: dict[str, Any]) -> Rule:
        known = {field.name for field in fields(Rule)} - {"id", "hits"}
        unknown = set(values) - known
        if unknown:
            raise ValueError(f"unknown field {sorted(unknown)[0]}")
        rule = Rule(**values)
        if rule.op not in OPERATIONS:
            raise ValueError(f"op must be one of {OPERATIONS}")
        if rule.action not in ACTIONS:
            raise ValueError(f"action must be one of {ACTIONS}")
        rule.id = next(self._ids)
        self.rules.append(rule)
        return rule

    def clear(self, rule_id: int | None = None) -> None:
        self.rules = [] if rule_id is None else [r for r in self.rules if r.id != rule_id]
        self.cleared.set()
        self.cleared = asyncio.Event()

    def find(self, op: str, node: str, deciding: bool = True, **facts: str) -> Rule | None:
        """The first rule that fires; counts it. A rule that names no node fires only at the
        node that decides the operation, not at one that merely redirects."""
        for rule in self.rules:
            if rule.count == 0 or not (deciding or rule.node):
                continue
            if not rule.matches(op, node, facts):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if rule.probability < 1 and self.random.random() >= rule.probability:
                continue
            if rule.count is not None:
                rule.count -= 1
            rule.hits += 1
            return rule
        return None

    async def before(self, rule: Rule | None) -> None:
        """Plays the part of a rule that comes before the request acts."""
        if rule is None:
            return
        if rule.delay_ms:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.action in ("hang", "hold"):
            await self.gone(rule)
        if rule.action in ("hang", "drop_before"):
            raise Dropped

    async def after(self, rule: Rule | None) -> None:
        """Plays the part of a rule that loses the answer of what was done."""
        if rule is not None and rule.action == "hang_after":
            await self.gone(rule)
        if rule is not None and rule.action in ("hang_after", "drop_after"):
            raise Dropped

    async def gone(self, rule: Rule) -> None:
        while rule in self.rules:
            await self.cleared.wait()
