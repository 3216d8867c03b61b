"""Cases (办件): those opened at a window during a service, and those submitted online or by other ways."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, Almanac, day_number
from cockpit.demo.catalogue import ITEMS, SHARES
from cockpit.demo.demand import REVIEW_UNIFORMS, U, day_factor
from cockpit.demo.draws import Flags, Floats, Ints, Stream, pick, stream
from cockpit.demo.frames import AT_HALL, CENTRAL, named, numbered, repeated
from cockpit.demo.lifecycle import CASE_UNIFORMS, PAUSE_KINDS, C, Course, Submission, run_course
from cockpit.demo.people import applicants
from cockpit.demo.places import County, Hall
from cockpit.demo.tickets import Fate, Tickets

_ONLINE_PER_TICKET, _CENTRAL_PER_TICKET, _OFF_DAY = 0.40, 0.15, 0.35
_LINKED, _HASHED = 0.982, 0.97
_CHANNELS = ("pc", "app", "mini", "kiosk", "mail", "hotline", "social", "staff", "other", "window")
_CHANNEL_SHARES = np.array([0.25, 0.55, 0.175, 0.013, 0.002, 0.003, 0.001, 0.003, 0.003])
_APPLICANTS = ("natural", "legal", "other")
_PLATFORMS = ("ywtb2", "dept", "manual_backfill", "unknown")
_OTHER_PLATFORMS = np.array([0.0, 0.55, 0.33, 0.12])
_DELIVERIES = ("window", "online", "post")
_BY_HOUR = np.array([1, 2, 5, 8, 9, 8, 5, 5, 8, 8, 7, 6, 4, 4, 5, 4, 2.5, 1.0])
_FIRST_HOUR = 6
_STEPS = ("审查", "审核", "决定与制证")


@dataclass(frozen=True)
class Office:
    """Where cases are taken in: a hall, or a county's online office (无大厅)."""

    county: County
    hall: Hall | None
    tickets_a_day: float

    @property
    def label(self) -> str:
        """Whose delivery brings these cases."""
        return self.hall.hall_id if self.hall else CENTRAL

    @property
    def stream(self) -> int:
        """The number of this office's random streams."""
        return self.hall.index if self.hall else 100_000 + self.county.index


@dataclass
class Cases:
    """The cases of one office; times in seconds, -1 = never."""

    office: Office
    project_no: pl.Series
    ticket: Ints
    """Place of the ticket in the hall's tickets; -1 for cases without one."""
    item: Ints
    channel: Ints
    apply: Ints
    course: Course
    review_chance: Floats
    """What decides how a case without a ticket is reviewed."""
    frame: pl.DataFrame


