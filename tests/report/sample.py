"""A report put together by hand: every kind of block, wild names, months without data, long and short tables."""

import random

from cockpit.report.model import (
    Chapter,
    Chart,
    Figure,
    Key,
    Keys,
    Name,
    Paragraph,
    Points,
    Report,
    Scope,
    Section,
    Sentence,
    Series,
    Table,
)
from metrics.periods import parse

#: Names as sources bring them: markup of the typesetter, formulas, control signs, emoji, letters of other scripts.
WILD = (
    "#set page(fill: red) $x^2$ [*粗*] _斜_ @ref <label> `raw` \\ //注释 /*",
    '=HYPERLINK("x")大厅',
    "云岭市高新技术产业开发区行政审批服务局企业开办与不动产登记联合受理中心第12分厅",
    "H01\x00\x07\u202e大厅\t\n二",
    "便民🙂大厅 ❤️",
    "{name} %s {{0}}",
    "A" * 60,
    "１２号厅",
    "&amp;<b>厅</b>",
)
MONTHS = tuple(f"{2025 + (8 + n) // 12}年{(8 + n) % 12 + 1}月" for n in range(14))
HALLS = tuple(f"云岭市{name}区政务服务中心" for name in "东西南北中") + (
    "长河镇便民服务中心",
    "高新园区企业服务大厅",
    "第3便民服务站",
    "县级行政审批局不动产登记与税务联办服务大厅",
)


def figure(name: str, value: float | None, unit: str = "", decimals: int = 0, **more: object) -> Figure:
    return Figure(key=f"{name}@2026-10@city", name=name, value=value, unit=unit, decimals=decimals, **more)  # type: ignore[arg-type]


def say(words: str, /, **parts: Figure | Name) -> Sentence:
    return Sentence(words, parts, rule="样例")


def summary() -> Chapter:
    took = figure("取号", 1_234_567, "人次")
    wait = figure("平均等候", 12.34, "分钟", 1)
    change = figure("平均等候环比", -1.26, "分钟", 1, signed=True)
    none = figure("投诉", None, "件")
    keys = Keys(
        "主要指标",
        tuple(
            Key(
                figure(name, value, unit, decimals, small=small),
                figure(f"{name}环比", before, unit if unit != "%" else "个百分点", 1, signed=True),
                figure(f"{name}同比", year, unit if unit != "%" else "个百分点", 1, signed=True),
                figure(f"{name}目标", target, unit, decimals) if target is not None else None,
                verdict,  # type: ignore[arg-type]
                trend,
            )
            for name, value, unit, decimals, small, before, year, target, verdict, trend in (
                ("接待办事群众", 1_234_568.0, "人次", 0, False, 2345.0, None, None, "", (3.0, 4, 5, None, 5, 6, 7, 6)),
                ("等候时间中位数", 12.4, "分钟", 1, False, -1.3, 0.0, 15.0, "达标", tuple(range(13))),
                ("十五分钟内叫号率", 83.25, "%", 2, False, 0.4, 2.1, 85.0, "未达标", (1.0, None, None, 2)),
                ("按期办结率", 99.5, "%", 2, False, None, None, 99.0, "达标", (None, None)),
                ("“一网通办”网上办理率", None, "%", 2, False, None, None, 80.0, "", ()),
                ("投诉按期整改率", 66.67, "%", 2, True, 3.0, 4.0, None, "", (5.0,)),
            )
        ),
    )
    return Chapter(
        "摘要",
        (
            Section(
                "",
                (
                    Paragraph(
                        (
                            say("全市政务服务大厅本月共接待办事群众 {took}，", took=took),
                            say("取号到叫号平均等候 {wait}，比上月{change}，属平常波动。", wait=wait, change=change),
                            say("受理投诉{none}；12345 热线转办另计。", none=none),
                        )
                    ),
                    keys,
                ),
            ),
            Section(
                "需要领导关注的事项",
                (
                    Points(
                        (
                            (
                                say(
                                    "{hall}连续{weeks}等候超过目标，{advice}",
                                    hall=Name(WILD[2]),
                                    weeks=figure("连续周数", 3, "周"),
                                    advice=Name("建议按高峰时段增开窗口。"),
                                ),
                                say("已由大厅负责人提出整改措施，下月复核。"),
                            ),
                            (say("{hall}设备离线时间偏长。", hall=Name(WILD[0])),),
                            (say("{hall}样本不足，不作评价。", hall=Name(WILD[4])),),
                        )
                    ),
                ),
            ),
        ),
    )


