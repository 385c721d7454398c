# SPDX-License-Identifier: Apache-2.0
"""Just enough C++ to check style: code without comments and literals, includes, functions."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from . import tree

_TOKEN = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'
    """,
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b[^()=]*$|\bextern\s*\"\"\s*$")


def _blank(match: re.Match[str]) -> str:
    kept = "\n" * match.group(0).count("\n")
    return '""' + kept if match.group(0)[0] in 'R"' else kept


@functools.cache
def code(path: str) -> str:
    """The file without comments and with empty literals; lines keep their numbers."""
    return _TOKEN.sub(_blank, tree.text(path))


@dataclass(frozen=True)
class Include:
    """One #include line. `ours` is set for quoted ones: the file it names, or "" if none."""

    line: int
    name: str
    quoted: bool
    ours: str


@functools.cache
def includes(path: str) -> tuple[Include, ...]:
    found = []
    for number, line in enumerate(tree.lines(path), 1):
        if match := _INCLUDE.match(line):
            quoted = match.group(1) is not None
            name = match.group(1) or match.group(2)
            found.append(Include(number, name, quoted, _resolve(name) if quoted else ""))
    return tuple(found)


def _resolve(name: str) -> str:
    """Quoted names start at an include folder of the build, or at the root."""
    for candidate in (f"src/{name}", f"connectors/{name}", f"tests/{name}", name):
        if candidate in tree.files():
            return candidate
    return ""


@functools.cache
def reached(path: str) -> frozenset[str]:
    """The project's headers that a file sees, itself among them."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += [include.ours for include in includes(current) if include.ours]
    return frozenset(seen)


@dataclass(frozen=True)
class Body:
    """A function's head and body: `head` is all before its brace."""

    head: str
    text: str
    first_line: int
    last_line: int

    @property
    def lines(self) -> int:
        return self.last_line - self.first_line + 1

    @property
    def name(self) -> str:
        found = re.search(r"([~\w:]+|operator\s*[^\s(]+)\s*\(", self.head)
        return found.group(1) if found else "?"


@functools.cache
def functions(path: str) -> tuple[Body, ...]:
    """Functions at namespace and class scope, found by counting braces."""
    source = _DIRECTIVE.sub(lambda m: "\n" * m.group(0).count("\n"), code(path))
    found = []
    start = position = 0
    while position < len(source):
        character = source[position]
        if character in ";}":
            start = position + 1
        elif character == "{":
            head = source[start:position]
            if _SCOPE.search(head):
                start = position + 1
            else:
                end = _end_of_item(source, position)
                if "(" in head:
                    found.append(_body(source, start, position, end))
                position = end
                start = end + 1
        position += 1
    return tuple(found)


def _end_of_item(source: str, brace: int) -> int:
    """The last brace of an item; a list of initializers has braces of its own before the body."""
    while True:
        end = closing_brace(source, brace)
        following = re.compile(r"\s*(?:,[^;{}]*)?\{").match(source, end + 1)
        if not following:
            return end
        brace = following.end() - 1


def closing_brace(source: str, brace: int) -> int:
    depth = 0
    for position in range(brace, len(source)):
        depth += {"{": 1, "}": -1}.get(source[position], 0)
        if depth == 0:
            return position
    return len(source) - 1


def _body(source: str, start: int, brace: int, end: int) -> Body:
    first = start + len(source[start:brace]) - len(source[start:brace].lstrip())
    return Body(
        head=source[start:brace].strip(),
        text=source[brace + 1 : end],
        first_line=source.count("\n", 0, first) + 1,
        last_line=source.count("\n", 0, end) + 1,
    )
