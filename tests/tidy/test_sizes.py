# SPDX-License-Identifier: Apache-2.0
"""Sizes of files, functions, lines and interfaces."""

from __future__ import annotations

import ast
import re
import warnings

from . import cpp, tree

FILE_LINES = 600
FILE_LINES_GOOD = 400
FUNCTION_LINES = 70
COLUMNS = 100
PURE_VIRTUALS = 10
API_COMMENT_SHARE = 0.28  # it was 0.30 when the check came; contracts live in comments

_CLASS = re.compile(r"\b(?:class|struct)\s+(\w+)[^;{}()=]*\{")
_PURE = re.compile(r"\bvirtual\b[^;{}]*=\s*0\s*;")


def _sources() -> list[str]:
    return tree.ending(*tree.CPP, ".py", ".cmake", "CMakeLists.txt") + tree.shell_scripts()


def test_files_are_short():
    lengths = {path: len(tree.lines(path)) for path in _sources()}
    long = [f"{path} ({n})" for path, n in sorted(lengths.items()) if n > FILE_LINES_GOOD]
    if long:
        warnings.warn(f"over {FILE_LINES_GOOD} lines, look for a second subject: {', '.join(long)}")
    found = tree.over_cap("file lines", lengths, FILE_LINES)
    assert not found, tree.report(f"split files of more than {FILE_LINES} lines by subject:", found)


def _python_functions(path: str) -> dict[str, int]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        f"{path}: {node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(tree.text(path)))
        if isinstance(node, kinds)
    }


def test_functions_are_short():
    lengths: dict[str, int] = {}
    for path in tree.cpp_files():
        for body in cpp.functions(path):
            name = f"{path}: {body.name}"
            lengths[name] = max(body.lines, lengths.get(name, 0))
    for path in tree.ending(".py"):
        lengths |= _python_functions(path)
    found = tree.over_cap("function lines", lengths, FUNCTION_LINES)
    assert not found, tree.report(f"a function has at most {FUNCTION_LINES} lines:", found)


def test_lines_fit_the_screen():
    found = [
        f"{path}:{number}: {len(line)}"
        for path in tree.ending(*tree.CPP, ".py")
        for number, line in enumerate(tree.lines(path), 1)
        if len(line) > COLUMNS
    ]
    assert not found, tree.report(f"break lines at {COLUMNS} columns:", found)


def test_lines_are_clean():
    """No tabs, no trailing blanks, one newline at the end."""
    found = []
    for path in _sources() + tree.ending(".md"):
        if not tree.text(path).endswith("\n") and tree.text(path):
            found.append(f"{path}: ends without a newline")
        for number, line in enumerate(tree.lines(path), 1):
            if "\t" in line or line != line.rstrip():
                found.append(f"{path}:{number}: a tab or trailing blanks")
    assert not found, tree.report("clean these lines:", found)


def test_interfaces_are_small():
    counts = {}
    for path in tree.ending(".h"):
        source = cpp.code(path)
        for match in _CLASS.finditer(source):
            body = source[match.end() : cpp.closing_brace(source, match.end() - 1)]
            counts[f"{path}: {match.group(1)}"] = len(_PURE.findall(body))
    found = tree.over_cap("pure virtuals", counts, PURE_VIRTUALS)
    assert not found, tree.report(
        f"an interface has at most {PURE_VIRTUALS} pure virtuals; split it:", found
    )


def test_the_api_is_explained():
    lines = [line.strip() for path in tree.under("src/api", ".h") for line in tree.lines(path)]
    written = [line for line in lines if line]
    share = sum("//" in line for line in written) / len(written)
    assert share >= API_COMMENT_SHARE, (
        f"{share:.0%} of the lines of src/api/*.h carry a comment, {API_COMMENT_SHARE:.0%} are "
        "wanted: state the contract of what was added"
    )
