# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a live shop copied to the StarRocks stand-in, killed on the way."""
