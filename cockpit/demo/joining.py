"""The halls' tickets and reviews put together in one table each, with the standard's columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, Almanac
from cockpit.demo.cases import Cases
from cockpit.demo.catalogue import ITEMS
from cockpit.demo.counters import plan_counters
from cockpit.demo.demand import REVIEW_UNIFORMS, U
from cockpit.demo.draws import Flags, Floats, Ints, pick
from cockpit.demo.frames import named, numbered
from cockpit.demo.incidents import Active
from cockpit.demo.people import applicants
from cockpit.demo.places import Hall
from cockpit.demo.reviews import Kind, Reviews, Services, review
from cockpit.demo.staff import plan_team
from cockpit.demo.submissions import Office
from cockpit.demo.tickets import STATUSES, Fate, HallDays, Tickets

_TICKET_CHANNELS = ("kiosk", "app", "wechat", "desk", "phone", "staff")
_TICKET_CHANNEL_SHARES = np.array([0.62, 0.10, 0.14, 0.10, 0.02, 0.02])
_IDENTIFIED, _LINKED = 0.7, 0.988


@dataclass(frozen=True)
class Site:
    """The city's places and the numbers that run through all of them."""

    halls: tuple[Hall, ...]
    offices: list[Office]
    almanac: Almanac
    seed: int

    @property
    def counties(self) -> int:
        """Return the number of counties."""
        return len(self.offices) - len(self.halls)

    def offices_near(self, hall: Hall) -> list[Office]:
        """Return the offices whose applicants come to a hall when their submission is stuck."""
        own = self.offices[hall.index]
        central = self.offices[len(self.halls) :]
        return [own] + ([central[own.county.index]] if hall.index < self.counties else [])

    def first_of(self, counts: Sequence[int]) -> Ints:
        """Return each hall's first number when things are numbered through all halls."""
        return np.cumsum([0, *counts])[:-1].astype(np.int64)


@dataclass
class Joined:
    """The tickets of several halls in one: numbers of windows, staff, queues, origins run through all of them."""

    tickets: Tickets
    hall: Ints
    ticket_id: pl.Series
    first_window: Ints


