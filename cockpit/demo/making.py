"""Everything that happens in the whole city on some days, as raw rows: times in local seconds, nothing cut off yet."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, MINUTE
from cockpit.demo.attendance import plan_rows, roster_rows, session_rows
from cockpit.demo.cases import STUCK_FOR, Cases, Opened, pauses, run_cases, steps
from cockpit.demo.catalogue import columns
from cockpit.demo.counters import plan_counters
from cockpit.demo.crowds import comers
from cockpit.demo.demand import CASE_UNIFORMS, REVIEW_UNIFORMS, U
from cockpit.demo.equipment import headcounts
from cockpit.demo.incidents import Active
from cockpit.demo.joining import Joined, Site, all_reviews, case_reviews, join, ticket_rows
from cockpit.demo.snapshots import snapshots
from cockpit.demo.staff import plan_day
from cockpit.demo.submissions import WINDOW, submissions
from cockpit.demo.tickets import Fate, run_hall

_WARM_WAIT = 3 * MINUTE

Raw = dict[str, pl.DataFrame]


def make(site: Site, days: range, active: Active) -> Raw:
    """Let the whole city live through these days."""
    runs = [run_hall(hall, site.offices_near(hall), site.almanac, days, site.seed, active) for hall in site.halls]
    joined = join(site, runs)
    cases = _cases(site, days, joined, active)
    tickets = ticket_rows(site, joined, cases, active)
    reviews = all_reviews(site, joined, tickets, cases, active)
    roster, attendance = roster_rows(site.halls, [run.duties for run in runs])
    given = pl.Series([not hall.states_only for hall in site.halls]).gather(pl.Series(joined.hall))
    spells = session_rows(site.halls, [run.presences for run in runs], site.seed)
    states_only = [hall.index for hall in site.halls if hall.states_only]
    raw = {
        "tickets": tickets.filter(given),
        "window_sessions": spells.filter(~pl.col("office").is_in(states_only)),
        "window_plan": plan_rows(site.halls, [run.plan for run in runs], site.seed),
        "roster": roster,
        "attendance": attendance,
        "cases": cases.frame,
        "case_pauses": pauses(cases.frame),
        "case_steps": steps(cases.frame),
        "reviews": reviews,
    }
    counted = [headcounts(run.hall, run.tickets, site.almanac, days, site.seed) for run in runs if run.hall.counted]
    raw["headcounts"] = pl.concat(counted)
    stated = []
    for run in runs:
        if run.hall.states_only:
            mine = pl.Series(joined.hall == run.hall.index)
            stated.append(snapshots(run, tickets["ticket_no"].filter(mine), site.almanac, days))
    if stated:
        raw["queue_snapshots"] = pl.concat(stated)
    return raw


def make_plans(site: Site, days: range) -> Raw:
    """Return what is planned for days that have not come yet."""
    shifts = [[plan_day(hall, site.almanac, day, site.seed) for day in days] for hall in site.halls]
    plans = [[row for shift in own for row in shift.plan] for own in shifts]
    roster, _ = roster_rows(site.halls, [[duty for shift in own for duty in shift.duties] for own in shifts])
    return {"window_plan": plan_rows(site.halls, plans, site.seed), "roster": roster}


def make_backlog(site: Site, days: range, active: Active) -> Raw:
    """Return the cases of days before the city's first that were still open then, without what they came from.

    Nobody stands in line on these days: services at windows begin some minutes after the ticket.
    """
    parts = []
    needs = columns().needs_case
    for hall in site.halls:
        people = comers(hall, [], site.almanac, days, site.seed, Active())
        opens = needs[people.item]
        start = people.take[opens] + _WARM_WAIT
        count = len(start)
        parts.append(
            Opened(
                office=np.full(count, hall.index, dtype=np.int64),
                ticket=np.full(count, -1, dtype=np.int64),
                item=people.item[opens],
                channel=np.full(count, WINDOW, dtype=np.int64),
                apply=start,
                leave=start + 10 * MINUTE,
                window=np.full(count, -1, dtype=np.int64),
                staff=np.full(count, -1, dtype=np.int64),
                stuck_until=np.full(count, -1, dtype=np.int64),
                person=people.uniforms[opens, U.PERSON],
                uniforms=people.uniforms[opens, int(U.CASE) : int(U.CASE) + CASE_UNIFORMS],
                review=people.uniforms[opens, int(U.REVIEW) : int(U.REVIEW) + REVIEW_UNIFORMS],
            )
        )
    cases = _run(site, [*parts, *_online(site, days, active)], active)
    first = days.stop * DAY
    course = cases.course
    still = (np.maximum(course.finish, course.closed) >= first) | ((course.finish < 0) & (course.closed < 0))
    frame = cases.frame.filter(pl.Series(still))
    of_cases = case_reviews(site, cases, still, active)
    return {"cases": frame, "case_pauses": pauses(frame), "case_steps": steps(frame), "reviews": of_cases}


def _cases(site: Site, days: range, joined: Joined, active: Active) -> Cases:
    """Open a case for every finished service at a window whose item needs one, and for what is submitted otherwise."""
    tickets = joined.tickets
    needs = columns().needs_case[tickets.item]
    places = np.flatnonzero((tickets.fate == Fate.DONE) & needs & ~tickets.test)
    chance = tickets.uniforms[places]
    served = tickets.end[places] - tickets.start[places]
    apply = tickets.start[places] + (served * 0.3 * ((chance[:, U.MOMENT] * 7919) % 1)).astype(np.int64)
    order = np.lexsort((apply, joined.hall[places]))
    places, chance, apply = places[order], chance[order], apply[order]
    at_windows = Opened(
        office=joined.hall[places],
        ticket=places,
        item=tickets.item[places],
        channel=np.full(len(places), WINDOW, dtype=np.int64),
        apply=apply,
        leave=tickets.end[places],
        window=tickets.window[places],
        staff=tickets.staff[places],
        stuck_until=np.full(len(places), -1, dtype=np.int64),
        person=chance[:, U.PERSON],
        uniforms=chance[:, int(U.CASE) : int(U.CASE) + CASE_UNIFORMS],
        review=chance[:, int(U.REVIEW) : int(U.REVIEW) + REVIEW_UNIFORMS],
    )
    return _run(site, [at_windows, *_online(site, days, active)], active)


def _online(site: Site, days: range, active: Active) -> list[Opened]:
    parts = []
    for number, office in enumerate(site.offices):
        for day in days:
            drawn = submissions(office, site.almanac, day, site.seed, active)
            nothing = np.full(len(drawn.apply), -1, dtype=np.int64)
            parts.append(
                Opened(
                    office=np.full(len(drawn.apply), number, dtype=np.int64),
                    ticket=nothing,
                    item=drawn.item,
                    channel=drawn.channel,
                    apply=drawn.apply,
                    leave=nothing,
                    window=nothing,
                    staff=nothing,
                    stuck_until=np.where(drawn.visit >= 0, drawn.visit * DAY + STUCK_FOR, -1),
                    person=drawn.person,
                    uniforms=drawn.uniforms,
                    review=drawn.review,
                )
            )
    return parts


def _run(site: Site, parts: Sequence[Opened], active: Active) -> Cases:
    opened = Opened(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})
    order = np.argsort(opened.office * 2 + (opened.leave >= 0), kind="stable")
    opened = Opened(**{name: values[order] for name, values in vars(opened).items()})
    windows = [window.window_id for hall in site.halls for window in plan_counters(hall).windows]
    return run_cases(site.offices, opened, windows, site.almanac, site.seed, active)
