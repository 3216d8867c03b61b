"""What people come for: items (事项) with how often, how long, what is promised, and their service groups."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np

from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Flags, Floats, Ints

IN_FORCE_FROM = dt.date(2000, 1, 1)
_FIRST_CHANGE, _QUARTERS = 2025, 8
"""Items that were sped up were so at the start of a quarter from this year on, whatever days a city tells about."""
_CHARACTER_SEED = 20_260_101
_AT_WINDOW = 0.105
"""Share of tickets for items that need a case; the others are advice, printing, collecting."""
_VARIED = ("许可", "核准", "备案", "认定", "审批")
_PROMISES = np.array([1, 2, 3, 3, 5, 5, 5, 7, 7, 8, 10, 10, 12, 15, 20])
_LEGAL_TIMES = np.array([2, 3, 4])


@dataclass(frozen=True)
class Group:
    """A service group: items that the same clerks handle."""

    key: str
    name: str
    letter: str
    theme: str
    dept: str
    """The department its clerks come from."""
    services: tuple[tuple[str, str, float, float, float], ...]
    """What people come for without opening a case: name, department, mean minutes, spread of ln, weight."""


GROUPS = (
    Group(
        "general",
        "综合受理",
        "A",
        "other",
        "D01",
        (
            ("政策咨询与导办", "D01", 6.0, 0.60, 38),
            ("证照打印与领取", "D01", 5.0, 0.55, 34),
            ("户籍与居住信息查询", "D02", 6.0, 0.55, 28),
        ),
    ),
    Group(
        "livelihood",
        "民生服务",
        "B",
        "livelihood",
        "D03",
        (
            ("社会保险查询与打印", "D03", 5.5, 0.55, 42),
            ("医保待遇咨询", "D04", 6.5, 0.60, 33),
            ("住房公积金查询", "D20", 6.0, 0.55, 25),
        ),
    ),
    Group(
        "realestate",
        "不动产登记",
        "C",
        "realestate",
        "D05",
        (("不动产登记信息查询", "D05", 6.5, 0.55, 58), ("不动产交易核税咨询", "D07", 8.5, 0.60, 42)),
    ),
    Group(
        "business",
        "商事登记",
        "D",
        "business",
        "D06",
        (("企业开办辅导", "D06", 8.0, 0.60, 50), ("涉税事项咨询", "D07", 7.5, 0.60, 50)),
    ),
    Group("investment", "投资项目", "E", "investment", "D10", (("投资项目代办咨询", "D10", 9.5, 0.60, 100),)),
    Group("health", "健康核验", "H", "other", "D11", (("公共卫生信息核验", "D11", 3.5, 0.50, 100),)),
)
HEALTH = 5


@dataclass(frozen=True)
class Item:
    """One item (事项) and how it is handled in the demo city."""

    code: str
    name: str
    dept: str
    group: int
    case_type: str
    needs_case: bool
    legal: int | None
    promise: int | None
    natural: bool
    minutes: float
    """Mean handling time at the window."""
    sigma: float
    """Spread of ln(handling time)."""
    at_window: float
    """Share among the group's tickets."""
    online: float
    """Weight among online submissions; 0 = not to be had online."""
    automatic: float = 0.0
    """Share of online submissions that are approved by machine (秒办)."""
    unified: float = 0.965
    """Share of acceptances made in the unified platform (一网通办)."""
    excepted: bool = False
    earlier: int | None = None
    """The promise of the version before, where the item was sped up."""
    changed_on: dt.date = IN_FORCE_FROM
    """From when the present promise holds."""

    @property
    def instant(self) -> bool:
        """Say whether it is 即办件."""
        return self.case_type == "instant"


def _services() -> list[Item]:
    """List what opens no case: advice, printing, collecting."""
    found: list[Item] = []
    for number, group in enumerate(GROUPS):
        share = 1.0 if number == HEALTH else 1 - _AT_WINDOW
        whole = sum(weight for *_, weight in group.services)
        for name, dept, minutes, sigma, weight in group.services:
            code = f"S{len(found) + 1:03d}"
            part = share * weight / whole
            found.append(Item(code, name, dept, number, "instant", False, None, None, False, minutes, sigma, part, 0.0))
    return found


def _matters() -> list[Item]:
    """List what opens a case, each with a character of its own that is the same in every demo city."""
    rng = np.random.default_rng(_CHARACTER_SEED)
    keys = [group.key for group in GROUPS]
    found = []
    for dept in DEPARTMENTS:
        names = [*dept.matters, *(f"{name}变更" for name in dept.matters if name.endswith(_VARIED))]
        for number, name in enumerate(names):
            found.append(_matter(f"{dept.code}{number + 1:02d}", name, dept.code, keys.index(dept.group), rng))
    whole = {group: sum(item.at_window for item in found if item.group == group) for group in range(len(GROUPS))}
    return [_scaled(item, _AT_WINDOW / whole[item.group]) for item in found]


