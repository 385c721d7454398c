# SPDX-License-Identifier: Apache-2.0
"""README's table of the checklist says what the tests say. Run as a script, prints that table."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
LINES = range(1, 52)
LEFT_OUT = {
    47: "left out: transactions over several tables have one phase only, so the engine has no use "
    "for them; back ends refuse the header `transaction_type: multi`",
    48: "left out, as 47",
}


def named_tests() -> dict[int, list[str]]:
    """Every test names its lines at the start of its docstring: `Line 7.`, `Lines 7 and 9`."""
    found = defaultdict(list)
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = re.match(r"Lines? ([\d, and]+)", ast.get_docstring(node) or "")
                for number in re.findall(r"\d+", named[1] if named else ""):
                    found[int(number)].append(f"{path.stem}::{node.name}")
    return found


def table() -> str:
    tests = named_tests()
    rows = ["| line | tests |", "| --- | --- |"]
    for line in LINES:
        by_file: dict[str, list[str]] = defaultdict(list)
        for name in tests[line]:
            file, _, test = name.partition("::")
            by_file[file].append(f"`{test.removeprefix('test_')}`")
        cells = [f"{file.removeprefix('test_')}: {', '.join(by_file[file])}" for file in by_file]
        rows.append(f"| {line} | {'; '.join(cells) or LEFT_OUT[line]} |")
    return "\n".join(rows)


def test_table_of_the_checklist():
    assert table() in (HERE / "README.md").read_text(encoding="utf-8")


def test_each_line_has_a_test_or_a_reason():
    found = named_tests()
    assert set(found) | set(LEFT_OUT) == set(LINES) and not set(found) & set(LEFT_OUT)


if __name__ == "__main__":
    print(table())