def charts(seed: int = 1) -> tuple[Chart, ...]:
    rng = random.Random(seed)

    def numbers(count: int, low: float, high: float, gaps: float = 0.0) -> tuple[float | None, ...]:
        return tuple(None if rng.random() < gaps else round(rng.uniform(low, high), 2) for _ in range(count))

    days = tuple(f"{day}日" for day in range(1, 32))
    many = tuple(f"{rng.choice(HALLS)[:-2]}{n}号厅" for n in range(1, 91))
    return (
        Chart(
            "wait-months",
            "months",
            "近十四个月等候时间中位数",
            "折线图：等候时间在九至十六分钟之间，近三个月下降。",
            "分钟",
            MONTHS,
            (
                Series(
                    "等候时间中位数",
                    (14.1, 15.0, 13.2, None, 12.8, 16.0, 15.1, 14.0, 13.7, 13.2, 12.9, 11.0, 10.2, 9.9),
                ),
                Series(
                    "上年同期",
                    (15.1, 15.5, 14.2, 15, 14.8, 16.5, 16.1, 15.0, 14.7, 14.2, 13.9, 13.0, 12.2, 11.9),
                    "before",
                ),
                Series("下沿", (12.0,) * 14, "low"),
                Series("上沿", (16.0,) * 14, "high"),
            ),
            15.0,
            "目标",
            note="灰色带为近十二周同一时段的通常范围；缺口表示当月没有数据。",
        ),
        Chart(
            "online-months",
            "months",
            "网上办理率与窗口办理率",
            "折线图：两条线接近。",
            "%",
            MONTHS,
            (
                Series("网上办理率", numbers(14, 95, 97)),
                Series("全程网办率", numbers(14, 94, 97)),
                Series("移动端办理率", numbers(14, 93, 95)),
            ),
            decimals=2,
        ),
        Chart(
            "days",
            "days",
            "本月每日取号量",
            "柱状图：节后第一个工作日最高。",
            "人次",
            days,
            (
                Series(
                    "取号",
                    tuple(
                        None if day in {1, 2, 3, 4, 5, 6, 7, 11} else float(3000 + 400 * (day % 7))
                        for day in range(1, 32)
                    ),
                ),
                Series("上月同日", numbers(31, 2500, 5000), "before"),
            ),
            marks={**{f"{day}日": "国庆节" for day in range(1, 8)}, "8日": "节后首日", "10日": "调休上班"},
            decimals=0,
        ),
        Chart(
            "bars",
            "bars",
            "各大厅等候时间中位数",
            "条形图：最长的大厅为二十六分钟。",
            "分钟",
            (*HALLS, *WILD),
            (
                Series(
                    "等候时间",
                    tuple(sorted(numbers(len(HALLS) + len(WILD) - 1, 1, 26), reverse=True, key=lambda v: v or 0))
                    + (None,),
                ),
            ),
            15.0,
            "目标",
            marks={HALLS[2]: "本厅"},
        ),
        Chart(
            "bars-many",
            "bars",
            "各大厅日均取号量",
            "条形图：九十个大厅自高到低。",
            "人次",
            many,
            (Series("日均取号", tuple(sorted(numbers(90, 20, 900), reverse=True, key=lambda v: v or 0))),),
            decimals=0,
        ),
        Chart(
            "dumbbell",
            "dumbbell",
            "各大厅等候时间与上月比较",
            "点线图：多数大厅比上月缩短。",
            "分钟",
            HALLS,
            (Series("上月", numbers(9, 5, 20, 0.1), "before"), Series("本月", numbers(9, 4, 19, 0.1))),
            15.0,
            "目标",
        ),
        Chart(
            "dumbbell-many",
            "dumbbell",
            "八十二个大厅比较",
            "点线图：八十二个大厅。",
            "%",
            many[:82],
            (Series("上月", numbers(82, 60, 100), "before"), Series("本月", numbers(82, 60, 100))),
            decimals=2,
        ),
        Chart(
            "stack",
            "stack",
            "办件渠道构成",
            "堆叠条形图：窗口约占一半。",
            "%",
            HALLS,
            tuple(
                Series(name, numbers(9, 5, 40, 0.1), "part")
                for name in ("窗口", "电脑端", "移动端", "自助终端", "其他")
            ),
        ),
        Chart(
            "heat",
            "heat",
            "各时段等候时间",
            "热力图：上午十时前后最长。",
            "分钟",
            tuple(f"{hour}:00" for hour in range(8, 18)),
            tuple(Series(name, numbers(10, 0, 31, 0.1)) for name in ("周一", "周二", "周三", "周四", "周五")),
        ),
        Chart(
            "heat-many",
            "heat",
            "各大厅各时段客流饱和度",
            "热力图：九十个大厅。",
            "%",
            tuple(f"{hour}:{half}" for hour in range(8, 18) for half in ("00", "30")),
            tuple(Series(name, numbers(20, 0, 120, 0.05)) for name in many),
            decimals=0,
        ),
    )


