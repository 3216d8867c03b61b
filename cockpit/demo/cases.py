"""Cases (办件): those opened at a window during a service, and those submitted online or by other ways."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, Almanac
from cockpit.demo.catalogue import ITEMS, columns
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Flags, Floats, Ints, Stream, pick, stream
from cockpit.demo.frames import named, numbered
from cockpit.demo.incidents import Active
from cockpit.demo.lifecycle import (
    CORRECTED,
    PAUSE_KINDS,
    REJECTED,
    SLOW_ACCEPT,
    C,
    Course,
    Pace,
    Submission,
    run_course,
)
from cockpit.demo.people import applicants
from cockpit.demo.submissions import CHANNELS, Office

_HASHED, _UNSTATED, _UNCOUNTED = 0.97, 0.08, 0.03
_APPLICANTS = ("natural", "legal", "other")
_PLATFORMS = ("ywtb2", "dept", "manual_backfill", "unknown")
_OTHER_PLATFORMS = np.array([0.0, 0.58, 0.32, 0.10])
_DELIVERIES = ("window", "online", "post")
_STEPS = ("审查", "审核", "决定与制证")
_TELLS_STEPS = 3
_COUNTY_SHIFT = (0.0, 0.004, -0.004, 0.006, -0.020, 0.003, 0.0, -0.010, 0.005)
"""How far the counties' use of the unified platform lies from the mean."""
_OFFICE_SPREAD, _SMALL_HALL, _LARGE_HALL = 0.004, 0.022, -0.012


@dataclass
class Opened:
    """What cases begin with, of all offices, in the order of office and day; -1 = nothing."""

    office: Ints
    ticket: Ints
    """Place of the ticket among all tickets; -1 for cases without one."""
    item: Ints
    channel: Ints
    apply: Ints
    leave: Ints
    window: Ints
    staff: Ints
    stuck_until: Ints
    person: Floats
    uniforms: Floats
    review: Floats
    """What decides how a case without a ticket is reviewed."""


@dataclass
class Cases:
    """Cases with their numbers and their course; times in seconds, -1 = never."""

    opened: Opened
    project_no: pl.Series
    course: Course
    frame: pl.DataFrame


