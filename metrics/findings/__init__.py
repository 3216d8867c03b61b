"""Findings, one kind a module; each has a KIND. They are found by themselves, no list is kept."""
