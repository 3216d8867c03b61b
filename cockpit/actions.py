"""The only writes that pages ask for: each checks what the viewer may do and where, and is written into the audit."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alerts.incidents import Place
from alerts.thresholds import EDGES, Edge, ThresholdChange
from cockpit import clock
from cockpit.door import accounts, walls
from cockpit.door.accounts import Binding
from cockpit.door.audited import audited
from cockpit.door.readers import readable_report
from cockpit.door.roles import Right, Role
from cockpit.door.scope import CITY, HALL, halls_of, known_halls
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.intake.privacy import masked_text
from cockpit.lake.folder import DataFolder
from cockpit.records.follow_ups import ReviewEvent, Step
from cockpit.records.people import line
from cockpit.records.reports import Reports
from cockpit.watch.bad_reviews import bad_reviews
from cockpit.watch.thresholds import change_thresholds

#: Which column of a review says that the source itself has done a step.
_DONE_AT_SOURCE = {
    Step.VERIFIED_VALID: "verify_time",
    Step.VERIFIED_INVALID: "verify_time",
    Step.CALLED_BACK: "callback_time",
    Step.RECTIFIED: "rectify_time",
}
#: So long may what somebody writes about a step be.
TEXT_LENGTH = 500


@audited
def add_account(
    folder: DataFolder,
    viewer: Viewer,
    name: str,
    role: Role,
    binding: Binding,
    shown_name: str = "",
    staff_id: str | None = None,
    contact: str = "",
) -> str:
    """Make an account; returns its one-time password.

    Raises:
        Refused: the viewer may not, or `accounts.add` refuses.
    """
    viewer.must(Right.ACCOUNTS)
    _must_cover(folder, viewer, binding)
    more = {"shown_name": shown_name, "staff_id": staff_id or "", "contact": contact}
    return accounts.add(folder, name, role, binding, by=viewer.name, **more)


@audited
def change_account(folder: DataFolder, viewer: Viewer, name: str, role: Role, binding: Binding) -> None:
    """Give an account another role or part of the city.

    Raises:
        Refused: the viewer may not, or `accounts.change` refuses.
    """
    _must_administer(folder, viewer, name)
    _must_cover(folder, viewer, binding)
    accounts.change(folder, name, role, binding, by=viewer.name)


@audited
def set_contact(folder: DataFolder, viewer: Viewer, name: str, contact: str) -> None:
    """Say how a person is reached by messages; empty takes it away.

    Raises:
        Refused: the viewer may not, or `accounts.set_contact` refuses.
    """
    _must_administer(folder, viewer, name)
    accounts.set_contact(folder, name, contact, by=viewer.name)


@audited
def disable_account(folder: DataFolder, viewer: Viewer, name: str) -> None:
    """Disable an account; its open sessions end.

    Raises:
        Refused: the viewer may not, or `accounts.disable` refuses.
    """
    _must_administer(folder, viewer, name)
    accounts.disable(folder, name, by=viewer.name)


@audited
def enable_account(folder: DataFolder, viewer: Viewer, name: str) -> str:
    """Enable an account again; returns a new one-time password.

    Raises:
        Refused: the viewer may not, or there is no such account.
    """
    _must_administer(folder, viewer, name)
    return accounts.enable(folder, name, by=viewer.name)


@audited
def reset_password(folder: DataFolder, viewer: Viewer, name: str) -> str:
    """Give a new one-time password, which is returned.

    Raises:
        Refused: the viewer may not, or there is no such account.
    """
    _must_administer(folder, viewer, name)
    return accounts.reset_password(folder, name, by=viewer.name)


@audited
def issue_wall(folder: DataFolder, viewer: Viewer, name: str, binding: Binding) -> str:
    """Issue a token for a wall screen; returns it.

    Raises:
        Refused: the viewer may not, or `walls.issue` refuses.
    """
    viewer.must(Right.WALLS)
    _must_cover(folder, viewer, binding)
    return walls.issue(folder, name, binding, by=viewer.name)


@audited
def revoke_wall(folder: DataFolder, viewer: Viewer, name: str) -> None:
    """Revoke the token of a wall screen.

    Raises:
        Refused: the viewer may not, or `walls.revoke` refuses.
    """
    viewer.must(Right.WALLS)
    for wall in folder.people.walls():
        if wall.name == name and wall.revoked_at is None:
            _must_cover(folder, viewer, Binding(wall.bound_to, wall.places))
    walls.revoke(folder, name, by=viewer.name)


@audited
def follow_up(
    folder: DataFolder, viewer: Viewer, review_id: str, step: Step, text: str = "", satisfied: bool | None = None
) -> ReviewEvent:
    """Record a step of looking after a bad review: verified, called back, mended, or a note.

    The step is kept here, beside the source's own records, and the rates stay those of the source.

    Args:
        folder: data folder.
        viewer: who did it.
        review_id: the bad review.
        step: what was done.
        text: what was found, agreed or mended; needed for a note and where a review is found invalid.
        satisfied: for a call back, what the person said; None where they said nothing.

    Raises:
        Refused: the viewer may not, the review is not within what they see, the source has done this step already, or
            a text is missing or too long.
    """
    viewer.must(Right.FOLLOW_UP)
    found = bad_reviews(folder.lake.snapshot(), clock.now(), review_id)
    review = found.row(0, named=True) if found.height else {"hall_id": "", "county": ""}
    if review["hall_id"] is not None or not (review["county"] and viewer.sees_county(review["county"])):
        viewer.must_see(review["hall_id"])
    if found.is_empty():
        raise Refused("没有这条差评，或者它已经不是差评；请从页面上列出的差评中选择。")
    said = text.strip()
    if len(said) > TEXT_LENGTH:
        raise Refused(f"说明超过 {TEXT_LENGTH} 个字，没有登记；请写得短一些。")
    if step in {Step.NOTE, Step.VERIFIED_INVALID} and not said:
        raise Refused("没有写说明，没有登记；备注和“核实无效”都要写明情况。")
    told = _DONE_AT_SOURCE.get(step)
    if told is not None and review[told] is not None:
        raise Refused("来源系统已经记录了这一步，不用再登记；请刷新页面查看来源的时间。")
    # People write numbers of people where they should not; what is kept has them masked.
    masked = str(pl.select(masked_text(pl.lit(said))).item())
    answer = satisfied if step is Step.CALLED_BACK else None
    written = line(viewer.name, f"review.{step.value}", review_id, masked)
    event = ReviewEvent(review_id, review["hall_id"], step, written.at, viewer.name, answer, masked)
    folder.follow_ups.add(event, written)
    return event


@audited
def set_threshold(
    folder: DataFolder,
    viewer: Viewer,
    indicator: str,
    place: Place,
    values: Mapping[Edge, float | None] | None,
    why: str,
) -> None:
    """Change thresholds of an indicator, for the whole city or one hall, from now on.

    Args:
        folder: data folder.
        viewer: who changes them.
        indicator: id.
        place: () is the whole city, (("hall_id", …),) one hall.
        values: new value of each threshold that is to change; None takes that one back to the definition's, and None
            instead of values takes back all four.
        why: the reason, which is kept with the change.

    Raises:
        Refused: the viewer may not, the place is not within what they see, no reason is given, or the thresholds would
            not lie in order.
    """
    viewer.must(Right.THRESHOLDS)
    names = [name for name, _ in place]
    if names not in ([], ["hall_id"]):
        raise Refused("阈值只能为全市或一个大厅调整，没有改动；请从页面上的范围中选择。")
    viewer.must_see(place[0][1] if place else None)
    if place and place[0][1] not in set(known_halls(folder)["hall_id"]):
        raise Refused("没有这个大厅，没有改动；请从页面上列出的大厅中选择。")
    said = why.strip()
    if len(said) > TEXT_LENGTH:
        raise Refused(f"原因超过 {TEXT_LENGTH} 个字，没有改动；请写得短一些。")
    wanted: Mapping[Edge, float | None] = dict.fromkeys(EDGES) if values is None else values
    if not wanted:
        raise Refused("四个阈值都和现在一样，没有改动；请先改一个数值。")
    now, masked = clock.now(), said and str(pl.select(masked_text(pl.lit(said))).item())
    changes = [
        ThresholdChange(indicator, place, edge, wanted[edge], now, viewer.name, now, masked)
        for edge in EDGES
        if edge in wanted
    ]
    change_thresholds(folder, changes)


@audited
def make_report_again(folder: DataFolder, viewer: Viewer, report_id: int, why: str) -> None:
    """Ask for a report to be made again (重新生成月报); the runner makes it as a new edition, the old ones are kept.

    Args:
        folder: data folder.
        viewer: who asks.
        report_id: an edition of it.
        why: the reason, which is kept with the new edition.

    Raises:
        Refused: the viewer may not, does not see it, or gives no reason.
    """
    viewer.must(Right.REPORT_AGAIN)
    record = readable_report(folder, viewer, report_id)
    said = why.strip()
    if not said:
        raise Refused("没有写原因，没有重新生成；请写明为什么要重新生成。")
    if len(said) > TEXT_LENGTH:
        raise Refused(f"原因超过 {TEXT_LENGTH} 个字，没有重新生成；请写得短一些。")
    masked = str(pl.select(masked_text(pl.lit(said))).item())
    told = line(viewer.name, "report.asked", f"{record.period} {record.scope_name}", masked)
    place = record.period, record.kind, record.scope_key
    Reports(folder.records.database).ask(*place, viewer.name, masked, clock.now(), told)


def _must_administer(folder: DataFolder, viewer: Viewer, name: str) -> None:
    viewer.must(Right.ACCOUNTS)
    account = accounts.known(folder, name)
    _must_cover(folder, viewer, Binding(account.bound_to, account.places))


def _must_cover(folder: DataFolder, viewer: Viewer, binding: Binding) -> None:
    """Nobody hands out more of the city than they see themselves."""
    if binding.to == CITY:
        viewer.must_see(None)
    elif binding.to == HALL or viewer.sees_city:
        for hall in halls_of(folder, binding.to, binding.places) or ():
            viewer.must_see(hall)
    elif not set(binding.places) <= viewer.counties:
        viewer.must_see("")
