"""好差评 over a real data folder: rates, levels and places counted again in plain Python, cases, steps, scope."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest

from cockpit import actions, clock
from cockpit.board import review_cases, review_numbers, review_sheets
from cockpit.board.review_numbers import Where
from cockpit.board.review_states import HERE, SOURCE, State
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.follow_ups import Step
from cockpit.watch.halls_today import ONLINE
from metrics.periods import parse
from metrics.rates import NO_HALL
from tests.board.small_city import HALLS, NOW, Rows, at, bring_in, build, case, review, ticket

OCTOBER = parse("2026-10")
CITY = Viewer("领导", None, Role.LEADER)
MANAGER = Viewer("主任", frozenset({"s1"}), Role.MANAGER)
OTHER = Viewer("别的主任", frozenset({"t1"}), Role.MANAGER)
COUNTY = Viewer("县主任", frozenset({"c1", "t1"}), Role.MANAGER, counties=frozenset({"云栖区"}))
EVIL = "<script>alert(1)</script> 电话 13812345678"


def said(review_id: str, hall_id: str | None, level: int, when: datetime, **more: object) -> dict[str, Any]:
    return {**review(review_id, "s1", level, when), "hall_id": hall_id, "valid": None, **more}


def reviews() -> list[dict[str, Any]]:
    """Four halls' worth of what people say; the bad ones in every state."""
    return [
        *(said(f"g{n}", "s1", 5, at("09:10", -n)) for n in range(5)),
        said("d1", "s1", 5, at("08:00", -2), origin="default"),
        said("p1", "s1", 5, at("08:00", -2), origin="system_push", channel="sms"),
        said("invalid", "s1", 1, at("09:00", -9), valid=False, verify_time=at("10:00", -8)),
        said("late", "s1", 1, at("09:00", -20), named=True, text=EVIL),
        said("fresh", "s1", 2, at("09:30"), named=True),
        said("verified", "s1", 2, at("09:00", -4), named=True, verify_time=at("10:00", -4), valid=True),
        said("done", "c1", 2, at("09:00", -11), named=True, verify_time=at("10:00", -10), valid=True,
             callback_time=at("11:00", -10), callback_satisfied=True, rectify_time=at("12:00", -10)),
        said("slow", "c1", 1, at("09:00", -11), named=False, verify_time=at("10:00", -10), valid=True,
             rectify_time=at("12:00", -1), rectify_due=at("00:00", -3)),
        said("online", None, 2, at("09:00", -1), project_no="o1", channel="mobile"),
        said("tomorrow", "s1", 1, at("09:00", 1)),
    ]  # fmt: skip


