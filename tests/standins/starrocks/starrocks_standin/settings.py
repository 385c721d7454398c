# SPDX-License-Identifier: Apache-2.0
"""Server limits and the knobs of the stand-in; every field can be changed over the control port."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Names of StarRocks settings are StarRocks' own; units are in the name."""

    version: str = "3.5.4"
    commit: str = "6d81f75"
    label_keep_max_num: int = 1000
    label_keep_max_second: float = 259200
    max_running_txn_num_per_db: int = 1000
    stream_load_default_timeout_second: float = 600
    prepared_transaction_default_timeout_second: float = 86400
    streaming_load_max_mb: float = 102400
    streaming_load_max_batch_size_mb: float = 100
    primary_key_limit_size: int = 128
    # How long a commit by the front end waits until the rows are visible.
    commit_wait_second: float = 20
    # Time between commit and visibility, and the length of a schema change job: of one that
    # rewrites rows, and of one that does not.
    publish_ms: float = 0
    alter_ms: float = 150
    fast_alter_ms: float = 30
    # False: information_schema.columns is that of older releases, which shows no default, and of no
    # column that it takes NULL.
    columns_in_full: bool = True
    # Bodies up to this size are parsed on the event loop, larger ones on a thread.
    inline_parse_bytes: int = 65536

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def update(self, values: dict[str, Any]) -> None:
        known = {field.name: field.type for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown setting {name}")
            current = getattr(self, name)
            if isinstance(current, str) != isinstance(value, str):
                raise ValueError(f"setting {name} has the wrong type")
            setattr(self, name, value)
