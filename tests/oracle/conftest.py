# SPDX-License-Identifier: Apache-2.0
"""Puts tests/ on the path, as ./dev oracle does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
