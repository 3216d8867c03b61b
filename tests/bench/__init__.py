"""Benchmarks: what must hold, measured side by side with peers in one run."""
