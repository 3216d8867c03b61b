"""What people come for: departments (部门), items (事项) and the service groups (服务区) that handle them."""

import datetime as dt
from dataclasses import dataclass

DEPARTMENTS = {
    "D01": "政务服务中心",
    "D02": "公安局",
    "D03": "人力资源和社会保障局",
    "D04": "医疗保障局",
    "D05": "自然资源和规划局",
    "D06": "市场监督管理局",
    "D07": "税务局",
    "D08": "民政局",
    "D09": "住房和城乡建设局",
    "D10": "发展和改革委员会",
    "D11": "卫生健康委员会",
}
IN_FORCE_FROM = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Group:
    """A service group: the windows that share one line of waiting people."""

    key: str
    name: str
    letter: str
    theme: str
    appointment: bool
    priority: bool
    dept: str
    """The department its clerks come from."""


GROUPS = (
    Group("general", "综合受理", "A", "other", False, True, "D01"),
    Group("livelihood", "民生服务", "B", "livelihood", True, True, "D03"),
    Group("realestate", "不动产登记", "C", "realestate", True, False, "D05"),
    Group("business", "商事登记", "D", "business", True, False, "D06"),
    Group("investment", "投资项目", "E", "investment", False, False, "D10"),
    Group("health", "健康核验", "H", "other", False, False, "D11"),
)
GENERAL, HEALTH = 0, 5
SHARES: dict[str, tuple[float, ...]] = {
    "city": (0.27, 0.30, 0.17, 0.15, 0.06, 0.05),
    "county": (0.28, 0.33, 0.18, 0.15, 0.06, 0.0),
    "town": (0.42, 0.58, 0.0, 0.0, 0.0, 0.0),
    "park": (0.25, 0.0, 0.0, 0.52, 0.23, 0.0),
    "village": (0.45, 0.55, 0.0, 0.0, 0.0, 0.0),
}
"""Share of a hall's tickets by level of the hall, in the order of GROUPS."""


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
    """Weight among the group's tickets."""
    online: float
    """Weight among online submissions; 0 = not to be had online."""
    automatic: float
    """Share of online submissions that are approved by machine (秒办)."""
    excepted: bool = False
    earlier_promise: int | None = None
    """The promise of the version before, where the item was sped up."""

    @property
    def instant(self) -> bool:
        """Say whether it is 即办件."""
        return self.case_type == "instant"


def _service(code: str, name: str, dept: str, group: int, minutes: float, sigma: float, weight: float) -> Item:
    """Describe a service that opens no case: advice, printing, collecting."""
    return Item(code, name, dept, group, "instant", False, None, None, False, minutes, sigma, weight, 0, 0)


def _instant(
    code: str, name: str, dept: str, group: int, minutes: float, weight: float, online: float, automatic: float
) -> Item:
    """Describe 即办件."""
    return Item(code, name, dept, group, "instant", True, None, None, False, minutes, 0.55, weight, online, automatic)


def _promise(
    code: str,
    name: str,
    dept: str,
    group: int,
    days: tuple[int, int],
    minutes: float,
    weight: float,
    online: float,
    natural: bool = False,
    excepted: bool = False,
    earlier: int | None = None,
) -> Item:
    """Describe 承诺件 with its legal and its promised days."""
    return Item(
        code, name, dept, group, "promise", True, *days, natural, minutes, 0.6, weight, online, 0, excepted, earlier
    )


ITEMS = (
    _service("S001", "政策咨询与导办", "D01", 0, 6.5, 0.60, 40),
    _service("S002", "证照打印与领取", "D01", 0, 5.5, 0.55, 30),
    _service("S003", "户籍与居住信息查询", "D02", 0, 6.5, 0.55, 18),
    _instant("G101", "老年人优待证办理", "D08", 0, 9, 3, 10, 0.7),
    _promise("G102", "居住证申领", "D02", 0, (15, 7), 12, 4, 9, earlier=10),
    _promise("G103", "户外广告设置审批", "D09", 0, (20, 5), 15, 1, 3),
    _instant("G104", "临时占道便民备案", "D09", 0, 11, 2, 4, 0.3),
    _promise("G105", "残疾人两项补贴申请", "D08", 0, (30, 10), 13, 2, 4),
    _service("S201", "社会保险查询与打印", "D03", 1, 6.0, 0.55, 38),
    _service("S202", "医保待遇咨询", "D04", 1, 7.0, 0.60, 30),
    _service("S203", "住房公积金查询", "D09", 1, 6.5, 0.55, 20),
    _instant("L201", "灵活就业人员参保登记", "D03", 1, 10, 3, 14, 0.6),
    _instant("L202", "异地就医备案", "D04", 1, 9, 3, 20, 0.8),
    _promise("L203", "失业保险金申领", "D03", 1, (15, 7), 12, 2, 7),
    _promise("L204", "企业职工退休申请", "D03", 1, (30, 15), 18, 2, 4, earlier=20),
    _promise("L205", "住房公积金提取", "D09", 1, (3, 2), 12, 2, 12),
    _promise("L206", "生育津贴申领", "D04", 1, (20, 10), 12, 1, 5),
    _service("S301", "不动产登记信息查询", "D05", 2, 7.0, 0.55, 52),
    _service("S302", "不动产交易核税咨询", "D07", 2, 9.0, 0.60, 34),
    _promise("R301", "不动产转移登记", "D05", 2, (30, 3), 20, 6, 7),
    _promise("R302", "不动产抵押登记", "D05", 2, (30, 1), 14, 4, 8),
    _promise("R303", "不动产首次登记", "D05", 2, (30, 7), 22, 1, 2, natural=True),
    _instant("R304", "不动产异议查封告知", "D05", 2, 12, 1, 1, 0.0),
    _service("S401", "企业开办辅导", "D06", 3, 8.5, 0.60, 44),
    _service("S402", "涉税事项咨询", "D07", 3, 8.0, 0.60, 42),
    _instant("B401", "企业设立登记", "D06", 3, 15, 4, 12, 0.5),
    _instant("B402", "企业变更登记", "D06", 3, 14, 4, 10, 0.4),
    _promise("B403", "企业注销登记", "D06", 3, (20, 5), 14, 2, 4),
    _promise("B404", "食品经营许可", "D06", 3, (20, 8), 16, 2, 4),
    _promise("B405", "公共场所卫生许可", "D11", 3, (20, 6), 16, 1, 2),
    _service("S501", "投资项目代办咨询", "D10", 4, 11.0, 0.65, 84),
    _instant("I501", "企业投资项目备案", "D10", 4, 16, 6, 3, 0.5),
    _promise("I502", "建筑工程施工许可", "D09", 4, (15, 5), 20, 4, 1.5),
    _promise("I503", "建设工程规划许可", "D05", 4, (20, 10), 22, 3, 1.2),
    _promise("I504", "特殊建设工程消防验收", "D09", 4, (15, 10), 20, 2, 0.8, natural=True),
    _promise("I505", "涉密工程建设审查", "D10", 4, (20, 15), 24, 1, 0, excepted=True),
    _service("S601", "公共卫生信息核验", "D11", 5, 3.0, 0.50, 1),
)


def item_rows(changed_on: dt.date) -> list[dict[str, object]]:
    """List the items as rows of the standard; items that were sped up have a version before and from `changed_on`."""
    rows: list[dict[str, object]] = []
    for item in ITEMS:
        if item.earlier_promise is not None:
            rows.append(_row(item, "1", item.earlier_promise, IN_FORCE_FROM, changed_on))
            rows.append(_row(item, "2", item.promise, changed_on, None))
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
