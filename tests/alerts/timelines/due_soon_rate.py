"""14 临期未办结率: cases due by the end of the next working day."""

TIMELINE = """
2026-10-12 | value=4.5 numerator=9 denominator=200    | 正常
2026-10-13 | value=5 numerator=10 denominator=200     | 黄 达到阈值  # believed at once
2026-10-14 | value=4.5 numerator=9 denominator=200    | 黄  # between: stays what it was
2026-10-15 | value=10 numerator=20 denominator=200    | 橙 达到阈值
2026-10-16 | value=20 numerator=40 denominator=200    | 红 达到阈值
2026-10-17 | no_data                                  | 红  # resolves nothing
2026-10-19 | value=19.5 numerator=39 denominator=200  | 红  # under red, not recovered
2026-10-20 | value=3 numerator=6 denominator=200      | 正常 已恢复
2026-10-21 | value=20 numerator=40 denominator=200    | 红 达到阈值
2026-10-22 | held value=3 numerator=6 denominator=200 | 红  # bad data
2026-10-23 | insufficient                             | 正常 样本不足  # with fresh data
2026-10-24 | value=5 numerator=10 denominator=200     | 黄 达到阈值
2026-10-26 | absent                                   | 正常 样本不足  # nothing there to read
2026-10-27 | value=10 numerator=20 denominator=200    | 橙 达到阈值
"""
