"""What people do about an incident, and what they cannot do."""

from __future__ import annotations

import pytest

from alerts.deeds import Deed, UnfitDeed, done, usefulness
from alerts.incidents import CLOSINGS, Closing, Incident, Kind
from tests.alerts.days import QUEUE, Hall, clock


@pytest.fixture
def hall() -> Hall:
    found = Hall()
    found.alert("10:00", "wait_avg", 0, 2, QUEUE)
    return found


def test_acknowledging_says_who_and_when_and_a_second_time_changes_nothing(hall: Hall) -> None:
    assert hall.people("10:05", Kind.ACKNOWLEDGED, "li") == ["acknowledged"]
    assert (hall.of().acknowledged_at, hall.of().by) == (clock("10:05"), "li")
    assert hall.people("10:06", Kind.ACKNOWLEDGED, "wang") == []
    assert (hall.of().acknowledged_at, hall.of().by) == (clock("10:05"), "li")
    assert (hall.events[-1].who, hall.events[-1].level) == ("li", 2)


def test_acknowledging_what_is_over_closes_it(hall: Hall) -> None:
    hall.alert("10:30", "wait_avg", 2, 0, QUEUE)
    assert hall.people("11:00", Kind.ACKNOWLEDGED) == ["acknowledged", "closed"]
    assert not hall.open and hall.closed[0].closing is Closing.RECOVERED


def test_assigning_acknowledges_too_and_can_be_done_again(hall: Hall) -> None:
    assert hall.people("10:05", Kind.ASSIGNED, whom="wang") == ["assigned"]
    assert (hall.of().acknowledged_at, hall.of().assigned_to) == (clock("10:05"), "wang")
    hall.people("10:06", Kind.ASSIGNED, "wang", whom="zhao")
    assert (hall.of().by, hall.of().assigned_to) == ("li", "zhao")
    assert hall.events[-1].detail == {"whom": "zhao"}


def test_what_was_over_and_is_assigned_stays_open_until_somebody_closes_it(hall: Hall) -> None:
    hall.alert("10:30", "wait_avg", 2, 0, QUEUE)
    assert hall.people("11:00", Kind.ASSIGNED, whom="wang") == ["assigned"]
    assert hall.of().level == 0
    assert hall.people("11:10", Kind.CLOSED, "wang", closing=Closing.HANDLED) == ["closed"]


def test_a_note_changes_nothing_but_the_history(hall: Hall) -> None:
    before = hall.of()
    assert hall.people("10:05", Kind.NOTED, text="取号机坏了") == ["noted"]
    assert hall.of() == before and hall.events[-1].text == "取号机坏了"


def test_a_silence_has_an_end_and_is_no_acknowledgement(hall: Hall) -> None:
    assert hall.people("10:05", Kind.SILENCED, text="消防演练", until=clock("11:00")) == ["silenced"]
    assert (hall.of().silenced_until, hall.of().acknowledged_at) == (clock("11:00"), None)
    assert hall.events[-1].detail == {"until": "2026-10-12T11:00:00+08:00"}


@pytest.mark.parametrize("closing", [one for one in Closing if one is not Closing.RECOVERED])
def test_people_close_with_a_reason_even_while_it_fires(hall: Hall, closing: Closing) -> None:
    assert hall.people("10:05", Kind.CLOSED, "wang", closing=closing) == ["closed"]
    (closed,) = hall.closed
    assert (closed.closed_at, closed.closing, closed.by) == (clock("10:05"), closing, "wang")
    assert hall.events[-1].detail == {"closing": closing.value}


def test_the_reasons_are_those_that_are_published() -> None:
    said = [CLOSINGS[one] for one in Closing if one is not Closing.RECOVERED]
    assert said == ["属实已处置", "误报", "重复", "已知原因", "演练"]
    assert set(CLOSINGS) == set(Closing)


SILENCE = "静默要写明原因和结束时间，结束时间要在现在之后。"
UNFIT = {
    "转派要写明转给谁。": {"kind": Kind.ASSIGNED},
    SILENCE: {"kind": Kind.SILENCED, "until": clock("11:00")},
    "关闭要选一个原因：属实已处置、误报、重复、已知原因或演练。": {"kind": Kind.CLOSED},
    "备注没有内容；请写下看到了什么、做了什么。": {"kind": Kind.NOTED, "text": "  "},
    "只能签收、转派、备注、静默或关闭。": {"kind": Kind.ROSE},
}
MORE_UNFIT = [
    *UNFIT.items(),
    (SILENCE, {"kind": Kind.SILENCED, "text": "演练"}),
    (SILENCE, {"kind": Kind.SILENCED, "text": "演练", "until": clock("10:05")}),
    ("关闭要选一个原因：属实已处置、误报、重复、已知原因或演练。", {"kind": Kind.CLOSED, "closing": Closing.RECOVERED}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "deed"), MORE_UNFIT)
def test_an_unfit_deed_is_refused_in_one_chinese_sentence_and_changes_nothing(
    hall: Hall, sentence: str, deed: dict[str, object]
) -> None:
    before = hall.of()
    with pytest.raises(UnfitDeed) as refused:
        hall.people("10:05", who="li", **deed)  # type: ignore[arg-type]
    assert str(refused.value) == sentence
    assert hall.of() == before and len(hall.events) == 1


@pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.NOTED, Kind.SILENCED, Kind.CLOSED])
def test_nothing_can_be_done_about_what_is_closed(hall: Hall, kind: Kind) -> None:
    hall.people("10:05", Kind.CLOSED, closing=Closing.FALSE)
    (closed,) = hall.closed
    with pytest.raises(UnfitDeed, match="已经关闭"):
        done(closed, deed_of(closed, kind))


def deed_of(incident: Incident, kind: Kind) -> Deed:
    """A deed that lacks nothing."""
    return Deed(clock("10:30"), incident.id, kind, "li", "说明", "wang", clock("11:00"), Closing.HANDLED)


def test_usefulness_is_the_share_of_what_was_true_among_what_people_judged() -> None:
    judged = [Closing.HANDLED] * 3 + [Closing.FALSE, Closing.KNOWN]
    assert usefulness([*judged, Closing.DRILL, Closing.DUPLICATE, Closing.RECOVERED]) == 60
    assert usefulness([Closing.DRILL, Closing.RECOVERED]) is None
    assert usefulness([]) is None
