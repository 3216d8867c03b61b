"""docs/demo-city.md: what a seed-7 city realised, beside the published figures it was modelled on.

Made by `python -m cockpit.demo.portrait`.
"""

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import polars as pl

from cockpit.demo.city import plan_city
from cockpit.demo.history import City
from cockpit.demo.incidents import STRENGTHS
from cockpit.demo.kinds import KINDS
from cockpit.demo.measures import Measures, measure, sigma_by_item, spread_within_days_of_a_kind
from metrics.standard import TABLES

PAGE = Path("docs") / "demo-city.md"
UNTIL = dt.date(2026, 10, 31)
_LEVELS = {"city": "市级", "county": "县级", "town": "乡镇", "park": "园区", "village": "村"}
_STRENGTHS = {"weak": "轻", "medium": "中", "strong": "重"}
_UNITS = {"crowd": "人数倍数", "tide": "人数倍数", "idle_section": "人数倍数", "system_slow": "办理时间倍数",
          "new_clerk": "办理时间倍数", "dept_sits": "办理速度倍数", "neglected_reviews": "差评件数",
          "complaints_wave": "投诉件数", "source_late": "–"}  # fmt: skip


_BAD_ELSEWHERE = "4156 万件中 9507 件（2021 年，万分之 2.3）；1219.6 万件中 78 件（2023 年）"


def page(city: City, found: Measures) -> str:
    """Return the page in Markdown."""
    parts = [_head(city), _published(found), _sizes(city, found), _queues(city, found), _cases(found), _others(found)]
    return "\n".join([*parts, _incidents(city), _made()])


def _head(city: City) -> str:
    days = (city.last_day - city.first_day).days + 1
    return f"""<!-- Made by `python -m cockpit.demo.portrait`. Do not edit by hand. -->
# 演示城市

**这座城市是虚构的。** 大厅、区县、事项、人员、办件、评价和出过的事，全部由程序按随机种子生成，
没有一行来自真实的人或真实的大厅。它只用来演示和检验本产品；下面的数字不能当作任何城市的实际情况引用。

本页由程序统计得出：种子 {city.site.seed}，{len(city.site.halls)} 个大厅，{days} 天
（{city.first_day} 至 {city.last_day}）。
"""


def _published(found: Measures) -> str:
    cases = found.total("cases")
    county = found.total("cases", "county").with_columns(rate=pl.col("unified") / pl.col("n"))
    reviews = found.total("reviews", "origin")
    active = int(reviews.filter(pl.col("origin") == "active")["len"].sum())
    bad = int(reviews["bad"].sum())
    lowest, highest = (float(value) for value in county.select(low=pl.min("rate"), high=pl.max("rate")).row(0))
    window = cases["window_unified"].item() / cases["window"].item()
    return f"""## 与公开数字对照

公开数字出自所仿照的那套系统和有关部门的公开材料，是建模的参照；右边是虚构城市实现的数，含人为安排的出事日子。

| 指标 | 公开数字 | 演示城市 |
|---|---|---|
| 大厅数 | 82 | {found.rows["halls"]} |
| 办件记录 | 179 万（2022 年系统） | {_wan(found.rows["cases"])} 万 |
| 大厅窗口一网通办收件率 | 全市 93.01%，各县均 ≥ 90% | {window:.2%} |
| 一网通办办件率 | 要求 90% | 全市 {_rate(cases, "unified")}，各县 {lowest:.1%} 至 {highest:.1%} |
| 网上办比例 | 84.6%（2021 年） | {_rate(cases, "net")} |
| 差评 | {_BAD_ELSEWHERE} | 主动评价 {_wan(active)} 万件中 {bad} 件，万分之 {bad / active * 1e4:.1f} |

差评多于日常水平，是因为安排了态度差、服务变差一类的事件；不安排事件时约为万分之 1.5。
"""


def _sizes(city: City, found: Measures) -> str:
    years = ((city.last_day - city.first_day).days + 1) / 365
    rows = ""
    for name, shape in TABLES.items():
        a_year = f"{found.rows[name] / years:,.0f}" if shape.time else ""
        rows += f"| {name} | {found.rows[name]:,} | {a_year} |\n"
    return f"""## 行数

| 表 | 行数 | 折合一年 |
|---|---:|---:|
{rows}"""


