# SPDX-License-Identifier: Apache-2.0
"""Pages that are written from the executable say what the executable says."""

from __future__ import annotations

import sys

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from docs.generate import plugins_page  # noqa: E402


def test_the_page_of_plugins_is_what_the_executable_says(cli) -> None:
    page = (ROOT / "docs/generated/plugins.md").read_text(encoding="utf-8")
    assert page == plugins_page(str(cli.executable)), "run ./dev docs"


def test_every_option_of_every_plugin_is_on_the_page(cli) -> None:
    page = (ROOT / "docs/generated/plugins.md").read_text(encoding="utf-8")
    names = [line.split()[1] for line in cli("plugins").out.splitlines()]
    assert len(names) >= 7
    for name in names:
        assert f"## {name} (" in page
