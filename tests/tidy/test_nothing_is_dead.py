# SPDX-License-Identifier: Apache-2.0
"""Nothing lies in the tree that is not built, not run or not used."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from . import cpp, tree

_TEST_MACRO = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\s*\(")


def _built_folders() -> set[str]:
    """Folders whose *.cc cmake/rooms.cmake finds: rooms, connectors, and one level below."""
    rooms = re.findall(r"^add_room\((\w+)", tree.text("CMakeLists.txt"), re.MULTILINE)
    found = {f"src/{room}" for room in rooms}
    for path in tree.under("connectors", "CMakeLists.txt"):
        folder = str(PurePosixPath(path).parent)
        name = PurePosixPath(folder).name
        if re.search(rf"^add_connector\({name}\b", tree.text(path), re.MULTILINE):
            found.add(folder)
    return found


def _is_built(path: str) -> bool:
    folder = PurePosixPath(path).parent
    if folder.name == "testdata":
        return False
    if not path.startswith(("src/", "connectors/")):
        build = [parent / "CMakeLists.txt" for parent in PurePosixPath(path).parents[:-1]]
        return any(str(candidate) in tree.files() for candidate in build)
    return bool({str(folder), str(folder.parent)} & _built_folders())


def test_every_cc_file_is_built():
    found = [path for path in tree.ending(".cc") if not _is_built(path)]
    assert not found, tree.report(
        "cmake finds *.cc, *_test.cc and *_fuzz.cc in a room, in a connector that its "
        "CMakeLists.txt adds, and one folder below; these it does not find:",
        found,
    )


def test_every_header_is_used_beyond_its_own_source():
    used: dict[str, set[str]] = {path: set() for path in tree.ending(".h")}
    for path in tree.cpp_files():
        stem = re.sub(r"(_test|_fuzz)?\.(cc|h)$", "", path)
        for include in cpp.includes(path):
            if include.ours in used and stem != include.ours.removesuffix(".h"):
                used[include.ours].add(path)
    found = sorted(path for path, users in used.items() if not users)
    assert not found, tree.report("nobody includes these headers; use or delete them:", found)


def test_every_cpp_test_asserts_something():
    found = []
    for path in tree.ending("_test.cc"):
        tests = [body for body in cpp.functions(path) if _TEST_MACRO.match(body.head)]
        if not tests:
            found.append(f"{path}: no test")
        for body in tests:
            if not body.text.strip():
                found.append(f"{path}:{body.first_line}: empty")
            if "DISABLED_" in body.head:
                found.append(f"{path}:{body.first_line}: switched off")
    assert not found, tree.report("a test that cannot fail is none:", found)


def _test_functions(path: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree_of = ast.parse(tree.text(path))
    return [n for n in ast.walk(tree_of) if isinstance(n, kinds) and n.name.startswith("test")]


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def test_every_python_test_asserts_something():
    found = []
    for path in tree.ending(".py"):
        if not PurePosixPath(path).name.startswith("test_"):
            continue
        tests = _test_functions(path)
        if not tests:
            found.append(f"{path}: no test")
        for test in tests:
            if all(_does_nothing(statement) for statement in test.body):
                found.append(f"{path}:{test.lineno}: {test.name} is empty")
        if re.search(r"pytest\.mark\.skip\b", tree.text(path)):
            found.append(f"{path}: a test is switched off")
    assert not found, tree.report("a test that cannot fail is none:", found)


def test_every_python_test_is_run_by_dev():
    run = re.findall(r"^\s*(?:paired_)?pytests (\S+)", tree.text("dev"), re.MULTILINE)
    found = [
        path
        for path in tree.ending(".py")
        if PurePosixPath(path).name.startswith("test_")
        and not any(path.startswith(folder.rstrip("/") + "/") for folder in run)
    ]
    assert not found, tree.report(f"./dev runs pytest on {run} only:", found)


def test_no_two_python_tests_of_one_run_have_a_name():
    """pytest finds modules by their names alone; the second one of a name is an error."""
    seen: dict[str, str] = {}
    found = []
    for path in tree.under("tests/e2e", ".py"):
        name = PurePosixPath(path).name
        if name.startswith("test_") and name in seen:
            found.append(f"{path} and {seen[name]}")
        seen[name] = path
    assert not found, tree.report("tests of one name cannot be collected together:", found)


def test_every_test_helper_is_used_by_a_test_only():
    found = [
        f"{path}:{include.line}: {include.name}"
        for path in tree.cpp_files()
        if not tree.is_test(path) and path.startswith(("src/", "connectors/"))
        for include in cpp.includes(path)
        if include.name.endswith("_for_tests.h") or include.name.startswith(("gtest/", "gmock/"))
    ]
    assert not found, tree.report("what ships must not include what tests need:", found)