def run_cases(
    offices: list[Office], opened: Opened, window_ids: list[str], almanac: Almanac, seed: int, active: Active
) -> Cases:
    """Let cases run their course and give them the standard's columns (and some more, which the cut needs)."""
    catalogue, chance, item = columns(), opened.uniforms, opened.item
    at_window = opened.leave >= 0
    shares = _shares(opened, catalogue.dept[item], active)
    before = opened.apply < catalogue.changed_on[item] * DAY
    submission = Submission(
        apply=opened.apply,
        leave=opened.leave,
        instant=catalogue.instant[item],
        promise=np.where(before, catalogue.earlier[item], catalogue.promise[item]),
        natural=catalogue.natural[item],
        automatic=(catalogue.automatic[item] > chance[:, C.DECISION]) & ~at_window,
        dept=catalogue.dept[item],
        stuck_until=opened.stuck_until,
        rejected=shares[0],
        corrected=shares[1],
        slow=shares[2],
        uniforms=chance,
    )
    course = run_course(submission, almanac, Pace.of(active, almanac))
    visits = _visits(offices, opened, at_window, active)
    prefixes = [f"{office.label}-{'W' if window else 'N'}" for office in offices for window in (False, True)]
    project_no = numbered(prefixes, opened.office * 2 + at_window, opened.apply // DAY)
    regions = [office.hall.region_code if office.hall else f"{office.county.code}000000" for office in offices]
    county = np.array([office.county.index for office in offices], dtype=np.int64)
    business = np.isin(catalogue.group[item], (3, 4))
    frame = pl.DataFrame(
        {
            "project_no": project_no,
            "item_code": named([entry.code for entry in ITEMS], item),
            "item_version": pl.Series([None], dtype=pl.String).new_from_index(0, len(item)),
            "hall_id": _hall_ids(offices, opened.office),
            "window_id": named(window_ids, opened.window),
            "dept_code": named([dept.code for dept in DEPARTMENTS], catalogue.dept[item]),
            "region_code": named(regions, opened.office),
            "applicant_type": named(_APPLICANTS, np.where(business, 1, np.where(chance[:, C.VISITS] > 0.985, 2, 0))),
            "applicant_hash": applicants(
                seed, county[opened.office], int(county.max()) + 1, opened.person, chance[:, C.PERSON] < _HASHED
            ),
            "channel": named(CHANNELS, opened.channel),
            "platform": named(_PLATFORMS, _platform(offices, opened, course.accept, seed, active)),
            "apply_time": opened.apply,
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
            "auto_approved": submission.automatic & (course.asked < 0) & (opened.stuck_until < 0),
            "delivery": named(_DELIVERIES, _delivery(at_window, visits, chance)),
            "visit_count": pl.select(
                pl.when(pl.Series((chance[:, C.MARKS] * 31) % 1 >= _UNCOUNTED)).then(pl.Series(visits))
            ).to_series(),
            "cross_region": (chance[:, C.DELIVERY] * 97) % 1 < 0.03,
            "is_test": (chance[:, C.PLATFORM] * 89) % 1 < 0.0006,
            "office": opened.office,
            "dept": catalogue.dept[item],
        }
    )
    return Cases(opened, project_no, course, frame)


def _hall_ids(offices: list[Office], office: Ints) -> pl.Series:
    outside = np.array([entry.hall is None for entry in offices])
    names = [entry.hall.hall_id if entry.hall else "" for entry in offices]
    return named(names, np.where(outside[office], -1, office))


def _shares(opened: Opened, dept: Ints, active: Active) -> tuple[Floats, Floats, Floats]:
    """Return the shares that are refused, sent back, left lying: ordinary ones, or what an incident makes of them."""
    rejected, corrected, slow = (np.full(len(dept), share) for share in (REJECTED, CORRECTED, SLOW_ACCEPT))
    for incident in active.kind("wrong_guide"):
        hit = (opened.item == incident.item) & _during(opened.apply, incident.onset, incident.end)
        rejected[hit] += 0.25 * incident.size
        corrected[hit] += 0.75 * incident.size
    for incident in active.kind("slow_accept"):
        slow[(dept == incident.dept) & _during(opened.apply, incident.onset, incident.end)] = incident.size
    return rejected, corrected, slow


def _during(instants: Ints, start: int, end: int) -> Flags:
    return (instants >= start) & (instants < end)


def _platform(offices: list[Office], opened: Opened, accept: Ints, seed: int, active: Active) -> Ints:
    """Choose where the acceptance was created (一网通办 2.0 or elsewhere); items, counties, offices differ a little."""
    shifts = []
    for office in offices:
        own = float(stream(seed, Stream.PLATFORM, 1 + office.stream).standard_normal())
        shifts.append(_OFFICE_SPREAD * own + _COUNTY_SHIFT[office.county.index])
    small = np.array([o.hall is not None and o.hall.level not in ("city", "county") for o in offices])
    at_window = np.where(small[opened.office], _SMALL_HALL, _LARGE_HALL) * (opened.leave >= 0)
    unified = np.clip(columns().unified[opened.item] + np.array(shifts)[opened.office] + at_window, 0.6, 0.992)
    uniform = opened.uniforms[:, C.PLATFORM]
    rest = np.clip((uniform - unified) / (1 - unified), 0, 1 - 1e-9)
    chosen = np.where(uniform < unified, 0, pick(_OTHER_PLATFORMS, rest))
    hall = np.array([office.hall.index if office.hall else -1 for office in offices])[opened.office]
    county = np.array([office.county.index for office in offices])[opened.office]
    for incident in active.kind("bypass_hall", "bypass_county", "bypass_item"):
        hit = _during(accept, incident.onset, incident.end) & (opened.uniforms[:, C.TROUBLE] < incident.size)
        if incident.kind == "bypass_hall":
            hit &= (hall == incident.hall) & (opened.leave >= 0)
        elif incident.kind == "bypass_county":
            hit &= county == incident.county
        else:
            hit &= opened.item == incident.item
        chosen = np.where(hit & (chosen == 0), np.where(opened.uniforms[:, C.MARKS] < 0.7, 1, 2), chosen)
    return chosen


def _visits(offices: list[Office], opened: Opened, at_window: Flags, active: Active) -> Ints:
    """Draw how often people had to come; more often where a hall asks for papers it did not name."""
    uniform = opened.uniforms[:, C.VISITS]
    came = np.where(uniform < 0.972, 1, np.where(uniform < 0.993, 2, 3))
    online = np.where(uniform < 0.94, 0, np.where(uniform < 0.988, 1, 2))
    visits = np.where(at_window, came, online)
    hall = np.array([office.hall.index if office.hall else -1 for office in offices])[opened.office]
    for incident in active.kind("more_visits"):
        hit = (hall == incident.hall) & _during(opened.apply, incident.onset, incident.end)
        hit &= opened.uniforms[:, C.TROUBLE] < incident.size
        visits = np.where(hit, np.maximum(visits, np.where(opened.uniforms[:, C.MARKS] < 0.75, 2, 3)), visits)
    return visits.astype(np.int64)


def _delivery(at_window: Flags, visits: Ints, chance: Floats) -> Ints:
    """Choose how the result reaches people; who never comes gets it online or by post; some are not noted."""
    uniform = chance[:, C.DELIVERY]
    online = np.where(uniform < 0.72, 1, 2)
    came = np.where(uniform < 0.7, 0, 2)
    chosen = np.where(at_window, came, np.where(visits > 0, np.where(uniform < 0.5, 0, 1), online))
    return np.where((chance[:, C.MARKS] * 17) % 1 < _UNSTATED, -1, chosen).astype(np.int64)


def pauses(cases: pl.DataFrame) -> pl.DataFrame:
    """List the pauses (暂停) of cases: corrections before, special procedures after acceptance."""
    spans = {"start_at": ("asked", "pause_start"), "end_at": ("answered", "pause_end")}
    parts = []
    for number, kind in enumerate((pl.lit(PAUSE_KINDS[0]), pl.col("pause_kind"))):
        part = cases.filter(pl.col(spans["start_at"][number]) >= 0)
        parts.append(
            part.select(
                pl.concat_str("project_no", pl.lit(f"-Z{number + 1}")).alias("pause_id"),
                "project_no",
                kind.alias("kind"),
                pl.col(spans["start_at"][number]).alias("start_at"),
                pl.col(spans["end_at"][number]).alias("end_at"),
                "office",
            )
        )
    return pl.concat(parts)


def steps(cases: pl.DataFrame) -> pl.DataFrame:
    """List the steps (环节) of 承诺件 from acceptance to the end, of the departments whose systems tell them."""
    told = pl.col("dept") % _TELLS_STEPS == 1
    promised = cases.filter(told & (pl.col("promise_due") >= 0) & (pl.col("accept_time") >= 0))
    length = pl.col("finish_time") - pl.col("accept_time")
    bounds = [pl.col("accept_time") + (length * share).cast(pl.Int64) for share in (0.0, 0.45, 0.8)]
    bounds.append(pl.col("finish_time"))
    return pl.concat(
        promised.select(
            pl.concat_str("project_no", pl.lit(f"-H{number + 1}")).alias("step_id"),
            "project_no",
            pl.lit(name).alias("name"),
            bounds[number].alias("started_at"),
            bounds[number + 1].alias("ended_at"),
            pl.lit(None, dtype=pl.String).alias("staff_id"),
            "office",
        )
        for number, name in enumerate(_STEPS)
    )


STUCK_FOR = 30 * HOUR
"""So long after the visit to a window a stuck submission goes on."""
