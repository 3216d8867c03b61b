"""Bringing in what changed in a hall's own database since the last time."""

from __future__ import annotations

import datetime as dt

from cockpit.errors import RefusedFile
from cockpit.intake.city import city_of
from cockpit.intake.counting import BatchResult
from cockpit.intake.draft import Observer, mapped_draft, without_numbers
from cockpit.intake.importer import bring_in, note_refusal, whoami
from cockpit.intake.privacy import load_hasher
from cockpit.intake.profile import Profile
from cockpit.intake.sql_reader import read_queries
from cockpit.lake.folder import DataFolder


def import_database(
    folder: DataFolder,
    profile: Profile,
    *,
    by: str | None = None,
    now: dt.datetime | None = None,
    observe: Observer | None = None,
) -> BatchResult:
    """Bring in the rows that a database source gives now, as one batch; its watermarks move with the batch.

    The watermark moves only to the greatest value seen, and a query takes rows from it on (>=): a row written late
    with the same value is seen next time, and what is seen twice changes nothing.

    Raises:
        RefusedFile: the database cannot be reached or refuses a query.
        Busy: another import did not finish in time.
        StorageError: the disk or the database refused; nothing has changed.
    """
    by = by or whoami()
    folder = city_of(folder, profile)
    hasher = load_hasher(folder.path, create=True)
    since = {rule.table: folder.records.watermark(profile.name, rule.table) for rule in profile.tables}
    try:
        raws, marks = read_queries(profile, since)
        draft = mapped_draft(
            folder,
            profile,
            [without_numbers(raw, profile, hasher) for raw in raws],
            [raw.name for raw in raws],
            marks,
        )
    except RefusedFile as error:
        note_refusal(folder, profile, [], error, by)
        raise
    return bring_in(folder, draft, hasher, by=by, now=now, observe=observe)
