"""The numbers: pure functions over Polars frames and an instant, without a clock, a file or a setting."""
