# SPDX-License-Identifier: Apache-2.0
"""How every source file begins, and what none contains."""

from __future__ import annotations

import ast
import os
import re

from . import cpp, tree

SPDX = "SPDX-License-Identifier: Apache-2.0"
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")  # tidy: names what it bans


def test_every_source_names_its_licence():
    found = []
    for path in tree.ending(*tree.CPP, ".py", ".cmake", "CMakeLists.txt") + tree.shell_scripts():
        lines = tree.lines(path)
        head = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
        mark = "//" if path.endswith(tree.CPP) else "#"
        if head != [f"{mark} {SPDX}"]:
            found.append(path)
    assert not found, tree.report(f"begin the file (after #!) with '{SPDX}':", found)


def test_headers_state_their_contract_and_are_included_once():
    found = []
    for path in tree.ending(".h"):
        lines = tree.lines(path)
        comment = []
        for line in lines[1:]:
            if not line.startswith("//"):
                break
            comment.append(line.removeprefix("//").strip())
        if len(" ".join(comment).split()) < 4:
            found.append(f"{path}: say in a comment below the licence what the header is for")
        if lines[1 + len(comment) : 2 + len(comment)] != ["#pragma once"]:
            found.append(f"{path}: put #pragma once below that comment")
    assert not found, tree.report("headers begin with licence, contract, #pragma once:", found)


def test_headers_have_no_using_namespace():
    found = [
        f"{path}:{number}"
        for path in tree.ending(".h")
        for number, line in enumerate(cpp.code(path).splitlines(), 1)
        if re.search(r"\busing\s+namespace\b", line)
    ]
    assert not found, tree.report("a header must not open namespaces for its includers:", found)


def test_nothing_is_left_unfinished():
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in tree.ending(*tree.CPP, ".py", ".cmake", ".txt", ".md") + tree.shell_scripts()
        for number, line in enumerate(tree.lines(path), 1)
        if UNFINISHED.search(line) and "tidy: names what it bans" not in line
    ]
    assert not found, tree.report("finish it, or leave it out:", found)


def test_code_is_not_switched_off():
    found = [
        f"{path}:{number}"
        for path in tree.cpp_files()
        for number, line in enumerate(tree.lines(path), 1)
        if re.match(r"\s*#\s*if\s+(0|false)\b", line)
    ]
    assert not found, tree.report("delete what is switched off:", found)


def test_python_files_parse_and_say_what_they_are_for():
    found = []
    for path in tree.ending(".py"):
        try:
            module = ast.parse(tree.text(path), path)
        except SyntaxError as error:
            found.append(f"{path}: {error}")
            continue
        if not ast.get_docstring(module):
            found.append(f"{path}: no docstring")
    assert not found, tree.report("a Python file parses and begins with a docstring:", found)


def test_shell_scripts_stop_at_the_first_error():
    found = []
    for path in tree.shell_scripts():
        code = [line for line in tree.lines(path) if line.strip() and not line.startswith("#")]
        if tree.lines(path)[0] != "#!/usr/bin/env bash":
            found.append(f"{path}: begin with #!/usr/bin/env bash")
        if code[:1] != ["set -euo pipefail"]:
            found.append(f"{path}: make 'set -euo pipefail' the first command")
        if not os.access(tree.ROOT / path, os.X_OK):
            found.append(f"{path}: make it executable")
    assert not found, tree.report("shell scripts:", found)
