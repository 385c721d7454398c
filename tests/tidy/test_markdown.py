# SPDX-License-Identifier: Apache-2.0
"""Pages have one title, their links lead somewhere, and the files they name exist."""

from __future__ import annotations

import re
from pathlib import Path

from . import tree

MAPS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_PATH = re.compile(r"`([\w.\-]+(?:/[\w.\-]+)*/?)`")


def _prose(path: str) -> str:
    """The page without its code blocks; lines keep their numbers."""
    return _FENCE.sub(lambda match: "\n" * match.group(0).count("\n"), tree.text(path))


def _exists(path: Path) -> bool:
    """Only what is part of the project counts: a build folder is not there for a reader."""
    relative = path.resolve().relative_to(tree.ROOT).as_posix()
    prefix = "" if relative == "." else relative + "/"
    return any(known == relative or known.startswith(prefix) for known in tree.files())


def _anchor(title: str) -> str:
    bare = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).lower())
    return bare.strip().replace(" ", "-")


def _anchors(path: str) -> set[str]:
    return {_anchor(title) for title in re.findall(r"^#+ (.+)$", _prose(path), re.MULTILINE)}


def test_a_page_has_one_title():
    found = [
        f"{path}: {count}"
        for path in tree.ending(".md")
        if (count := len(re.findall(r"^# ", _prose(path), re.MULTILINE))) != 1
    ]
    assert not found, tree.report("a page has exactly one '# title':", found)


def _broken(page: str, target: str) -> bool:
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return False
    name, _, anchor = target.partition("#")
    linked = (tree.ROOT / page).parent / name if name else tree.ROOT / page
    if not linked.resolve().is_relative_to(tree.ROOT) or not _exists(linked):
        return True
    relative = linked.resolve().relative_to(tree.ROOT).as_posix()
    return bool(anchor) and relative.endswith(".md") and anchor not in _anchors(relative)


def test_relative_links_resolve():
    found = [
        f"{page}:{number}: {target}"
        for page in tree.ending(".md")
        for number, line in enumerate(_prose(page).splitlines(), 1)
        for target in _LINK.findall(line)
        if _broken(page, target)
    ]
    assert not found, tree.report("these links lead nowhere:", found)


def test_the_maps_name_files_that_exist():
    tops = {path.split("/")[0] for path in tree.files()}
    found = []
    for page in (page for page in MAPS if page in tree.files()):
        for number, line in enumerate(_prose(page).splitlines(), 1):
            for name in _PATH.findall(line):
                is_path = name.split("/")[0] in tops and "/" in name
                if is_path and not _exists(tree.ROOT / name):
                    found.append(f"{page}:{number}: {name}")
    assert not found, tree.report("these pages name files that are not there:", found)
