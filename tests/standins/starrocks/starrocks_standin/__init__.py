# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a StarRocks cluster: load protocol, SQL port and fault hooks in one process."""
