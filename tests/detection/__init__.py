"""How well warnings see what goes wrong, on demo cities: `python -m tests.detection` writes docs/detection.md."""