def long_table(count: int = 90) -> Table:
    rng = random.Random(3)
    return Table(
        "halls",
        "各大厅主要指标",
        ("大厅", "县（市、区）", "取号（人次）", "等候时间中位数（分钟）", "弃号率（%）", "说明"),
        tuple(
            (
                Name(WILD[n % len(WILD)] if n % 11 == 0 else f"{HALLS[n % len(HALLS)]}{n}"),
                ("高新区", "长河县", "云岭区")[n % 3],
                Figure(
                    f"took@2026-10@hall:H{n}", "取号", None if n == 5 else rng.randrange(90_000), "人次", small=n == 7
                ),
                Figure(f"wait@2026-10@hall:H{n}", "等候", None if n == 5 else rng.uniform(0, 30), "分钟", 1),
                Figure(f"left@2026-10@hall:H{n}", "弃号率", rng.uniform(0, 30), "%", 2, small=n % 9 == 0),
                "" if n % 4 else "节假日轮休，数据按实际开放日计算。",
            )
            for n in range(count)
        ),
        note="弃号率按已取号且未被服务的票计算。",
    )


def wide_table() -> Table:
    heads = (
        "大厅",
        *(
            f"{name}（%）"
            for name in (
                "按期办结率",
                "网上办理率",
                "全程网办率",
                "好评率",
                "主动评价率",
                "整改率",
                "回访率",
                "一次办结率",
            )
        ),
    )
    rows = tuple(
        (
            Name(hall),
            *(
                Figure(f"rate{n}@2026-10@hall:{hall}", head, 100.0 - n * 3.21, "%", 2)
                for n, head in enumerate(heads[1:])
            ),
        )
        for hall in HALLS
    )
    return Table("rates", "各大厅各项比率", heads, rows, wide=True)


def mixed_table() -> Table:
    return Table(
        "mixed",
        "预警与处置情况",
        ("指标", "本月", "上月"),
        (
            ("预警次数", figure("预警次数", 214, "次"), figure("上月预警次数", 260, "次")),
            ("首次响应时间中位数", figure("首次响应", 6.5, "分钟", 1), figure("上月首次响应", None, "分钟", 1)),
        ),
    )


def report(scope: Scope | None = None, city: str = "云岭市") -> Report:
    drawn = charts()
    chapters = (
        summary(),
        Chapter(
            "排队与窗口效能",
            (
                Section(
                    "总体情况",
                    (
                        Paragraph(
                            (say("本月等候时间中位数为 {wait}。", wait=figure("等候时间中位数", 12.4, "分钟", 1)),) * 6
                        ),
                        *drawn[:3],
                        mixed_table(),
                    ),
                ),
                Section("各大厅比较", (Paragraph((say("各大厅之间差别较大。"),)), *drawn[3:7], long_table())),
            ),
        ),
        Chapter("一网通办", (Section("", (Paragraph((say("网上办理稳步增加。"),)), *drawn[7:], wide_table())),)),
        Chapter("好差评与投诉", ()),
        Chapter("下月展望与建议", (Section("", ()),)),
        Chapter(
            "指标口径",
            (
                Section(
                    "",
                    (
                        Points(((say("{words}", words=Name("等候时间：从取号到叫号的分钟数。")),),), numbered=False),
                        Table("one", "数据质量", ("来源", "行数（行）"), (("取号系统", figure("行数", 12, "行")),)),
                    ),
                ),
            ),
            appendix=True,
        ),
        Chapter("数据说明", (Section("", (Paragraph((say("数据指纹见封面。"),)),)),), appendix=True),
    )
    return Report(
        city,
        scope or Scope(),
        parse("2026-10"),
        "2026年10月31日 18:00",
        "9f3a61c0d2",
        "2026.1",
        chapters,
        ("长河县政务服务中心的评价数据到10月28日为止。",),
    )


def small(name: str, *more: Sentence) -> Report:
    """One name in a sentence, a table and a chart."""
    table = Table("t", "名称", ("名称",), ((Name(name),),))
    says = Paragraph((say("大厅{hall}。", hall=Name(name)), *more))
    bars = Chart("c", "bars", "名称", "条形图。", "件", (name,), (Series("件", (1.0,)),), decimals=0)
    return Report(
        "云岭市", Scope(), parse("2026-02"), "2026年3月1日", "f", "2026.1",
        (Chapter("总体情况", (Section("", (says, table, bars)),)),),
    )  # fmt: skip
