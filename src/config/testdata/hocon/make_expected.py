# SPDX-License-Identifier: Apache-2.0
"""Writes NAME.expected.json beside every file of this folder: what SeaTunnel 2.3.10 reads in it.

Run by hand after adding a file, with the reader that tests/oracle keeps:
    PYTHONPATH=tests python3 src/config/testdata/hocon/make_expected.py
"""

from __future__ import annotations

from pathlib import Path

from oracle import readers

HERE = Path(__file__).parent


def main() -> None:
    files = sorted(
        path
        for path in HERE.iterdir()
        if path.suffix in (".conf", ".json") and not path.name.endswith(".expected.json")
    )
    with readers.seatunnel(HERE) as seatunnel:
        for path in files:
            expected = HERE / f"{path.name}.expected.json"
            expected.write_text(seatunnel.read(path) + "\n", encoding="utf-8")
    print(f"{len(files)} files")


if __name__ == "__main__":
    main()
