# SPDX-License-Identifier: Apache-2.0
"""The project speaks of itself alone: not of the machine, the tools or the day it was made on."""

from __future__ import annotations

import re

from . import tree

# What is banned, and what to write instead. Letters in brackets keep this file out of its own way.
BANNED = {
    r"(?<![\w.-])/(?:wor[k]|hom[e]/(?!me\b)\w+|roo[t]|User[s]/\w+)/": "a path from the root",
    r"(?<![\w.:-])/tm[p]/\w": "a folder from TMPDIR, mktemp or tempfile",
    r"(?i)\b(?:issue|ticket|work item)s? #?\d+\b|(?<![\w&/])#\d{1,5}\b(?!\s*[{;])": "the reason",
    r"(?i)\b(?:previous|earlier|next|coding|agent|parallel|helper) sessio[n]\b": "what holds today",
    r"(?i)\b(?:claud[e]|anthropi[c]|chatgp[t]|opena[i]|copilo[t]|gpt-[\d]|ll[m]s?)\b": "nothing",
    r"(?i)\blanguage mode[l]|\bAI (?:assistan[t]|agen[t]|too[l])": "nothing",
    r"(?i)\b(?:pypi\.or[g]|pythonhosted\.or[g]|npmjs\.(?:or[g]|co[m])|crates\.i[o])\b": "the name",
    r"(?i)\b(?:repo1?\.maven\.\w+|repo\.maven\.apache\.or[g]|search\.maven\.or[g])": "the name",
    r"(?i)\b(?:proxy|sum)\.golang\.or[g]\b": "the name",
}
TEXT = (
    *tree.CPP,
    *(".py .sh .cmake .md .txt .in .conf .json .yaml .yml .toml .service".split()),
    *(".html .js .ts .css".split()),
)


def _scanned() -> list[str]:
    plain = [p for p in tree.files() if "." not in p.rsplit("/", 1)[-1] and p != "LICENSE"]
    return sorted({*tree.ending(*TEXT), *tree.shell_scripts(), *plain})


def test_the_project_speaks_of_itself_alone():
    patterns = [(re.compile(banned), instead) for banned, instead in BANNED.items()]
    found = [
        f"{path}:{number}: '{match.group(0)}': write {instead}"
        for path in _scanned()
        for number, line in enumerate(tree.lines(path), 1)
        for pattern, instead in patterns
        if (match := pattern.search(line))
    ]
    assert not found, tree.report("words that mean nothing to a reader of the project:", found)
