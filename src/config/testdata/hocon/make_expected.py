# SPDX-License-Identifier: Apache-2.0
"""Writes NAME.expected.json beside every file of this folder: what SeaTunnel 2.3.10 reads in it.

Needs JDK 17 and Maven, which fetches SeaTunnel's library. Run by hand after adding a file:
    python3 src/config/testdata/hocon/make_expected.py
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

VERSION = "2.3.10"
HERE = Path(__file__).parent
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def fetch(artifact: str, folder: str) -> None:
    coordinates = f"org.apache.seatunnel:{artifact}:{VERSION}"
    where = [f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"]
    subprocess.run(["mvn", "-q", "-B", "-Dstyle.color=never", COPY, *where], check=True)


def main() -> None:
    files = sorted(
        path
        for path in HERE.iterdir()
        if path.suffix in (".conf", ".json") and not path.name.endswith(".expected.json")
    )
    with tempfile.TemporaryDirectory() as jars:
        fetch("seatunnel-config-base", jars)
        fetch("seatunnel-config-shade", jars)
        command = ["java", "-Dfile.encoding=UTF-8", "-cp", f"{jars}/*", "SeaTunnelParser.java"]
        lines = subprocess.run(
            [*command, *(str(path) for path in files)],
            check=True,
            cwd=HERE,
            env={**os.environ, "SLUICE_TEST_VALUE": "from-environment"},
            capture_output=True,
            encoding="utf-8",
        ).stdout.splitlines()
    for line in lines:
        name, result = line.split("\t", 1)
        (HERE / f"{name}.expected.json").write_text(result + "\n", encoding="utf-8")
    print(f"{len(lines)} files")


if __name__ == "__main__":
    main()