def join(site: Site, runs: Sequence[HallDays]) -> Joined:
    """Put the halls' tickets one after the other."""
    counters = [plan_counters(hall) for hall in site.halls]
    first_window = site.first_of([len(own.windows) for own in counters])
    first_queue = site.first_of([len(own.queues) for own in counters])
    first_staff = site.first_of([len(plan_team(hall, site.seed).everyone) for hall in site.halls])
    lengths = [len(run.tickets.take) for run in runs]
    first_ticket = site.first_of(lengths)
    hall = np.repeat(np.arange(len(runs)), lengths)
    merged = Tickets(
        **{name: np.concatenate([vars(run.tickets)[name] for run in runs]) for name in vars(runs[0].tickets)}
    )
    merged.queue = merged.queue + first_queue[hall]
    merged.window = np.where(merged.window >= 0, merged.window + first_window[hall], -1)
    merged.staff = np.where(merged.staff >= 0, merged.staff + first_staff[hall], -1)
    merged.origin = np.where(merged.origin >= 0, merged.origin + first_ticket[hall], -1)
    ticket_id = numbered([entry.hall_id for entry in site.halls], hall, merged.take // DAY)
    return Joined(merged, hall, ticket_id, first_window)


def ticket_rows(site: Site, joined: Joined, cases: Cases, active: Active) -> pl.DataFrame:
    """Give tickets the standard's columns; a few do not name the case that was opened."""
    tickets, hall, chance = joined.tickets, joined.hall, joined.tickets.uniforms
    counters = [plan_counters(entry) for entry in site.halls]
    queues = [queue for own in counters for queue in own.queues]
    case = np.full(len(tickets.take), -1, dtype=np.int64)
    opened = np.flatnonzero(cases.opened.ticket >= 0)
    of = cases.opened.ticket[opened]
    noted = chance[of, U.LINK] < _LINKED
    for incident in active.kind("numbers_missing"):
        during = (tickets.take[of] >= incident.onset) & (tickets.take[of] < incident.end)
        noted &= ~((hall[of] == incident.hall) & during & (chance[of, U.LINK] < _LINKED * incident.size))
    case[of[noted]] = opened[noted]
    unended = np.isin(tickets.fate, (Fate.UNCLOSED, Fate.UNNOTED))
    county = np.array([office.county.index for office in site.offices], dtype=np.int64)[hall]
    known = chance[:, U.KNOWN] < _IDENTIFIED
    return pl.DataFrame(
        {
            "ticket_id": joined.ticket_id,
            "hall_id": named([entry.hall_id for entry in site.halls], hall),
            "ticket_no": _ticket_numbers(tickets, [queue.letter for queue in queues]),
            "queue_id": named([queue.queue_id for queue in queues], tickets.queue),
            "item_code": named([item.code for item in ITEMS], tickets.item),
            "channel": named(_TICKET_CHANNELS, _channels(tickets, chance)),
            "take_time": tickets.take,
            "call_time": tickets.call,
            "start_time": tickets.start,
            "end_time": np.where(unended, -1, tickets.end),
            "window_id": named([window.window_id for own in counters for window in own.windows], tickets.window),
            "staff_id": named(
                [p.staff_id for entry in site.halls for p in plan_team(entry, site.seed).everyone], tickets.staff
            ),
            "status": named(STATUSES, tickets.fate),
            "transferred_from": joined.ticket_id.gather(pl.Series(np.maximum(tickets.origin, 0))).zip_with(
                pl.Series(tickets.origin >= 0), pl.Series([None], dtype=pl.String)
            ),
            "project_no": cases.project_no.gather(pl.Series(np.maximum(case, 0))).zip_with(
                pl.Series(case >= 0), pl.Series([None], dtype=pl.String)
            ),
            "case_opened": np.where(case >= 0, cases.opened.apply[np.maximum(case, 0)], -1),
            "applicant_hash": applicants(site.seed, county, site.counties, chance[:, U.PERSON], known),
            "is_test": tickets.test,
            "office": hall,
        }
    )


def _channels(tickets: Tickets, chance: Floats) -> Ints:
    """Choose by which way a ticket was taken; second tickets are given at the desk."""
    return np.where(tickets.origin >= 0, 3, pick(_TICKET_CHANNEL_SHARES, chance[:, U.CHANNEL]))


def _ticket_numbers(tickets: Tickets, letters: Sequence[str]) -> pl.Series:
    """Number the tickets of each queue and day from A001 on."""
    frame = pl.DataFrame({"day": tickets.take // DAY, "queue": tickets.queue, "letter": named(letters, tickets.queue)})
    number = pl.int_range(1, pl.len() + 1).over("day", "queue").cast(pl.String).str.zfill(3)
    return frame.select(pl.concat_str("letter", number)).to_series()


_SERVICE = ("hall_id", "project_no", "ticket_id", "window_id", "staff_id", "office")


def all_reviews(site: Site, joined: Joined, tickets: pl.DataFrame, cases: Cases, active: Active) -> pl.DataFrame:
    """Return the reviews of services at windows and of cases that no ticket stands for."""
    places = np.flatnonzero((joined.tickets.fate == Fate.DONE) & ~joined.tickets.test)
    services = Services(
        kind=np.full(len(places), Kind.WINDOW, dtype=np.int64),
        hall=joined.hall[places],
        window=joined.tickets.window[places],
        end=joined.tickets.end[places],
        chance=joined.tickets.uniforms[places, int(U.REVIEW) : int(U.REVIEW) + REVIEW_UNIFORMS],
    )
    found = review(services, joined.first_window, site.almanac, active)
    states_only = pl.Series([hall.hall_id for hall in site.halls if hall.states_only], dtype=pl.String)
    named_rows = tickets.select(_SERVICE)[places[found.service]].with_columns(
        pl.when(~pl.col("hall_id").is_in(states_only.implode())).then("ticket_id").alias("ticket_id"),
        pl.concat_str("ticket_id", pl.lit("-P")).alias("review_id"),
    )
    windows = [window.window_id for hall in site.halls for window in plan_counters(hall).windows]
    of_services = _with_services(found, named_rows, windows)
    return pl.concat([of_services, case_reviews(site, cases, cases.opened.ticket < 0, active)])


def case_reviews(site: Site, cases: Cases, chosen: Flags, active: Active) -> pl.DataFrame:
    """Return reviews of cases that no ticket stands for."""
    places = np.flatnonzero(chosen & (cases.opened.ticket < 0))
    office = cases.opened.office[places]
    in_hall = office < len(site.halls)
    services = Services(
        kind=np.where(in_hall, Kind.HALL_CASE, Kind.CENTRAL_CASE).astype(np.int64),
        hall=np.where(in_hall, office, -1),
        window=np.full(len(places), -1, dtype=np.int64),
        end=cases.course.finish[places],
        chance=cases.opened.review[places],
    )
    found = review(services, np.zeros(len(site.halls), dtype=np.int64), site.almanac, active)
    nothing = pl.lit(None, dtype=pl.String)
    rows = cases.frame.select("hall_id", "project_no", "office")[places[found.service]].with_columns(
        nothing.alias("ticket_id"),
        nothing.alias("window_id"),
        nothing.alias("staff_id"),
        pl.concat_str("project_no", pl.lit("-P")).alias("review_id"),
    )
    return _with_services(found, rows.select(*_SERVICE, "review_id"), [])


def _with_services(found: Reviews, rows: pl.DataFrame, windows: Sequence[str]) -> pl.DataFrame:
    pads = named([f"{window}-PJ" for window in windows] or [""], found.device)
    return pl.concat([rows, found.frame, pl.DataFrame({"device_id": pads})], how="horizontal")