def _matter(code: str, name: str, dept: str, group: int, rng: np.random.Generator) -> Item:
    luck, popularity = rng.random(10), float(np.exp(0.9 * rng.standard_normal()))
    instant = luck[0] < 0.42
    promise = None if instant else int(_PROMISES[int(luck[1] * len(_PROMISES))])
    legal = None if promise is None else promise * int(_LEGAL_TIMES[int(luck[2] * len(_LEGAL_TIMES))])
    sped_up = promise is not None and promise >= 3 and luck[3] < 0.12
    quarter = int(luck[4] * _QUARTERS)
    excepted = luck[5] < 0.012
    offline = excepted or luck[6] < 0.03
    return Item(
        code=code,
        name=name,
        dept=dept,
        group=group,
        case_type="instant" if instant else "promise",
        needs_case=True,
        legal=legal,
        promise=promise,
        natural=promise is not None and luck[7] < 0.08,
        minutes=round(8.0 + 6.0 * float(luck[8]) + (2.0 if promise else 0.0), 1),
        sigma=0.55 if instant else 0.6,
        at_window=popularity,
        online=0.0 if offline else popularity * (0.5 + float(luck[9])),
        automatic=round(0.2 + 0.6 * float(luck[2]), 2) if instant else 0.0,
        unified=round(0.86 + 0.05 * float(luck[4]), 3) if luck[1] > 0.93 else round(0.935 + 0.03 * float(luck[4]), 3),
        excepted=bool(excepted),
        earlier=None if promise is None or not sped_up else promise + 1 + int(luck[8] * promise * 0.9),
        changed_on=dt.date(_FIRST_CHANGE + quarter // 4, quarter % 4 * 3 + 1, 1) if sped_up else IN_FORCE_FROM,
    )


def _scaled(item: Item, factor: float) -> Item:
    return Item(**{**vars(item), "at_window": item.at_window * factor})


ITEMS = (*_services(), *_matters())


@dataclass(frozen=True)
class Columns:
    """The catalogue as arrays, in the order of ITEMS."""

    group: Ints
    dept: Ints
    """Place in DEPARTMENTS."""
    needs_case: Flags
    instant: Flags
    natural: Flags
    promise: Ints
    """Promised days now; 0 for 即办件."""
    earlier: Ints
    """Promised days before the change."""
    changed_on: Ints
    """Day number of the change."""
    minutes: Floats
    sigma: Floats
    at_window: Floats
    online: Floats
    automatic: Floats
    unified: Floats


@cache
def columns() -> Columns:
    """Return the catalogue as arrays."""
    depts = {dept.code: number for number, dept in enumerate(DEPARTMENTS)}
    epoch = dt.date(1970, 1, 1)
    return Columns(
        group=np.array([item.group for item in ITEMS], dtype=np.int64),
        dept=np.array([depts[item.dept] for item in ITEMS], dtype=np.int64),
        needs_case=np.array([item.needs_case for item in ITEMS], dtype=np.bool_),
        instant=np.array([item.instant for item in ITEMS], dtype=np.bool_),
        natural=np.array([item.natural for item in ITEMS], dtype=np.bool_),
        promise=np.array([item.promise or 0 for item in ITEMS], dtype=np.int64),
        earlier=np.array([item.earlier or item.promise or 0 for item in ITEMS], dtype=np.int64),
        changed_on=np.array([(item.changed_on - epoch).days for item in ITEMS], dtype=np.int64),
        minutes=np.array([item.minutes for item in ITEMS]),
        sigma=np.array([item.sigma for item in ITEMS]),
        at_window=np.array([item.at_window for item in ITEMS]),
        online=np.array([item.online for item in ITEMS]),
        automatic=np.array([item.automatic for item in ITEMS]),
        unified=np.array([item.unified for item in ITEMS]),
    )


def item_rows() -> list[dict[str, object]]:
    """List the items as rows of the standard; those that were sped up have a version before and one after."""
    rows: list[dict[str, object]] = []
    for item in ITEMS:
        if item.earlier is not None:
            rows.append(_row(item, "1", item.earlier, IN_FORCE_FROM, item.changed_on))
            rows.append(_row(item, "2", item.promise, item.changed_on, None))
        else:
            rows.append(_row(item, "1", item.promise, IN_FORCE_FROM, None))
    return rows


def _row(item: Item, version: str, promise: int | None, start: dt.date, end: dt.date | None) -> dict[str, object]:
    return {
        "item_code": item.code,
        "version": version,
        "name": item.name,
        "dept_code": item.dept,
        "theme": GROUPS[item.group].theme,
        "case_type": item.case_type,
        "needs_case": item.needs_case,
        "apply_based": item.needs_case,
        "legal_days": item.legal,
        "promise_days": promise,
        "day_unit": "natural" if item.natural else "workday",
        "online_capable": item.online > 0,
        "ywtb_exception": item.excepted,
        "valid_from": start,
        "valid_to": end,
    }
