# SPDX-License-Identifier: Apache-2.0
"""Planted bugs exist in the simulator's copy of the protocol and nowhere else."""

from __future__ import annotations

import re

from . import cpp, tree

SWITCH = "SLUICE_PLANTED_" + "BUGS"
HEADER = "src/engine/planted.h"
SIMULATOR = "tests/sim/"


def test_only_the_simulator_switches_planted_bugs_on():
    found = [
        path
        for path in tree.ending(*tree.CPP, ".cmake", ".txt", ".json", ".py") + tree.shell_scripts()
        if SWITCH in tree.text(path) and path != HEADER and not path.startswith(SIMULATOR)
    ]
    assert not found, tree.report(f"{SWITCH} belongs to {HEADER} and {SIMULATOR}:", found)


def test_only_the_protocol_asks_whether_a_bug_is_planted():
    found = [
        f"{path}:{number}"
        for path in tree.cpp_files()
        if not path.startswith(("src/engine/", "connectors/", SIMULATOR))
        for number, line in enumerate(cpp.code(path).splitlines(), 1)
        if re.search(r"\bPlanted\(|\bplanted_bug\b", line)
    ]
    assert not found, tree.report(
        "planted bugs are mistakes of the checkpoint protocol, in the engine and its sinks:", found
    )


def test_every_planted_bug_is_a_branch_of_the_code():
    enum = re.search(r"enum class Bug\b[^{]*\{([^}]*)\}", cpp.code(HEADER))
    bugs = [name for name in re.findall(r"\bk\w+", enum.group(1)) if name != "kNone"]
    shipped = tree.under("src", *tree.CPP) + tree.under("connectors", *tree.CPP)
    uses = "".join(cpp.code(path) for path in shipped if path != HEADER)
    found = [name for name in bugs if not re.search(rf"\bPlanted\(Bug::{name}\)", uses)]
    assert not found, tree.report(f"{HEADER} names bugs that no code has:", found)