def city() -> dict[str, Rows]:
    return {
        "halls": HALLS,
        "items": [{"item_code": "i1", "version": "1", "name": "事项一", "dept_code": "d1", "theme": "livelihood",
                   "case_type": "instant", "needs_case": True, "apply_based": True, "day_unit": "workday",
                   "online_capable": True, "ywtb_exception": False, "valid_from": at("00:00", -400)}],
        "departments": [{"dept_code": "d1", "name": "一局"}],
        "windows": [{"window_id": "w1", "hall_id": "s1", "name": "一号", "service_group": "综合", "queue_ids": ["q"],
                     "is_tidal": False}],
        "tickets": [ticket("s1", at("09:00", -n), at("09:02", -n), at("09:09", -n)) for n in range(5)],
        "cases": [
            {**case("o1", None, at("09:00", -3), at("10:00", -2)), "region_code": "330001000000"},
            case("x1", "s1", at("09:00", -3), at("10:00", -2)),
        ],
        "reviews": reviews(),
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    tables = city()
    # The county of what has no hall is told by the region that its halls have.
    tables["halls"] = [{**hall, "region_code": "330001000000" if hall["county"] == "云栖区" else "330002000000"}
                       for hall in HALLS]  # fmt: skip
    folder = build(tmp_path / "data", tables, refuse=False)
    with mock.patch.object(clock, "now", lambda: NOW.astimezone(UTC)):
        yield folder
    folder.close()


def month_for(folder: DataFolder, viewer: Viewer, where: Where | None = None) -> review_numbers.ReviewMonth:
    counted = review_numbers.month_of(folder, folder.lake.snapshot(), OCTOBER, NOW)
    return review_numbers.seen(counted, viewer, where or Where())


def plain(halls: set[str | None]) -> dict[str, tuple[int, int]]:
    """The rates of October counted by hand: numerator and denominator."""
    rows = [r for r in reviews() if r["hall_id"] in halls and at("00:00", -11) <= r["assess_time"] < NOW]
    active = [r for r in rows if r["origin"] == "active" and r["valid"] is not False]
    default = [r for r in rows if r["origin"] == "default"]
    bad = [r for r in active if r["level"] <= 2]
    named = [r for r in bad if r["named"]]
    answered = [r for r in bad if r.get("callback_time") and r.get("callback_satisfied") is not None]
    good = len(active) - len(bad)
    services = {"s1": 5 + 1, None: 1}
    return {
        "review_active_rate": (len(active), sum(services.get(hall, 0) for hall in halls)),
        "review_good_rate": (good, len(active)),
        "review_bad_rate": (len(bad), len(active)),
        "review_total_good_rate": (good + len(default), len(active) + len(default)),
        "callback_rate": (sum("callback_time" in r for r in named), len(named)),
        "callback_satisfied_rate": (sum(r["callback_satisfied"] for r in answered), len(answered)),
    }


@pytest.mark.parametrize(
    ("viewer", "halls"),
    [(CITY, {"s1", "c1", None}), (MANAGER, {"s1"}), (COUNTY, {"c1", None}), (OTHER, set())],
)
def test_the_rates_are_those_of_the_reviews_one_may_see(
    folder: DataFolder, viewer: Viewer, halls: set[str | None]
) -> None:
    shown = review_numbers.quantities(month_for(folder, viewer), [], Where())
    counted = {q.key: (q.numerator, q.denominator) for q in shown if q.key != "rectify_on_time_rate"}

    assert counted == plain(halls)
    assert all((q.value is None) == (q.denominator == 0) for q in shown)


def test_mending_counts_by_its_due(folder: DataFolder) -> None:
    # Due before now in October: late (5 working days after 22 September), slow (its own due); done is due on the 12th.
    (rate,) = [q for q in review_numbers.quantities(month_for(folder, CITY), [], Where())
               if q.key == "rectify_on_time_rate"]  # fmt: skip
    rows = review_cases.all_bad(folder, folder.lake.snapshot(), NOW)
    due = [r for r in rows.to_dicts() if r["valid"] is not False
           and OCTOBER.start <= (r["due"] - timedelta(microseconds=1)).date() and r["due"] <= NOW]  # fmt: skip
    assert (rate.numerator, rate.denominator) == (
        sum(r["rectify_time"] is not None and r["rectify_time"] <= r["due"] for r in due),
        len(due),
    )
    assert rate.denominator and rate.target is not None and rate.met is False


def test_levels_keep_default_and_pushed_ones_apart_and_add_up_to_the_rates(folder: DataFolder) -> None:
    month = month_for(folder, MANAGER)
    levels = {row["level"]: row for row in review_numbers.levels(month).to_dicts()}

    assert [levels[5][origin] for origin in ("active", "default", "system_push")] == [5, 1, 1]
    assert (levels[2]["active"], levels[1]["active"]) == (2, 0)  # the invalid one is none, October's only
    assert sum(row["active"] for row in levels.values()) == plain({"s1"})["review_bad_rate"][1]
    channels = review_numbers.channels(month)
    assert channels["active"].sum() == plain({"s1"})["review_bad_rate"][1]


def test_places_add_up_to_the_whole(folder: DataFolder) -> None:
    month, snapshot = month_for(folder, CITY), folder.lake.snapshot()
    halls = review_sheets.by_place(snapshot, month, "hall", whole=True).frame
    whole = {q.key: q for q in review_numbers.quantities(month, [], Where())}

    assert set(halls["place"]) == {"s1", "c1", NO_HALL}
    for rate in review_numbers.RATES:
        assert (halls[f"{rate}_n"].sum(), halls[f"{rate}_d"].sum()) == (whole[rate].numerator, whole[rate].denominator)
    counties = review_sheets.by_place(snapshot, month, "county").frame
    assert dict(counties.select("place", "review_bad_rate_n").iter_rows())["云栖区"] == 3
    assert review_sheets.by_place(snapshot, month_for(folder, OTHER), "county").frame.is_empty()


@pytest.mark.parametrize("rate", [*review_numbers.OF_HANDLING, "review_bad_rate"])
@pytest.mark.parametrize("viewer", [CITY, MANAGER, COUNTY])
def test_the_rows_behind_a_rate_are_as_many_as_it_says(folder: DataFolder, viewer: Viewer, rate: str) -> None:
    month = month_for(folder, viewer)
    (shown,) = [q for q in review_numbers.quantities(month, [], Where()) if q.key == rate]
    sheet = review_sheets.behind(folder, folder.lake.snapshot(), viewer, rate, month, Where(), NOW)
    counts = sheet.frame["counts"].to_list()

    assert counts.count("分子和分母") == shown.numerator
    assert rate == "review_bad_rate" or len(counts) == shown.denominator


def test_the_course_of_a_year_says_the_same_as_the_month(folder: DataFolder) -> None:
    snapshot = folder.lake.snapshot()
    for viewer in (CITY, MANAGER, COUNTY, OTHER):
        for rate in set(review_numbers.RATES) - {"review_active_rate"}:
            rows = review_numbers.year(folder, snapshot, viewer, rate, NOW, Where())
            whole = review_numbers.course([month_for(folder, viewer)], rate).row(0, named=True)
            assert rows.row(-1, named=True) == whole
    with pytest.raises(ValueError, match="review_active_rate"):
        review_numbers.year(folder, snapshot, CITY, "review_active_rate", NOW, Where())


def test_a_month_is_compared_with_the_one_before_as_that_was_counted(folder: DataFolder) -> None:
    snapshot, november = folder.lake.snapshot(), parse("2026-11")
    assert review_numbers.compared(folder, snapshot, CITY, parse("2026-09"), NOW, Where()) == []  # August has no data
    later = NOW + timedelta(days=30)
    bring_in(folder, {"reviews": [said("n1", "s1", 5, at("09:00", 25))]}, batch_id="b9")
    snapshot = folder.lake.snapshot()
    (before,) = review_numbers.compared(folder, snapshot, MANAGER, november, later, Where())
    october = review_numbers.seen(review_numbers.month_of(folder, snapshot, OCTOBER, later), MANAGER, Where())
    whole = {q.key: q.value for q in review_numbers.quantities(october, [], Where())}

    assert (before.name, before.month) == ("环比", OCTOBER)
    assert before.values == {name: value for name, value in whole.items() if name != "review_active_rate"}
    (again,) = review_numbers.compared(folder, snapshot, MANAGER, november, later, Where())
    assert again.values == whole  # now that the whole month is counted


def cases_of(folder: DataFolder, viewer: Viewer = CITY) -> review_cases.Cases:
    return review_cases.cases(folder, viewer, review_cases.all_bad(folder, folder.lake.snapshot(), NOW), NOW)


def states(found: review_cases.Cases) -> dict[str, str]:
    return dict(found.rows.select("review_id", "state").iter_rows())


def test_every_bad_review_stands_where_its_clocks_say(folder: DataFolder) -> None:
    assert states(cases_of(folder)) == {
        "late": State.RECTIFY_LATE,
        "fresh": State.TO_VERIFY,
        "online": State.TO_VERIFY,
        "verified": State.TO_RECTIFY,
        "done": State.DONE,
        "slow": State.DONE_LATE,
        "invalid": State.INVALID,
    }
    assert cases_of(folder).rows["review_id"][0] == "late"
    (fresh,) = cases_of(folder).rows.filter(pl.col("review_id") == "fresh").to_dicts()
    assert fresh["verify_due"] == at("00:00", 2)  # Monday's, by the end of Tuesday
    assert fresh["due"] == at("00:00", 8)  # the fifth working day is the Monday after


def test_who_sees_a_hall_sees_its_bad_reviews_and_no_others(folder: DataFolder) -> None:
    assert set(states(cases_of(folder, MANAGER))) == {"late", "fresh", "verified", "invalid"}
    assert set(states(cases_of(folder, COUNTY))) == {"done", "slow", "online"}
    assert states(cases_of(folder, OTHER)) == {}
    assert states(cases_of(folder, Viewer("东墙", frozenset(), Role.WALL))) == {}


def test_numbers_of_people_are_masked_and_markup_stays_text(folder: DataFolder) -> None:
    (late,) = cases_of(folder).rows.filter(pl.col("review_id") == "late")["text"].to_list()
    assert "13812345678" not in late and late.startswith("<script>")


def test_steps_recorded_here_move_the_case_but_not_the_rates(folder: DataFolder) -> None:
    before = [(q.numerator, q.denominator) for q in review_numbers.quantities(month_for(folder, MANAGER), [], Where())]
    actions.follow_up(folder, MANAGER, "fresh", Step.VERIFIED_VALID)
    assert states(cases_of(folder))["fresh"] == State.TO_RECTIFY
    actions.follow_up(folder, MANAGER, "fresh", Step.RECTIFIED, "已加开一个窗口，联系 13812345678")
    assert states(cases_of(folder))["fresh"] == State.TO_CALL
    event = actions.follow_up(folder, MANAGER, "fresh", Step.CALLED_BACK, satisfied=True)
    found = cases_of(folder)
    (fresh,) = found.rows.filter(pl.col("review_id") == "fresh").to_dicts()

    assert fresh["state"] == State.DONE and fresh["called_at"] == NOW and fresh["called_by"] == HERE
    assert fresh["satisfied"] is True and event.hall_id == "s1"
    assert (found.unconfirmed, found.overruled, fresh["recorded"]) == (1, 0, 3)
    history = review_cases.history(folder, MANAGER, fresh).frame
    assert history["who"].to_list() == ["主任"] * 3 and "13812345678" not in "".join(history["text"])
    after = [(q.numerator, q.denominator) for q in review_numbers.quantities(month_for(folder, MANAGER), [], Where())]
    assert after == before
    assert [line.action for _, line in folder.people.audit(3)] == [
        "review.called_back", "review.rectified", "review.verified_valid",
    ]  # fmt: skip


def test_the_time_of_the_source_holds_where_both_tell_a_step(folder: DataFolder) -> None:
    actions.follow_up(folder, MANAGER, "fresh", Step.VERIFIED_VALID)
    told = {**next(r for r in reviews() if r["review_id"] == "fresh"), "verify_time": at("09:40"), "valid": True,
            "updated_at": NOW + timedelta(minutes=1)}  # fmt: skip
    bring_in(folder, {"reviews": [told]}, batch_id="b2")
    found = cases_of(folder)
    (fresh,) = found.rows.filter(pl.col("review_id") == "fresh").to_dicts()

    assert (fresh["verified_at"], fresh["verified_by"]) == (at("09:40"), SOURCE)
    assert (found.unconfirmed, found.overruled) == (0, 1)
    with pytest.raises(Refused, match="来源系统已经记录"):
        actions.follow_up(folder, MANAGER, "fresh", Step.VERIFIED_INVALID, "误评")


def test_an_invalid_one_found_here_is_no_case_any_more_and_a_later_word_holds(folder: DataFolder) -> None:
    actions.follow_up(folder, MANAGER, "late", Step.VERIFIED_INVALID, "评错了大厅")
    assert states(cases_of(folder))["late"] == State.INVALID
    actions.follow_up(folder, MANAGER, "late", Step.VERIFIED_VALID)
    assert states(cases_of(folder))["late"] == State.RECTIFY_LATE


@pytest.mark.parametrize(
    ("viewer", "review_id", "step", "text", "why"),
    [
        (OTHER, "late", Step.RECTIFIED, "", "不在您负责的范围内"),
        (OTHER, "no such", Step.RECTIFIED, "", "不在您负责的范围内"),
        (MANAGER, "online", Step.RECTIFIED, "", "不在您负责的范围内"),
        (CITY, "late", Step.RECTIFIED, "", "没有这项权限"),
        (Viewer("值班", None, Role.DUTY), "g1", Step.RECTIFIED, "", "没有这条差评"),
        (MANAGER, "late", Step.NOTE, "  ", "没有写说明"),
        (MANAGER, "late", Step.VERIFIED_INVALID, "", "没有写说明"),
        (MANAGER, "late", Step.NOTE, "长" * 501, "超过 500 个字"),
    ],
)
def test_what_one_may_not_do_is_refused_and_written_down(
    folder: DataFolder, viewer: Viewer, review_id: str, step: Step, text: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        actions.follow_up(folder, viewer, review_id, step, text)
    assert folder.follow_ups.all() == []
    assert folder.people.audit(1)[0][1].action == "refused.follow_up"


def test_suspicious_praise_is_shown_where_it_was_given_and_nowhere_else(folder: DataFolder) -> None:
    # g0 was given a second after the end of its ticket; the promised case of g1 says nothing of any service.
    hasty = {**said("g0", "s1", 5, at("09:10")), "ticket_id": "hasty", "window_id": "w1",
             "updated_at": NOW + timedelta(minutes=1)}  # fmt: skip
    early = {**said("g1", "s1", 5, at("09:10", -1)), "project_no": "later", "updated_at": NOW + timedelta(minutes=1)}
    done = {**ticket("s1", at("09:00"), at("09:02"), at("09:10") - timedelta(seconds=1)), "ticket_id": "hasty"}
    later = {**case("later", "s1", at("09:00", -1), at("09:00")), "item_code": "promised"}
    items = city()["items"]
    bring_in(folder, {"reviews": [hasty, early], "tickets": [done], "cases": [later],
                      "items": [*items, {**items[0], "item_code": "promised", "case_type": "promise"}]},
             batch_id="b3")  # fmt: skip
    snapshot = folder.lake.snapshot()
    for viewer, seen in ((CITY, ["g0"]), (MANAGER, ["g0"]), (OTHER, []), (COUNTY, [])):
        sheet = review_sheets.praise(folder, snapshot, viewer, OCTOBER, NOW, Where())
        assert sheet.frame["review_id"].to_list() == seen
        rules = dict(review_sheets.praise_rules(sheet).frame.select("rule", "reviews").iter_rows())
        assert rules["in_haste"] == len(seen) and sum(rules.values()) == len(seen)


def test_who_sees_the_county_records_what_belongs_to_no_hall(folder: DataFolder) -> None:
    assert actions.follow_up(folder, COUNTY, "online", Step.NOTE, "已联系").hall_id is None


def test_a_rate_of_nothing_says_so_in_words(folder: DataFolder) -> None:
    counted = review_numbers.month_of(folder, folder.lake.snapshot(), OCTOBER, NOW)
    nobody = review_numbers.seen(counted, CITY, Where(hall="nowhere"))
    notes = [quantity.note for quantity in review_numbers.quantities(nobody, [], Where())]
    assert len(notes) == len(review_numbers.RATES) and all(note.startswith("没有") for note in notes)
    some = review_numbers.quantities(review_numbers.seen(counted, CITY, Where()), [], Where())
    assert all("÷" in quantity.note for quantity in some if quantity.value is not None)
    assert not any("÷ 0" in quantity.note for quantity in some)


def test_what_has_no_hall_has_one_name_among_the_halls(folder: DataFolder) -> None:
    counted = review_numbers.seen(review_numbers.month_of(folder, folder.lake.snapshot(), OCTOBER, NOW), CITY, Where())
    names = review_sheets.by_place(folder.lake.snapshot(), counted, "hall").frame["name"].to_list()
    assert ONLINE in names and NO_HALL not in names
