"""What the levels of halls (大厅层级) of the data standard are called."""

from __future__ import annotations

from metrics.standard.words import CODE_WORDS

LEVELS = CODE_WORDS["halls.level"]
