"""Why a row was refused: a short code for machines, a Chinese sentence with the next step for people."""

from __future__ import annotations

from metrics.standard import TABLES

_RULES = {"nullability": "required", "check": "code", "regex": "code", "max_length": "length"}
_WORDS = {
    "required": "必填列为空",
    "code": "代码不在数据标准之内",
    "length": "文字过长",
    "range": "数值或时间超出可能的范围",
    "type": "不是该列应有的类型（数字、日期、时间、是否）",
    "reference": "引用的编号不存在",
    "order": "时间先后颠倒",
    "needs": "按状态应有的时间为空",
    "forbids": "按状态不应有的时间却有值",
    "future": "事件时间晚于数据时点",
    "personal": "像身份证号或手机号",
    "control": "含有换行或控制字符",
}
_STEPS = {
    "required": "请在来源补填",
    "code": "请在来源改正，或在导入方案的 codes 里对应",
    "length": "请检查是否列错位或引号缺失",
    "range": "请在来源改正",
    "type": "请在来源改正，或在导入方案里写明格式",
    "reference": "请先导入被引用的表，或改正编号",
    "order": "请在来源核对各时间",
    "needs": "请在来源补填",
    "forbids": "请在来源核对状态",
    "future": "请核对来源时钟与时区",
    "personal": "请在导入方案里把来源列设为 personal",
    "control": "请检查引号是否缺失",
}
_WHOLE = {
    "conflict": "同一批里同一主键有互相矛盾的行；请在来源只留一行，或提供 updated_at",
    "fields": "列数与表头不符；请检查分隔符和引号",
    "swallowed": "一个字段里套着别的整行，引号多半不成对；请让来源重新导出",
    "header_again": "表头在文件中间又出现一次；请删去该行",
    "json": "不是完整的 JSON 对象；请让来源重新导出该行",
}


def reason_of(rule: str) -> str:
    """The reason's code for a rule of the schemas: column|nullability → required:column."""
    if "|" in rule:
        column, kind = rule.split("|", 1)
        return f"{_RULES.get(kind.split('__')[0], 'range')}:{column}"
    kind, *columns = rule.split("__")
    return f"{kind}:{'<='.join(columns)}"


def sentence_of(reason: str, table: str) -> str:
    """The reason in Chinese, with the columns' titles and the next step.

    Args:
        reason: code such as order:take_time<=call_time.
        table: table of the standard.
    """
    if reason in _WHOLE:
        return _WHOLE[reason]
    kind, _, columns = reason.partition(":")
    titles = {column.name: column.title for column in TABLES[table].columns} if table in TABLES else {}
    said = _WORDS.get(kind, kind)
    if kind == "code" and (codes := _codes(table, columns)):
        said = f"{said}（{'、'.join(codes)}）"
    shown = " ≤ ".join(f"{titles.get(name, name)}（{name}）" for name in columns.split("<="))
    return f"{shown}：{said}；{_STEPS.get(kind, '请在来源核对')}"


def _codes(table: str, column: str) -> tuple[str, ...]:
    """The codes that the standard knows for a column, if it has codes."""
    columns = TABLES[table].columns if table in TABLES else ()
    return next((known.codes or () for known in columns if known.name == column), ())
