"""34 核酸检测等核验缺口: one, two, three persons for yellow, orange, red."""

TIMELINE = """
2026-10-12 | value=1.25 numerator=1 denominator=80    | 正常  # 1.25 %
2026-10-13 | value=2 numerator=2 denominator=100      | 黄 达到阈值
2026-10-14 | value=1.25 numerator=1 denominator=80    | 黄  # between 0 and 2 % the level stays what it was
2026-10-15 | value=12.5 numerator=1 denominator=8     | 黄  # 12.5 %, but one person
2026-10-16 | value=25 numerator=2 denominator=8       | 橙 达到阈值  # 25 %, but two
2026-10-17 | value=37.5 numerator=3 denominator=8     | 红 达到阈值
2026-10-19 | no_data                                  | 红
2026-10-20 | value=8.57143 numerator=3 denominator=35 | 红  # 8.6 % by three: under red, not recovered
# the third person is gone: red is over, orange is met
2026-10-21 | value=25 numerator=2 denominator=8       | 橙 已恢复
2026-10-22 | value=12.5 numerator=1 denominator=8     | 黄 已恢复
2026-10-23 | value=0 numerator=0 denominator=8        | 正常 已恢复
2026-10-24 | value=37.5 numerator=3 denominator=8     | 红 达到阈值
2026-10-26 | held value=0 numerator=0 denominator=8   | 红
2026-10-27 | insufficient                             | 正常 样本不足
2026-10-28 | value=25 numerator=2 denominator=8       | 橙 达到阈值
2026-10-29 | absent                                   | 正常 样本不足
"""
