# SPDX-License-Identifier: Apache-2.0
"""System variables: whatever a client sets is kept; the usual ones have values."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "auto_increment_increment": 1,
    "autocommit": 1,
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_results": "utf8mb4",
    "character_set_server": "utf8mb4",
    "character_set_database": "utf8mb4",
    "collation_connection": "utf8mb4_general_ci",
    "collation_server": "utf8mb4_general_ci",
    "collation_database": "utf8mb4_general_ci",
    "enable_insert_strict": 1,
    "have_query_cache": "NO",
    "init_connect": "",
    "interactive_timeout": 3600,
    "language": "/starrocks/share/english/",
    "license": "Apache License 2.0",
    "lower_case_table_names": 0,
    "max_allowed_packet": 33554432,
    "net_buffer_length": 16384,
    "net_write_timeout": 60,
    "net_read_timeout": 60,
    "parallel_fragment_exec_instance_num": 1,
    "performance_schema": 0,
    "pipeline_dop": 0,
    "query_cache_size": 1048576,
    "query_cache_type": 0,
    "query_timeout": 300,
    "sql_auto_is_null": 0,
    "sql_mode": "ONLY_FULL_GROUP_BY",
    "sql_safe_updates": 0,
    "sql_select_limit": 9223372036854775807,
    "system_time_zone": "UTC",
    "time_zone": "UTC",
    "transaction_isolation": "REPEATABLE-READ",
    "transaction_read_only": 0,
    "tx_isolation": "REPEATABLE-READ",
    "tx_read_only": 0,
    "version": "8.0.33",
    "version_comment": "StarRocks stand-in",
    "wait_timeout": 28800,
}
