"""Early warning: pure functions over readings, without a clock, a file or a setting."""
