"""The job runner: a process of its own that watches the drop folder, keeps the lake small, and what it is given."""

from __future__ import annotations

import datetime as dt
import logging
import signal
from collections.abc import Callable, Sequence

from apscheduler.schedulers.blocking import BlockingScheduler

from cockpit import clock
from cockpit.errors import CockpitError
from cockpit.intake.drop import sweep
from cockpit.lake.folder import DataFolder
from cockpit.lake.maintenance import maintain_folder
from cockpit.plain import write_log

SWEEP_SECONDS = 60
MAINTAIN_MINUTES = 15
log = logging.getLogger("cockpit.jobs")


def run_jobs(folder: DataFolder, more: Sequence[tuple[dt.timedelta, Callable[[], None]]] = ()) -> None:
    """Run until asked to stop; a job that is running then is finished first.

    The right to write to the lake is a lease, so a second runner or a manual import does no harm: one of them waits.

    Args:
        folder: the data folder.
        more: further jobs, each with how often; what they raise as a `CockpitError` is told in the log.
    """
    write_log(logging.INFO)
    # That a job ran each minute is no news; on a terminal it would push the address of the pages away.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = BlockingScheduler(timezone=folder.timezone)
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_job(lambda: _told(lambda: sweep_drops(folder)), "interval", seconds=SWEEP_SECONDS, **options)
    scheduler.add_job(lambda: _told(lambda: upkeep(folder)), "interval", minutes=MAINTAIN_MINUTES, **options)
    for interval, job in more:
        # At once and then again and again; what it does is told in its own words.
        scheduler.add_job(
            _told, "interval", args=[job], seconds=int(interval.total_seconds()), next_run_time=clock.now(), **options
        )

    def stop(*_: object) -> None:
        if scheduler.running:  # Ctrl+C reaches this process and whoever started it, who then asks once more
            scheduler.shutdown(wait=True)

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, stop)
    _told(lambda: sweep_drops(folder))
    scheduler.start()


def sweep_drops(folder: DataFolder) -> None:
    """Bring in what lies in the drop folder, and say in the log what became of it."""
    for drop in sweep(folder, clock.now()):
        if drop.refusal is not None:
            log.warning("%s: %s", "、".join(drop.files), drop.refusal)
        elif drop.result is not None:
            rows = sum(counts.read for counts in drop.result.tables.values())
            refused = sum(counts.quarantined for counts in drop.result.tables.values())
            said = "%s：读入 %d 行，隔离 %d 行（批次 %s）"
            log.info(said, "、".join(drop.files), rows, refused, drop.result.batch_id)


def upkeep(folder: DataFolder) -> None:
    """Keep the lake small."""
    for done in maintain_folder(folder):
        if done.bytes_before != done.bytes_after:
            log.info("%s: %d → %d 字节", done.table, done.bytes_before, done.bytes_after)


def _told(job: Callable[[], None]) -> None:
    """A failing job is told in the log and tried again at its next time; it stops no other."""
    try:
        job()
    except CockpitError as error:
        log.error("%s", error.sentence)
