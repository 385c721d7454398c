# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: rooms only look up, connectors only into rooms above the engine."""

from __future__ import annotations

import re

from . import cpp, tree

# The order of design: a room includes only itself and rooms before it.
ROOMS = "base data config api format transform io engine cluster server cli".split()
FOR_CONNECTORS = ROOMS[: ROOMS.index("engine")]
# Switches of the simulator, constants in what ships: no code of the engine.
FOR_ALL = ("src/engine/planted.h",)
# What the tests of a folder may include besides.
FOR_TESTS = ("tests/kit/",)


def _code_under(folder: str) -> list[str]:
    return tree.under(folder, *tree.CPP)


def _is_for_tests(path: str, included: str) -> bool:
    return tree.is_test(path) and included.startswith(FOR_TESTS)


def _owner(path: str) -> tuple[str, str]:
    top, owner, *_ = path.split("/")
    return top, owner


def test_every_folder_under_src_is_a_room():
    found = sorted({_owner(path)[1] for path in _code_under("src")} - set(ROOMS))
    assert not found, tree.report("src/ holds rooms only; add the room to ROOMS here:", found)


def test_quoted_includes_name_a_file_of_the_project_from_an_include_folder():
    found = [
        f"{path}:{include.line}: {include.name}"
        for path in tree.cpp_files()
        for include in cpp.includes(path)
        if include.quoted and (not include.ours or ".." in include.name)
    ]
    assert not found, tree.report('write #include "room/file.h"; libraries come in <>:', found)


def test_a_room_includes_only_rooms_above_it():
    found = []
    for path in _code_under("src"):
        rank = ROOMS.index(_owner(path)[1])
        for include in cpp.includes(path):
            if include.ours and not _is_for_tests(path, include.ours):
                top, owner = _owner(include.ours)
                if top != "src" or ROOMS.index(owner) > rank:
                    found.append(f"{path}:{include.line}: {include.name}")
    assert not found, tree.report(
        f"a room includes only itself and the rooms before it ({' < '.join(ROOMS)}):", found
    )


def test_a_connector_includes_rooms_above_the_engine_and_its_own_folder():
    found = []
    for path in _code_under("connectors"):
        for include in cpp.includes(path):
            if include.ours and not _is_for_tests(path, include.ours):
                top, owner = _owner(include.ours)
                own = (top, owner) == _owner(path)
                room = top == "src" and owner in FOR_CONNECTORS
                if not own and not room and include.ours not in FOR_ALL:
                    found.append(f"{path}:{include.line}: {include.name}")
    assert not found, tree.report(
        f"a connector sees its own folder and src/{{{','.join(FOR_CONNECTORS)}}}:", found
    )


def test_cmake_declares_the_rooms_in_their_order():
    """add_room links what was declared before, so the order is what the linker enforces."""
    declared = re.findall(r"^add_room\((\w+)", tree.text("CMakeLists.txt"), re.MULTILINE)
    expected = [room for room in ROOMS if room in declared]
    assert declared == expected, f"CMakeLists.txt: put the rooms in this order: {expected}"
    present = {_owner(path)[1] for path in _code_under("src")}
    missing = sorted(present - set(declared))
    assert not missing, tree.report("CMakeLists.txt: add add_room(...) for:", missing)


def test_only_the_folder_of_a_connector_names_it():
    connectors = {_owner(path)[1] for path in _code_under("connectors")}
    builds = ["CMakeLists.txt", *tree.under("cmake", ".cmake")]
    found = [
        f"{path}: {name}"
        for path in builds
        for name in sorted(connectors)
        if re.search(rf"\bconnectors/{name}\b", tree.text(path))
    ]
    assert not found, tree.report("adding a connector touches its own folder only:", found)
