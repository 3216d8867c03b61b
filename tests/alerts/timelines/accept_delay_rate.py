"""17 受理迟延率: submissions whose answer was due in the last five working days."""

TIMELINE = """
2026-10-12 | value=2.9 numerator=29 denominator=1000      | 正常
2026-10-13 | value=3 numerator=30 denominator=1000        | 黄 达到阈值  # believed at once
2026-10-14 | value=2.9 numerator=29 denominator=1000      | 黄  # between: stays what it was
2026-10-15 | value=8 numerator=80 denominator=1000        | 橙 达到阈值
2026-10-16 | value=15 numerator=150 denominator=1000      | 红 达到阈值
2026-10-17 | no_data                                      | 红  # resolves nothing
2026-10-19 | value=14.9 numerator=149 denominator=1000    | 红  # under red, not recovered
2026-10-20 | value=2.5 numerator=25 denominator=1000      | 正常 已恢复
2026-10-21 | value=15 numerator=150 denominator=1000      | 红 达到阈值
2026-10-22 | held value=2.5 numerator=25 denominator=1000 | 红  # bad data
2026-10-23 | insufficient                                 | 正常 样本不足  # with fresh data
2026-10-24 | value=3 numerator=30 denominator=1000        | 黄 达到阈值
2026-10-26 | absent                                       | 正常 样本不足  # nothing there to read
2026-10-27 | value=8 numerator=80 denominator=1000        | 橙 达到阈值
"""
