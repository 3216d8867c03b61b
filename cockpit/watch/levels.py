"""What the levels of halls (大厅层级) of the data standard are called."""

from __future__ import annotations

LEVELS = {"city": "市级", "county": "县级", "town": "乡镇（街道）", "village": "村（社区）", "park": "园区"}
