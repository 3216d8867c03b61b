"""热门领域全景: real estate, business registration and people's livelihood, by way, region and level of hall."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cockpit.report.model import Block, Cell, Chapter, Chart, Paragraph, Section, Series, Table
from cockpit.report.narrowed import LEAST_ITEM, item_figures, narrowed, panorama_of, spent
from cockpit.report.numbers import LEAST, Numbers
from cockpit.report.phrases import Part, sentence
from cockpit.report.traceable import Name, Sentence
from cockpit.watch.levels import LEVELS
from cockpit.watch.ways import THEMES, WAYS
from metrics.rates import NO_HALL

#: The fields of public interest that a report looks at.
HOT = ("realestate", "business", "livelihood")
SHOWN = 5
_COUNTS = (
    *("scope", "scope_y", "scope_online", "scope_kiosk", "scope_cross_region", "finished_due", "finished_late"),
    *("finished_visits_known", "finished_one_visit"),
)


def themes(n: Numbers) -> Chapter | None:
    """The chapter; None where no case of any of them came in."""
    cells = narrowed(n).cells.group_by("theme").agg(pl.col(_COUNTS).sum())
    shown = panorama_of(n).cells.group_by("theme").agg(pl.col("accepted", "finished", "^channel_.*$").sum())
    rows = {row["theme"]: row for row in shown.join(cells, on="theme", how="left").iter_rows(named=True)}
    hot = [theme for theme in HOT if rows.get(theme, {}).get("accepted")]
    if not hot:
        return None
    sections = [Section("总体比较", tuple(_together(n, rows)))]
    sections.extend(Section(THEMES[theme], _theme(n, theme, rows[theme])) for theme in hot)
    return Chapter("热门领域全景", tuple(sections))


def _together(n: Numbers, rows: Mapping[str, Mapping[str, float]]) -> list[Block]:
    known = [theme for theme in THEMES if rows.get(theme, {}).get("accepted")]
    table: list[tuple[Cell, ...]] = []
    for theme in known:
        row, part = rows[theme], f"theme:{theme}"
        used, _, _ = spent(n, part, pl.col("theme") == theme)
        table.append(
            (
                THEMES[theme], n.given(f"accepted:{part}", "受理办件", row["accepted"], "件"),
                n.given(f"finished:{part}", "办结办件", row["finished"], "件"),
                *(
                    item_figures(n, part, rate, row[above] or 0, row[below] or 0)
                    for rate, above, below in (
                        ("online_apply_rate", "scope_online", "scope"), ("kiosk_rate", "scope_kiosk", "scope"),
                        ("cross_region_rate", "scope_cross_region", "scope"),
                        ("ywtb_case_rate", "scope_y", "scope"),
                        ("overdue_finish_rate", "finished_late", "finished_due"),
                    )
                ),
                used,
            )
        )  # fmt: skip
    columns = (
        *("领域", "受理（件）", "办结（件）", "网上办（%）", "自助办（%）", "跨区通办（%）", "一网通办率（%）"),
        *("超期办结率（%）", "用时中位数（个工作日）"),
    )
    blocks: list[Block] = [Table("themes", "各领域办件情况", columns, tuple(table), wide=True)]
    ways = [theme for theme in known if sum(rows[theme][f"channel_{code}"] for _, _, codes in WAYS for code in codes)]
    if ways:
        series = tuple(
            Series(title, tuple(_share(rows[theme], codes) for theme in ways), "part") for _, title, codes in WAYS
        )
        alt = "各领域办件提交渠道的百分比条形图，渠道有窗口、电脑、移动端和自助终端等。"
        names = tuple(THEMES[theme] for theme in ways)
        blocks.append(Chart("theme-ways", "stack", "各领域办件的提交渠道", alt, "%", names, series))
    return blocks


def _share(row: Mapping[str, float], codes: tuple[str, ...]) -> float:
    whole = sum(row[f"channel_{code}"] for _, _, every in WAYS for code in every)
    return 100 * sum(row[f"channel_{code}"] for code in codes) / whole


def _theme(n: Numbers, theme: str, row: Mapping[str, float]) -> tuple[Block, ...]:
    part = f"theme:{theme}"
    accepted = n.given(f"accepted:{part}", "受理办件", row["accepted"], "件")
    finished = n.given(f"finished:{part}", "办结办件", row["finished"], "件")
    found: list[Sentence] = [
        sentence(f"theme-{theme}", f"本月{THEMES[theme]}类受理 ", accepted, "，办结 ", finished, "。")
    ]
    if (row["scope"] or 0) >= LEAST:
        online = item_figures(n, part, "online_apply_rate", row["scope_online"], row["scope"])
        kiosk = item_figures(n, part, "kiosk_rate", row["scope_kiosk"], row["scope"])
        cross = item_figures(n, part, "cross_region_rate", row["scope_cross_region"], row["scope"])
        words: list[Part] = ["从网上提交的占 ", online, "，自助终端的占 ", kiosk, "，跨区通办的占 ", cross, "。"]
        found.append(sentence(f"theme-ways-{theme}", *words))
    used, allowed, cases = spent(n, part, pl.col("theme") == theme)
    if used.value is not None and (cases.value or 0) >= LEAST:
        found.append(sentence(f"theme-days-{theme}", "承诺件半数在 ", used, "内办结，承诺的中位数为 ", allowed, "。"))
    blocks: list[Block] = [Paragraph(tuple(found))]
    if n.scope.kind != "hall":
        blocks.extend(_levels(n, theme))
    blocks.extend(_items(n, theme))
    return tuple(blocks)


def _levels(n: Numbers, theme: str) -> list[Table]:
    """At halls of which level the cases of a theme came in."""
    cells = panorama_of(n).cells.filter(pl.col("theme") == theme)
    levels = {**n.book.names.levels, NO_HALL: "online"}
    level = pl.col("hall_id").replace_strict(levels, default=None, return_dtype=pl.String).alias("level")
    sums = dict(cells.group_by(level).agg(pl.col("accepted").sum()).drop_nulls().iter_rows())
    whole = sum(sums.values())
    titles = LEVELS | {"online": "网上（不归大厅）"}
    rows = tuple(
        (
            titles[name], n.given(f"accepted:theme:{theme}:{name}", "受理办件", sums[name], "件"),
            n.given(f"accepted-share:theme:{theme}:{name}", "占比", 100 * sums[name] / whole, "%", 1),
        )
        for name in titles
        if sums.get(name)
    )  # fmt: skip
    if len(rows) < 2:
        return []
    columns = ("大厅层级", "受理（件）", "占比（%）")
    return [Table(f"levels-{theme}", f"{THEMES[theme]}类办件在哪里受理", columns, rows)]


def _items(n: Numbers, theme: str) -> list[Table]:
    """The items of a theme with the most cases."""
    cells = narrowed(n).cells.filter(pl.col("theme") == theme, pl.col("item_code").is_not_null())
    sums = cells.group_by("item_code").agg(pl.col(_COUNTS).sum(), pl.col("finished").sum())
    accepted = panorama_of(n).cells.filter(pl.col("theme") == theme).group_by("item_code").agg(pl.col("accepted").sum())
    rows = sums.join(accepted, on="item_code").filter(pl.col("accepted") >= LEAST_ITEM)
    rows = rows.sort("accepted", "item_code", descending=[True, False]).head(SHOWN)
    if rows.height < 2:
        return []
    titles = n.book.names.by_column.get("item_code", {})
    table: list[tuple[Cell, ...]] = []
    for row in rows.iter_rows(named=True):
        part = f"item:{row['item_code']}"
        used, _, _ = spent(n, part, pl.col("item_code") == row["item_code"])
        table.append(
            (
                Name(titles.get(row["item_code"], row["item_code"])),
                n.given(f"accepted:{part}", "受理办件", row["accepted"], "件"),
                *(
                    item_figures(n, part, rate, row[above], row[below], least=LEAST_ITEM)
                    for rate, above, below in (
                        ("online_apply_rate", "scope_online", "scope"),
                        ("one_visit_rate", "finished_one_visit", "finished_visits_known"),
                        ("overdue_finish_rate", "finished_late", "finished_due"),
                    )
                ),
                used,
            )
        )
    columns = ("事项", "受理（件）", "网上办（%）", "跑一次（%）", "超期办结率（%）", "用时中位数（个工作日）")
    return [Table(f"items-{theme}", f"{THEMES[theme]}类办件最多的事项", columns, tuple(table))]
