# SPDX-License-Identifier: Apache-2.0
"""./dev oracle: made-up job files, read by SeaTunnel's own library and by sluice, and compared."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from oracle import compare


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev oracle", description=__doc__)
    parser.add_argument(
        "count", nargs="?", type=int, default=20000, help="files to make up (20000)"
    )
    parser.add_argument(
        "--seed", type=int, help="of the first file; drawn and printed when not given"
    )
    arguments = parser.parse_args()
    first = random.randrange(10**9) if arguments.seed is None else arguments.seed
    print(f"{arguments.count} job files from seed {first}", flush=True)
    with tempfile.TemporaryDirectory(prefix="sluice-oracle-") as folder:
        outcome = compare.run(Path(folder), range(first, first + arguments.count))
    print(outcome.summary())
    for difference in outcome.differences:
        print(difference)
    return 1 if outcome.differences else 0


if __name__ == "__main__":
    sys.exit(main())
