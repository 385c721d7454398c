# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests and the demonstration stand on.

It starts real processes, breaks them, and compares contents. It shares no code with the engine
or with the StarRocks stand-in.
"""
