"""The cockpit of one city's government service halls: records in, and what they show."""

import os

#: Polars lets its allocator give memory back half a second after it was last used, only to ask for it again: the system
#: then clears the same pages over and over, a tenth of all CPU where a year is counted. Ten seconds are the allocator's
#: own default. What the environment says comes first.
ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:10000,muzzy_decay_ms:0"}

# It is read when Polars is loaded; so it is set here, before everything.
for _name, _value in ALLOCATOR.items():
    os.environ.setdefault(_name, _value)
