# SPDX-License-Identifier: Apache-2.0
"""Writes the pages of docs/generated from what the executable says of itself.

python -m docs.generate EXECUTABLE FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

HEAD = """# Plugins and their options

<!-- Written by ./dev docs from `sluice plugins --json`; edits are lost. -->

Options are given in a block of the job file, as in `examples/`. Keys are flat: `row.num = 5` is one
key, and `row { num = 5 }` means the same. Names of plugins match in any letter case.
"""


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def default_of(option: dict[str, Any]) -> str:
    if option["required"]:
        return "required"
    return f"`{cell(option['default'])}`" if "default" in option else ""


def meaning_of(option: dict[str, Any]) -> str:
    parts = [option["help"]]
    if "limits" in option:
        parts.append(option["limits"][0].upper() + option["limits"][1:] + ".")
    if "choices" in option:
        parts.append("One of " + ", ".join(f"`{choice}`" for choice in option["choices"]) + ".")
    if "older_names" in option:
        older = ", ".join(f"`{name}`" for name in option["older_names"])
        parts.append(f"Older name: {older}.")
    return cell(" ".join(parts))


def honoured_rows(
    options: list[dict[str, Any]], outer: list[dict[str, Any]], prefix: str
) -> Iterator[str]:
    """Options that `outer` has too are only named."""
    above = []
    for option in options:
        if option["use"] != "honoured":
            continue
        if prefix and option in outer:
            above.append(f"`{option['name']}`")
            continue
        name = f"`{prefix}{option['name']}`"
        yield f"| {name} | {option['type']} | {default_of(option)} | {meaning_of(option)} |"
        inner = f"{prefix}{option['name']} → "
        yield from honoured_rows(option.get("members", []), options if not prefix else [], inner)
    if above:
        yield f"| `{prefix}…` | | | As above: {', '.join(above)}. |"


def other_rows(options: list[dict[str, Any]], use: str, prefix: str = "") -> Iterator[str]:
    for option in options:
        if option["use"] == use:
            yield f"| `{prefix}{option['name']}` | {cell(option['help'])} |"
        if not prefix:
            inner = [member for member in option.get("members", []) if member not in options]
            yield from other_rows(inner, use, f"{option['name']} → ")


def section(page: dict[str, Any]) -> list[str]:
    options = page["options"]
    lines = [f"## {page['name']} ({page['kind']})", "", page["summary"], ""]
    lines += ["| option | type | default | meaning |", "| --- | --- | --- | --- |"]
    lines += honoured_rows(options, options, "")
    for use, title in (("ignored", "Accepted and ignored"), ("refused", "Not supported")):
        rows = list(dict.fromkeys(other_rows(options, use)))
        if rows:
            lines += ["", f"{title}:", "", "| option | why |", "| --- | --- |", *rows]
    return [*lines, ""]


def plugins_page(executable: str) -> str:
    command = [executable, "plugins", "--json"]
    pages = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    lines = HEAD.splitlines() + [""]
    for page in pages:
        lines += section(page)
    return "\n".join(lines)


def main() -> None:
    executable, folder = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "plugins.md").write_text(plugins_page(executable), encoding="utf-8")


if __name__ == "__main__":
    main()
