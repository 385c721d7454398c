# SPDX-License-Identifier: Apache-2.0
"""What only the simulator's copy of the code has: planted bugs, threads that are fibers."""

from __future__ import annotations

import re

from . import cpp, tree

HEADER = "src/engine/planted.h"
SIMULATOR = "tests/sim/"
PROBES = SIMULATOR + "probes.h"
# Switches of the compiler, and the headers that know them.
SWITCHES = {
    "SLUICE_PLANTED_" + "BUGS": (HEADER,),
    "SLUICE_SIMU" + "LATION": ("src/base/sync.h", "src/base/probe.h"),
}


def test_only_the_simulator_switches_its_code_on():
    found = [
        f"{path}: {switch}"
        for path in tree.ending(*tree.CPP, ".cmake", ".txt", ".json", ".py") + tree.shell_scripts()
        for switch, headers in SWITCHES.items()
        if switch in tree.text(path) and path not in headers and not path.startswith(SIMULATOR)
    ]
    assert not found, tree.report(f"these belong to their headers and {SIMULATOR}:", found)


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


def test_the_simulator_looks_for_every_probe_of_the_code():
    shipped = tree.under("src", *tree.CPP) + tree.under("connectors", *tree.CPP)
    placed = [
        name for path in shipped for name in re.findall(r'\bProbe\("([^"]+)"\)', tree.text(path))
    ]
    text = tree.text(PROBES)
    listed = re.findall(r'^ +"([^"]+)",$', text[: text.index("kProbesOfTheWorld")], re.MULTILINE)
    doubled = sorted({name for name in placed if placed.count(name) > 1})
    assert not doubled, tree.report("a probe stands in one place:", doubled)
    assert sorted(listed) == sorted(placed), f"{PROBES}: list exactly the probes of the code"
