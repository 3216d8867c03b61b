"""The tables of 一网通办: counties or halls side by side, and what each item adds to the gap to 90 %."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cockpit.board.month_counts import LEAST_ITEM, LEAST_PLACE, LOOKED_AT, REMARK
from cockpit.board.sheet import Field, Sheet
from cockpit.board.spans import Where, places_offered
from cockpit.door.viewer import Viewer
from cockpit.lake.store import Snapshot
from cockpit.watch.halls_today import ONLINE
from metrics.rates import NO_HALL, Cells, Place

#: The two rates by which places and items are laid side by side, as they stand in an address.
MEASURES = {"case": "ywtb_case_rate", "window": "ywtb_window_rate"}
TITLES = {"case": "一网通办办件率", "window": "大厅窗口收件率"}
_COUNTS = {"case": "scope", "window": "scope_window"}
LOW, HIGH = "ywtb_case_rate_low", "ywtb_case_rate_high"
ON_TARGET = ("ywtb_items_on_target", "ywtb_halls_on_target")
#: 90 % as a fraction of whole numbers, so that nothing is rounded.
_ABOVE, _WHOLE = 9, 10


def missing(numerator: int, denominator: int) -> int:
    """How many more cases would have had to count for 90 %; below 0 = so many more than needed."""
    return -(-_ABOVE * denominator // _WHOLE) - numerator


def item_names(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """Name of each item and of its department, as they are now, by code."""
    departments = dict(snapshot.scan("departments").select("dept_code", "name").collect().iter_rows())
    rows = snapshot.scan("items").sort("valid_from").select("item_code", "name", "dept_code").collect()
    return {code: (name, departments.get(dept, dept)) for code, name, dept in rows.iter_rows()}


def items_offered(snapshot: Snapshot) -> dict[str, str]:
    """Items to choose from: code → name, with the code where two are called the same."""
    names = item_names(snapshot)
    called = [name for name, _ in names.values()]
    ordered = sorted(names.items(), key=lambda one: (one[1][0], one[0]))
    return {code: name if called.count(name) == 1 else f"{name}（{code}）" for code, (name, _) in ordered}


def places_of(snapshot: Snapshot, viewer: Viewer, tally: Cells, where: Where, *, single: bool) -> pl.DataFrame | None:
    """The counties or halls of a place: place, link, and the counts and rates of each, the lowest rate first."""
    if not where.parts:
        return None
    ids = [*MEASURES.values(), *(ON_TARGET if where.parts == "county" else ON_TARGET[:1]), LOW, HIGH]
    key = ["county"] if where.parts == "county" else ["hall_id", "county"]
    rates = tally.rates(where.parts, ids)
    wide = rates.pivot("rate", index=key, values=["numerator", "denominator", "value"])
    known = {name: pl.lit(None, dtype=pl.Float64).alias(name) for name in _wide(ids) if name not in wide.columns}
    wide = wide.with_columns(known.values())
    offered = places_offered(snapshot, viewer)
    titles = {(place.hall_id or place.county): (place.title, value) for value, place in offered.items() if value}
    rows = []
    for row in wide.iter_rows(named=True):
        code = row["county"] if where.parts == "county" else row["hall_id"]
        title, link = titles.get(code, (code, ""))
        if code == NO_HALL:
            title = f"{row['county']} · {ONLINE}" if not where.county else ONLINE
        elif where.county:
            title = title.removeprefix(f"{where.county} · ")
        rows.append({"place": title, "link": link, **{name: row[name] for name in _wide(ids)}})
    schema = {"place": pl.String, "link": pl.String} | dict.fromkeys(_wide(ids), pl.Float64)
    frame = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("denominator_ywtb_case_rate") > 0)
    least = LEAST_ITEM if single else LEAST_PLACE
    gaps = [
        _missing(f"numerator_{rate}", f"denominator_{rate}").alias(f"missing_{name}") for name, rate in MEASURES.items()
    ]
    few = pl.col("denominator_ywtb_case_rate") < least
    # Without a case of unknown origin the rate itself is sure.
    bounds = [pl.coalesce(f"value_{bound}", "value_ywtb_case_rate").alias(f"value_{bound}") for bound in (LOW, HIGH)]
    remark = pl.when(few).then(pl.lit("样本不足")).otherwise(pl.lit("")).alias("remark")
    return frame.with_columns(*gaps, *bounds, remark).sort("value_ywtb_case_rate", "place")


def _wide(ids: list[str]) -> list[str]:
    return [f"{part}_{rate}" for rate in ids for part in ("numerator", "denominator", "value")]


def _missing(numerator: str, denominator: str) -> pl.Expr:
    """Cases missing to 90 %; 0 where there are enough."""
    needed = (pl.col(denominator).cast(pl.Int64) * _ABOVE + _WHOLE - 1) // _WHOLE
    return (needed - pl.col(numerator).cast(pl.Int64)).clip(0)


def place_sheet(places: pl.DataFrame, where: Where, *, single: bool) -> Sheet:
    """The counties or halls as a table, as `places_of` gives them."""
    county = where.parts == "county"
    fields = [
        Field("place", "区县" if county else "大厅", role="title"),
        Field("value_ywtb_case_rate", "办件率", "percent", target=90.0),
        Field("denominator_ywtb_case_rate", "受理件数", "count"),
        Field("missing_case", "距 90% 差（件）", "count"),
        Field("value_ywtb_window_rate", "窗口收件率", "percent", target=90.0),
        Field("denominator_ywtb_window_rate", "窗口收件", "count"),
        Field("missing_window", "窗口差（件）", "count"),
    ]
    if not single:
        fields += [
            Field("numerator_ywtb_items_on_target", "达标事项", "count"),
            Field("denominator_ywtb_items_on_target", "事项（≥10 件）", "count"),
        ]
        if county:
            fields += [
                Field("numerator_ywtb_halls_on_target", "达标大厅", "count"),
                Field("denominator_ywtb_halls_on_target", "大厅（窗口≥50 件）", "count"),
            ]
    if (places[f"value_{HIGH}"] > places[f"value_{LOW}"]).any():
        fields += [Field(f"value_{LOW}", "下限", "percent"), Field(f"value_{HIGH}", "上限", "percent")]
    if (places["remark"] != "").any():
        fields.append(REMARK)
    note = "按办件率从低到高。下限、上限：假定来源不明的件都没有走、都走了统一受理平台。"
    return Sheet("各区县" if county else "各大厅", places, fields, note)


def bars_of(places: pl.DataFrame, measure: str, whole: float | None, where: Where) -> pl.DataFrame:
    """The rate looked at of the place itself and of its parts."""
    rate = MEASURES[measure]
    few = pl.col(f"denominator_{rate}") < LEAST_PLACE
    name = pl.col("place") + pl.when(few).then(pl.lit("（样本不足）")).otherwise(pl.lit(""))
    parts = places.sort(f"value_{rate}", "place", nulls_last=True).select(
        name.alias("place"), pl.col(f"value_{rate}").alias("value")
    )
    own = pl.DataFrame({"place": [where.title], "value": [whole]}, schema=parts.schema)
    return pl.concat([own, parts.filter(pl.col("value").is_not_null())])


def off_target(snapshot: Snapshot, viewer: Viewer, tally: Cells, number: str) -> Sheet:
    """The items or halls that have enough cases and do not reach the target, the lowest rate first.

    Args:
        snapshot: the records to go by.
        viewer: who looks.
        tally: the counts of one time, within what the viewer may see.
        number: one of `ON_TARGET`.
    """
    items = number == ON_TARGET[0]
    place: Place = "item" if items else "hall"
    rate, least = ("ywtb_item_rate", LEAST_ITEM) if items else (MEASURES["window"], LEAST_PLACE)
    code = "item_code" if items else "hall_id"
    offered = places_offered(snapshot, viewer).values()
    names = {code: name for code, (name, _) in item_names(snapshot).items()} if items else {}
    names |= {where.hall_id: where.title for where in offered if where.hall_id and not items}
    rows = (
        tally.rates(place, [rate])
        .filter(pl.col("denominator") >= least, pl.col("value") < 90, pl.col(code) != NO_HALL)
        .with_columns(
            pl.col(code).replace_strict(names, default=pl.col(code), return_dtype=pl.String).alias("name"),
            _missing("numerator", "denominator").alias("missing"),
        )
        .sort("value", "name")
    )
    fields = (
        Field("name", "事项" if items else "大厅", role="title"),
        Field("value", "率", "percent", target=90.0),
        Field("numerator", "计入（件）", "count"),
        Field("denominator", "受理件数" if items else "窗口收件", "count"),
        Field("missing", "距 90% 差（件）", "count"),
    )
    return Sheet("没有达标的事项" if items else "没有达标的大厅", rows, fields)


def items_of(tally: Cells, systems: pl.DataFrame, names: Mapping[str, tuple[str, str]], measure: str) -> Sheet:
    """What each item adds to the gap to 90 %, the heaviest first.

    An item's share of the gap is what it is short of 90 %, of what all items that are short are short of together.
    """
    count = _COUNTS[measure]
    sums = tally.cells.group_by("item_code").agg(
        pl.col(count).sum().alias("all"), pl.col(f"{count}_y").sum().alias("counted")
    ).filter(pl.col("all") > 0)  # fmt: skip
    why = systems.group_by("item_code").agg(pl.col("^platform_.*$").sum())
    short = (pl.col("all") * _ABOVE - pl.col("counted") * _WHOLE).alias("short")  # in tenths of a case
    gap = short.clip(0)
    called = pl.DataFrame(
        [(code, name, department) for code, (name, department) in names.items()],
        schema={"item_code": pl.String, "item": pl.String, "department": pl.String},
        orient="row",
    )
    rows = sums.join(why, on="item_code", how="left").join(called, on="item_code", how="left").with_columns(
        pl.coalesce("item", "item_code").alias("item"),
        (pl.col("all") - pl.col("counted")).alias("not_counted"),
        (pl.col("counted") / pl.col("all") * 100).alias("rate"),
        _missing("counted", "all").alias("missing"),
        short,
            pl.when(gap.sum() > 0).then(gap / gap.sum() * 100).alias("share"),
        pl.when(pl.col("all") < LEAST_ITEM).then(pl.lit("样本不足")).otherwise(pl.lit("")).alias("remark"),
    ).sort("short", "item_code", descending=[True, False])  # fmt: skip
    fields = [
        Field("item", "事项", role="title"),
        Field("department", "部门"),
        Field("all", "受理件数" if measure == "case" else "窗口收件", "count"),
        Field("rate", "一网通办率", "percent", target=90.0),
        Field("not_counted", "未计入（件）", "count"),
        Field("missing", "距 90% 差（件）", "count"),
        Field("share", "占全部缺口", "percent"),
    ]
    if measure == "case":
        fields += [
            Field("platform_dept", "部门系统", "count"),
            Field("platform_manual_backfill", "补录", "count"),
            Field("platform_unknown", "来源不明", "count"),
        ]
    if (rows["remark"].head(LOOKED_AT) != "").any():
        fields.append(REMARK)
    note = "占全部缺口：该事项离 90% 的缺口占所有未达 90% 事项缺口合计的比例；达到 90% 的事项没有缺口。"
    return Sheet("哪些事项拉低了一网通办率", rows, fields, note)