def _queues(city: City, found: Measures) -> str:
    daily = found.frame("daily").group_by("hall_id", "level", "date").agg(pl.col("taken").sum())
    spread = spread_within_days_of_a_kind(daily)["spread"]
    waits, loads = found.frame("waits"), found.total("loads", "level")
    workdays = daily.filter(pl.col("date").dt.weekday() <= 5)
    rows = ""
    for level, name in _LEVELS.items():
        mine = waits.filter(pl.col("level") == level)["wait"]
        if mine.len() == 0:
            continue
        halls = sum(hall.level == level for hall in city.site.halls)
        taken = float(np.median(workdays.filter(pl.col("level") == level)["taken"].to_numpy()))
        load = loads.filter(pl.col("level") == level)
        use = load["busy"].item() / load["open"].item()
        rows += f"| {name} | {halls} | {taken:.0f} | {_waits(mine)} | {use:.0%} |\n"
    ends = found.total("ends", "status").with_columns(share=pl.col("len") / pl.col("len").sum())
    shares = "，".join(f"{status} {share:.2%}" for status, share in ends.select("status", "share").rows())
    sigma = sigma_by_item(found.total("handling", "item_code"))
    return f"""## 人流、等候与窗口

| 层级 | 大厅 | 工作日取号（中位） | 平均等候（分） | 中位 | 90% 分位 | 99% 分位 | 25 分内 | 窗口忙碌占开窗 |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
{rows}| 全市 | {len(city.site.halls)} | – | {_waits(waits["wait"])} | – |

- 同一大厅、同一星期几（周二至周四、避开月末月初）之间，日取号量的离散系数：{_range(spread, ".1%")}。
- 办理时长按事项对数正态，σ：{_range(sigma, ".2f")}（{sigma.len()} 个事项）。
- 号票结局：{shares}。
"""


def _waits(waits: pl.Series) -> str:
    quantiles = " | ".join(f"{waits.quantile(q):.1f}" for q in (0.5, 0.9, 0.99))
    mean, soon = waits.to_numpy().mean(), (waits.to_numpy() <= 25).mean()
    return f"{mean:.1f} | {quantiles} | {soon:.1%}"


def _range(values: pl.Series, form: str) -> str:
    low, middle, high = (float(np.quantile(values.to_numpy(), q)) for q in (0.0, 0.5, 1.0))
    return f"最小 {low:{form}}，中位 {middle:{form}}，最大 {high:{form}}"


def _cases(found: Measures) -> str:
    ended = found.total("finished")
    items = found.total("items", "item_code").filter(pl.col("n") >= 100)
    rates = (items["unified"] / items["n"]).to_numpy()
    county = found.total("cases", "county")
    rows = "".join(
        f"| {row['county']} | {row['n']:,} | {row['unified'] / row['n']:.2%} | "
        f"{row['window_unified'] / row['window']:.2%} | {row['net'] / row['n']:.1%} |\n"
        for row in county.iter_rows(named=True)
    )
    return f"""## 办件与一网通办

| 区县 | 受理 | 一网通办办件率 | 大厅窗口收件率 | 网上办比例 |
|---|---:|---:|---:|---:|
{rows}
- 事项（受理 100 件以上）{items.height} 个，其中一网通办率不到 90% 的 {int((rates < 0.9).sum())} 个，
  最低 {float(rates.min()):.1%}。
- 办结 {_wan(int(ended["n"].item()))} 万件：自动办结 {_of(ended, "automatic", "n")}，
  补录 {_of(ended, "backfilled", "n")}，到场不超过一次 {_of(ended, "once", "counted")}；
  承诺件晚于原定时限办结 {_of(ended, "after_due", "promised")}（含中途暂停而顺延的）。
"""


