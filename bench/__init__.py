# SPDX-License-Identifier: Apache-2.0
"""Measures the engine: ratios in one run on one machine (bench/README.md)."""
