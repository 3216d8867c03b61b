"""Benchmarks: what must hold, measured side by side with peers in one run."""

#: The zone of the cities measured.
ZONE = "Asia/Shanghai"