def _others(found: Measures) -> str:
    reviews = found.total("reviews", "origin").with_columns(share=pl.col("len") / pl.col("len").sum())
    origins = "，".join(f"{origin} {share:.1%}" for origin, share in reviews.select("origin", "share").rows())
    duties, delivered = found.total("duties"), found.total("delivered")
    outages = found.frame("outages")["minutes"].to_numpy()
    done = found.total("ends", "status").filter(pl.col("status") == "done")["len"].item()
    return f"""## 评价、人员、设备与归集

- 评价来源：{origins}。
- 投诉与办不成事 {found.rows["complaints"]:,} 件，每万件办结号票 {found.rows["complaints"] / done * 1e4:.1f} 件。
- 排班时间里在岗的占 {_of(duties, "attended", "rostered")}。
- 设备断线 {len(outages):,} 次，中位 {float(np.median(outages)):.0f} 分钟，最长 {float(outages.max()):.0f} 分钟。
- 归集行里被隔离的占 {_of(delivered, "rows_quarantined", "rows_read")}。
"""


def _incidents(city: City) -> str:
    counted = city.truth().group_by("kind", "strength").len()
    count = {(kind, strength): number for kind, strength, number in counted.rows()}
    rows = ""
    for kind in KINDS:
        numbers = " | ".join(str(count.get((kind.key, strength), 0)) for strength in STRENGTHS)
        sizes = " / ".join(f"{size:g}" for size in kind.sizes)
        lengths = " / ".join(f"{length:g}" for length in kind.lengths) + (" 分" if kind.within_a_day else " 天")
        meant = "、".join(f"`{name}`" for name in kind.indicators)
        rows += (
            f"| {kind.name} `{kind.key}` | {_UNITS.get(kind.key, '占比')} {sizes} | {lengths} | {numbers} | {meant} |\n"
        )
    return f"""## 安排的事件

事件只作用于起因（人没来、办得慢、设备断、来源停、人突然多……），从不直接改指标要量的数；强度和时长在预警指标写成之前定下
（其中单队列潮涌、空岗两种在指标写成之前按试算的排队情况加强过一次），此后不为迁就指标而改。发生的时间、地点由种子决定。
标签另存在数据目录的 demo/truth.parquet，指标、预警和页面都读不到；
只用于事后评分。另有预先选定的平静日 {city.quiet_days().height:,} 个（大厅×日），存 demo/quiet.parquet。

| 事件 | 强度（轻 / 中 / 重） | 时长 | 轻 | 中 | 重 | 本应由谁发现 |
|---|---|---|---:|---:|---:|---|
{rows}"""


def _made() -> str:
    return """## 怎样生成

- 每个随机数都由种子、用途、地点和日期决定，所以同一种子总得到同样的行；
  先生成哪几天、分几段生成，都不影响结果，历史也不因最后一天改变。
- 人流：星期、季节、月末、节后的高低，加全市和各大厅每天的随机起伏；约一半的人按约定时间来，其余随机到达。
- 窗口：按日历能预见的人流排窗，常开窗口之外有潮汐窗口；午休、迟到、缺勤、短暂停歇都会发生，平日有人顶替。
- 排队：逐人模拟，同一队列里被叫到的人先到先办，没有例外，一个窗口一次只办一人；没人关闭的服务、悄悄走掉的人各有极少数；
  等太久的人会走，过号的人会回来重新取号，有人被转到别的窗口。
- 办件：从申请、补正、受理、暂停到办结，逐件走完；时限按工作日日历计算；第一天之前提交而未办结的也在。
- 评价：不到一半的人自己评价，其余按默认好评、短信回评或不评价；差评很少，各有核实、回访、整改的时钟。
- 归集记录：叫号、考勤、客流、设备每 15 分钟一次，其余每天、每周或一次；约千分之二的行在来源被隔离。
- 生成的行与真实城市的文件走同一道入口检查，没有捷径。
"""


def _wan(count: int) -> str:
    return f"{count / 1e4:.1f}"


def _rate(frame: pl.DataFrame, column: str) -> str:
    return _of(frame, column, "n")


def _of(frame: pl.DataFrame, part: str, whole: str) -> str:
    return f"{frame[part].item() / frame[whole].item():.2%}"


if __name__ == "__main__":
    whole_city = plan_city(until=UNTIL)
    told = measure(whole_city, lambda text: print(text, file=sys.stderr))
    PAGE.write_text(page(whole_city, told), encoding="utf-8")
