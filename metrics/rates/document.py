"""The rates as a page people read, made from their definitions so that the two cannot drift apart."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from metrics.periods import Kind
from metrics.rates.definition import PLACES, Rate
from metrics.rates.editions import CURRENT, EDITIONS

PAGE = Path("docs") / "rates.md"

#: What each count is, in words; every name that a rate is made of stands here.
COUNTS = {
    "scope": "cases of scope S",
    "scope_y": "cases of scope S created in the unified 2.0 platform",
    "scope_unknown": "cases of scope S whose platform is unknown",
    "scope_y_or_unknown": "cases of scope S created in the unified 2.0 platform or of unknown platform",
    "scope_window": "cases of scope S handed in at a window",
    "scope_window_y": "cases of scope S handed in at a window and created in the unified 2.0 platform",
    "scope_online": "cases of scope S handed in by pc, app or mini program",
    "scope_kiosk": "cases of scope S handed in at a kiosk",
    "scope_cross_region": "cases of scope S handled across regions",
    "scope_full_known": "cases of scope S with known visits and delivery",
    "scope_full_online": "cases of scope S handed in online, without a visit, delivered online or by post",
    "items_counted": "items with at least 10 cases of scope S",
    "items_on_target": "items with at least 10 cases of scope S, at least 90 % of them in the platform",
    "halls_counted": "halls with at least 50 cases of scope S handed in at a window",
    "halls_on_target": "halls with at least 50 window cases of scope S, at least 90 % of them in the platform",
    "items_apply_based": "items on application (依申请) in force on the period's last day",
    "items_online": "items on application in force on the period's last day that can be done online",
    "days_legal": "legal days of the promised items in force on the last day (natural days × 5/7)",
    "days_saved": "legal less promised days of these items",
    "days_legal_weighted": "legal days of the promised items in force on the last day, each times its cases of scope S",
    "days_saved_weighted": "legal less promised days, each item times its cases of scope S",
    "finished": "finished cases",
    "finished_visits_known": "finished cases with known visits",
    "finished_one_visit": "finished cases with at most one visit",
    "finished_auto": "cases finished by the system itself",
    "finished_same_day": "cases finished on the calendar day of their acceptance",
    "finished_due": "finished promised cases with a deadline",
    "finished_late": "promised cases finished after their deadline, pauses counted in",
    "finished_early": "promised cases finished at least one working day before the day of their deadline",
    "submitted": "submissions whose next working day has ended",
    "submitted_delayed": "submissions neither accepted nor answered by 24:00 of the next working day",
    "reviews_active": "active valid reviews",
    "reviews_good": "active valid reviews of level 3 to 5",
    "reviews_bad": "active valid reviews of level 1 or 2",
    "reviews_total": "active and default valid reviews",
    "reviews_good_total": "active valid reviews of level 3 to 5, and default ones",
    "services_evaluable": "finished cases, and done tickets that name no known case",
    "bad_named": "named bad reviews",
    "bad_named_called": "named bad reviews called back",
    "bad_answered": "bad reviews called back with an answer",
    "bad_satisfied": "bad reviews called back and satisfied",
    "bad_rectify_due": "bad reviews whose deadline of mending lies in the period",
    "bad_rectified": "bad reviews mended by their deadline",
    "complaints_onsite": "complaints made on the spot",
    "tickets_done": "done tickets",
    "wait_minutes": "minutes from taking a ticket to its call, breaks left out",
    "calls": "calls",
    "wait_p90": "the wait that 90 % of the calls did not exceed (nearest rank)",
    "calls_in_time": "calls after a wait of at most 25 minutes",
    "calls_and_lost": "calls, and people who left or still wait after more than 25 minutes",
    "handle_minutes": "minutes of service",
    "handled": "done and returned tickets with a service longer than 0",
    "abandoned_or_no_show": "people who left uncalled, and calls that nobody answered",
    "called_or_abandoned": "calls, and people who left uncalled",
    "busy_minutes": "minutes in which open windows were busy",
    "open_minutes": "minutes in which windows were open",
}
#: How periods are written.
PERIODS: dict[Kind, str] = {
    "day": "day, `2026-03-11`",
    "week": "ISO week (Mon–Sun), `2026-W11`",
    "month": "month, `2026-03`",
    "quarter": "quarter, `2026-Q1`",
    "year": "year, `2026`",
    "span": "any days, `2026-03-01..2026-03-11` (the end excluded)",
    "wed_tue": "reporting week Wed–Tue",
    "thu_wed": "reporting week Thu–Wed",
    "fri_thu": "reporting week Fri–Thu",
}
_UNITS = {"%": "%", "分钟": "minutes", "件/万号": "per 10,000 tickets"}


def page() -> str:
    """The whole page, in Markdown."""
    periods = "".join(f"- {PERIODS[kind]}\n" for kind in get_args(Kind))
    head = f"""<!-- Made by `python -m metrics.rates.document`; a test compares the two. Do not edit by hand. -->
# Rates (各率)

`rates --period … --by …` tells them; every figure carries numerator, denominator and the edition of its definition.
The present edition is {CURRENT}; an edition is never changed, a later one stands beside it.

No official formula of the 一网通办 rates is public. These are this product's stated reading.

- **Scope S**: cases accepted in the period whose item is on application (依申请) and in force at that time, no
  exception (secret, sensitive, security). Test rows count nowhere, in no rate.
- Cases count by acceptance, finished cases by their finish, submissions by their application, reviews by the instant
  they are given, tickets by their end, calls and waits by the call.
- Numerators and denominators add up from halls and 无大厅(线上) to the county, from counties and 未知区域 to the city;
  the two rates "on target" and the 90 % wait are counted anew at each place. Rates are never averaged. A review that
  names neither ticket nor case belongs to no department, item or theme.
- A denominator of 0 gives no value (无数据), neither 0 nor 100. Values are rounded for display alone.

## Periods

Every rate is told for each of:

{periods}
"""
    return head + "\n".join(_edition(version, rates) for version, rates in EDITIONS.items())


def _edition(version: str, rates: dict[str, Rate]) -> str:
    rows = "".join(map(_row, rates.values()))
    return (
        f"## Edition {version}\n\n"
        "| rate | 名称 | formula | numerator | denominator | unit | places |\n|---|---|---|---|---|---|---|\n" + rows
    )


def _row(rate: Rate) -> str:
    above = "–" if rate.numerator is None else COUNTS[rate.numerator]
    places = ", ".join(place for place in PLACES.values() if place in rate.places)
    shown = f" (told only where there are {COUNTS[rate.shown_if]})" if rate.shown_if else ""
    formula, below = _formula(rate) + shown, COUNTS[rate.denominator]
    cells = (f"`{rate.id}`", rate.name, formula, above, below, _UNITS[rate.unit], places)
    return f"| {' | '.join(cells)} |\n"


def _formula(rate: Rate) -> str:
    if rate.value is not None:
        return COUNTS[rate.value]
    return "numerator ÷ denominator" + (f" × {rate.scale:,.0f}" if rate.scale != 1 else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