def window_cases(office: Office, tickets: Tickets, window_ids: Sequence[str], almanac: Almanac, seed: int) -> Cases:
    """Open a case for every finished service at a window whose item needs one."""
    needs = np.array([item.needs_case for item in ITEMS])
    places = np.flatnonzero((tickets.fate == Fate.DONE) & needs[tickets.item] & ~tickets.test)
    places = places[np.argsort(tickets.start[places], kind="stable")]
    chance = tickets.uniforms[places]
    served = tickets.end[places] - tickets.start[places]
    apply = tickets.start[places] + (served * 0.3 * chance[:, U.MOMENT]).astype(np.int64)
    order = np.argsort(apply // DAY, kind="stable")
    places, chance, apply = places[order], chance[order], apply[order]
    return _assemble(
        office,
        project_no=numbered(f"{office.label}-W", apply // DAY),
        ticket=places,
        item=tickets.item[places],
        channel=np.full(len(places), len(_CHANNELS) - 1, dtype=np.int64),
        apply=apply,
        leave=tickets.end[places],
        window=named(window_ids, tickets.window[places]),
        person=chance[:, U.PERSON],
        uniforms=chance[:, int(U.CASE) : int(U.CASE) + CASE_UNIFORMS],
        review_chance=np.empty((len(places), 0)),
        almanac=almanac,
        seed=seed,
    )


def online_cases(office: Office, almanac: Almanac, seed: int) -> Cases:
    """Draw what is submitted to an office without coming to a window, on every day of the week."""
    share = _ONLINE_PER_TICKET if office.hall else _CENTRAL_PER_TICKET
    applies, draws = [], []
    edges = np.arange(len(_BY_HOUR) + 1) * HOUR + _FIRST_HOUR * HOUR
    course = np.concatenate([[0.0], np.cumsum(_BY_HOUR) / _BY_HOUR.sum()])
    for day in almanac.days:
        rng = stream(seed, Stream.ONLINE, office.stream, day)
        level = day_factor(seed, almanac, day) if almanac.is_workday(day) else _OFF_DAY
        count = int(rng.poisson(office.tickets_a_day * share * level))
        chance = rng.random((count, CASE_UNIFORMS + REVIEW_UNIFORMS + 4))
        chance = chance[np.argsort(chance[:, -1])]
        applies.append(day * DAY + np.interp(chance[:, -1], course, edges).astype(np.int64))
        draws.append(chance)
    apply, chance = np.concatenate(applies), np.concatenate(draws)
    open_groups = [office.hall is None or SHARES[office.hall.level][item.group] > 0 for item in ITEMS]
    weights = np.array([item.online for item in ITEMS]) * np.array(open_groups)
    return _assemble(
        office,
        project_no=numbered(f"{office.label if office.hall else office.county.code}-N", apply // DAY),
        ticket=np.full(len(apply), -1, dtype=np.int64),
        item=pick(weights, chance[:, -2]),
        channel=pick(_CHANNEL_SHARES, chance[:, -3]),
        apply=apply,
        leave=np.full(len(apply), -1, dtype=np.int64),
        window=repeated(None, len(apply)),
        person=chance[:, -4],
        uniforms=chance[:, :CASE_UNIFORMS],
        review_chance=chance[:, CASE_UNIFORMS : CASE_UNIFORMS + REVIEW_UNIFORMS],
        almanac=almanac,
        seed=seed,
    )


def link(tickets: Tickets, cases: Cases) -> tuple[pl.Series, Ints]:
    """Return for each ticket the case it names (贯通; a few are not noted) and when that case was opened."""
    noted = tickets.uniforms[cases.ticket, U.LINK] < _LINKED
    place = np.full(len(tickets.take), -1, dtype=np.int64)
    place[cases.ticket[noted]] = np.flatnonzero(noted)
    opened = np.where(place >= 0, cases.apply[place], -1) if len(cases.apply) else place
    return named(cases.project_no.to_list(), place), opened


def _assemble(
    office: Office,
    *,
    project_no: pl.Series,
    ticket: Ints,
    item: Ints,
    channel: Ints,
    apply: Ints,
    leave: Ints,
    window: pl.Series,
    person: Floats,
    uniforms: Floats,
    review_chance: Floats,
    almanac: Almanac,
    seed: int,
) -> Cases:
    automatic = np.array([entry.automatic for entry in ITEMS])[item] > uniforms[:, C.DECISION]
    instant = np.array([entry.instant for entry in ITEMS])[item]
    at_window = leave >= 0
    submission = Submission(
        apply=apply,
        leave=leave,
        instant=instant,
        promise=_promise(item, apply, almanac),
        natural=np.array([entry.natural for entry in ITEMS])[item],
        automatic=automatic & ~at_window,
        uniforms=uniforms,
    )
    course = run_course(submission, almanac)
    visits = _visits(at_window, uniforms[:, C.VISITS])
    region = office.hall.region_code if office.hall else f"{office.county.code}000000"
    business = np.array([entry.group in (3, 4) for entry in ITEMS])[item]
    applicant = np.where(business, 1, np.where(uniforms[:, C.VISITS] > 0.985, 2, 0))
    frame = pl.DataFrame(
        {
            AT_HALL: repeated(office.label, len(apply)),
            "project_no": project_no,
            "item_code": named([entry.code for entry in ITEMS], item),
            "item_version": repeated(None, len(apply)),
            "hall_id": repeated(office.hall.hall_id if office.hall else None, len(apply)),
            "window_id": window,
            "dept_code": named([entry.dept for entry in ITEMS], item),
            "region_code": repeated(region, len(apply)),
            "applicant_type": named(_APPLICANTS, applicant),
            "applicant_hash": applicants(seed, office.county.index, person, uniforms[:, C.PERSON] < _HASHED),
            "channel": named(_CHANNELS, channel),
            "platform": named(_PLATFORMS, _platform(office, item, at_window, uniforms[:, C.PLATFORM], seed)),
            "apply_time": apply,
            "accept_time": course.accept,
            "promise_due": course.due,
            "finish_time": course.finish,
            "closed_time": course.closed,
            "rejected": course.rejected,
            "asked": course.asked,
            "answered": course.answered,
            "pause_start": course.pause_start,
            "pause_end": course.pause_end,
            "pause_kind": named(PAUSE_KINDS, course.pause_kind),
            "auto_approved": submission.automatic & (course.asked < 0),
            "delivery": named(_DELIVERIES, _delivery(at_window, visits, uniforms[:, C.DELIVERY])),
            "visit_count": visits,
            "cross_region": (uniforms[:, C.DELIVERY] * 97) % 1 < 0.03,
            "is_test": (uniforms[:, C.PLATFORM] * 89) % 1 < 0.0006,
        }
    )
    return Cases(office, project_no, ticket, item, channel, apply, course, review_chance, frame)


def _promise(item: Ints, apply: Ints, almanac: Almanac) -> Ints:
    """Return the promised days of the version in force (0 for 即办件)."""
    now = np.array([entry.promise or 0 for entry in ITEMS], dtype=np.int64)[item]
    before = np.array([entry.earlier_promise or entry.promise or 0 for entry in ITEMS], dtype=np.int64)[item]
    return np.where(apply < day_number(version_change(almanac.last)) * DAY, before, now)


def version_change(last: dt.date) -> dt.date:
    """Return the day from which some items promise less time: the first of the last day's quarter."""
    return dt.date(last.year, (last.month - 1) // 3 * 3 + 1, 1)


def _platform(office: Office, item: Ints, at_window: Flags, uniform: Floats, seed: int) -> Ints:
    """Choose where the acceptance was created (一网通办 2.0 or elsewhere); items and offices differ a little."""
    by_item = stream(seed, Stream.PLATFORM).standard_normal(len(ITEMS))
    own = float(stream(seed, Stream.PLATFORM, 1 + office.stream).standard_normal())
    unified = np.clip(0.945 - 0.01 * at_window + 0.012 * by_item[item] + 0.008 * own, 0.8, 0.99)
    rest = np.clip((uniform - unified) / (1 - unified), 0, 1 - 1e-9)
    return np.where(uniform < unified, 0, pick(_OTHER_PLATFORMS, rest))


def _visits(at_window: Flags, uniform: Floats) -> Ints:
    """Draw how often people had to come."""
    came = np.where(uniform < 0.955, 1, np.where(uniform < 0.99, 2, 3))
    online = np.where(uniform < 0.93, 0, np.where(uniform < 0.985, 1, 2))
    return np.where(at_window, came, online).astype(np.int64)


def _delivery(at_window: Flags, visits: Ints, uniform: Floats) -> Ints:
    """Choose how the result reaches people; who never comes gets it online or by post."""
    online = np.where(uniform < 0.72, 1, 2)
    came = np.where(uniform < 0.7, 0, 2)
    return np.where(at_window, came, np.where(visits > 0, np.where(uniform < 0.5, 0, 1), online)).astype(np.int64)


def pauses(cases: pl.DataFrame) -> pl.DataFrame:
    """List the pauses (暂停) of cases: corrections before, special procedures after acceptance."""
    columns = {"start_at": ("asked", "pause_start"), "end_at": ("answered", "pause_end")}
    parts = []
    for number, kind in enumerate((pl.lit(PAUSE_KINDS[0]), pl.col("pause_kind"))):
        part = cases.filter(pl.col(columns["start_at"][number]) >= 0)
        parts.append(
            part.select(
                AT_HALL,
                pl.concat_str("project_no", pl.lit(f"-Z{number + 1}")).alias("pause_id"),
                "project_no",
                kind.alias("kind"),
                pl.col(columns["start_at"][number]).alias("start_at"),
                pl.col(columns["end_at"][number]).alias("end_at"),
            )
        )
    return pl.concat(parts)


def steps(cases: pl.DataFrame) -> pl.DataFrame:
    """List the steps (环节) of 承诺件 from acceptance to the end."""
    promised = cases.filter((pl.col("promise_due") >= 0) & (pl.col("accept_time") >= 0))
    length = pl.col("finish_time") - pl.col("accept_time")
    bounds = [pl.col("accept_time") + (length * share).cast(pl.Int64) for share in (0.0, 0.45, 0.8)]
    bounds.append(pl.col("finish_time"))
    return pl.concat(
        promised.select(
            AT_HALL,
            pl.concat_str("project_no", pl.lit(f"-H{number + 1}")).alias("step_id"),
            "project_no",
            pl.lit(name).alias("name"),
            bounds[number].alias("started_at"),
            bounds[number + 1].alias("ended_at"),
            pl.lit(None, dtype=pl.String).alias("staff_id"),
        )
        for number, name in enumerate(_STEPS)
    )
