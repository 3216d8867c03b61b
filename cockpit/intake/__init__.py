"""The one way records come in: profile, readers, privacy, gate, quarantine, drop folder."""
