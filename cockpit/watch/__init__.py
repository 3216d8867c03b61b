"""Watching the halls: from records to readings, warnings and what people are told."""
