# SPDX-License-Identifier: Apache-2.0
"""Other engines on the same jobs."""
