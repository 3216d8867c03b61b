"""Handling and deadlines (办理与时限)."""
