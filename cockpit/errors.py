"""What people are told when something is refused or fails: one Chinese sentence saying what, where, what to do.

This module imports nothing from the project, so that every layer can raise these errors.
"""


class CockpitError(Exception):
    """A refusal or failure to show to people as it stands; never with a traceback."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence that people read."""
        super().__init__(sentence)

    @property
    def sentence(self) -> str:
        """What happened, where, and what to do, in Chinese."""
        return str(self.args[0])

    def __str__(self) -> str:
        """The sentence itself, so that a log line reads like the message."""
        return self.sentence


class SettingsError(CockpitError):
    """The settings cannot be used; every fault found is told at once, one line each."""

    def __init__(self, *faults: str) -> None:
        """Keep all faults, each a whole sentence."""
        Exception.__init__(self, *faults)

    @property
    def faults(self) -> tuple[str, ...]:
        """Each fault as a sentence of its own."""
        return tuple(str(fault) for fault in self.args)

    @property
    def sentence(self) -> str:
        """All faults, one a line."""
        return "\n".join(self.faults)


class RefusedFile(CockpitError):
    """A source that cannot be read at all; nothing of it was taken in."""


class Busy(CockpitError):
    """Another process is writing to this data folder, and waiting for it took too long."""


class StorageError(CockpitError):
    """The disk or the database refused; what was begun has been taken back whole."""


class Refused(CockpitError):
    """Whoever asks may not see or do this; nothing was changed."""
