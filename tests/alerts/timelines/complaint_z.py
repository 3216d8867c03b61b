"""31 投诉异常: a level also needs three complaints this week."""

TIMELINE = """
2026-08-03 | value=1.9 numerator=5 denominator=10000    | 正常
2026-08-10 | value=2 numerator=5 denominator=10000      | 黄 达到阈值  # believed at once
2026-08-17 | value=1.9 numerator=5 denominator=10000    | 黄  # between: stays what it was
2026-08-24 | value=3 numerator=6 denominator=10000      | 橙 达到阈值
2026-08-31 | value=4 numerator=7 denominator=10000      | 红 达到阈值
2026-09-07 | no_data                                    | 红  # resolves nothing
2026-09-14 | value=3.9 numerator=7 denominator=10000    | 红  # under red, not recovered
2026-09-21 | value=1 numerator=4 denominator=10000      | 正常 已恢复
2026-09-28 | value=4 numerator=7 denominator=10000      | 红 达到阈值
2026-10-05 | held value=1 numerator=4 denominator=10000 | 红  # bad data
2026-10-12 | insufficient                               | 正常 样本不足  # with fresh data
2026-10-19 | value=2 numerator=5 denominator=10000      | 黄 达到阈值
2026-10-26 | absent                                     | 正常 样本不足  # nothing there to read
2026-11-02 | value=3 numerator=6 denominator=10000      | 橙 达到阈值

2026-11-09 | value=5 numerator=2 denominator=10000      | 正常 已恢复  # five deviations, but two complaints only
2026-11-16 | value=5 numerator=3 denominator=10000      | 红 达到阈值
2026-11-23 | value=4 numerator=2 denominator=10000      | 正常 已恢复  # what it also needs is gone
"""
