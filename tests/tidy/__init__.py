# SPDX-License-Identifier: Apache-2.0
"""The style of the tree as tests: each rule has a check, and a message that says what to do."""
