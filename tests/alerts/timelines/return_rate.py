"""18 退件补正率: once a week and item."""

TIMELINE = """
2026-08-03 | value=9.5 numerator=19 denominator=200    | 正常
2026-08-10 | value=10 numerator=20 denominator=200     | 黄 达到阈值  # believed at once
2026-08-17 | value=9.5 numerator=19 denominator=200    | 黄  # between: stays what it was
2026-08-24 | value=15 numerator=30 denominator=200     | 橙 达到阈值
2026-08-31 | value=25 numerator=50 denominator=200     | 红 达到阈值
2026-09-07 | no_data                                   | 红  # resolves nothing
2026-09-14 | value=24.5 numerator=49 denominator=200   | 红  # under red, not recovered
2026-09-21 | value=8 numerator=16 denominator=200      | 正常 已恢复
2026-09-28 | value=25 numerator=50 denominator=200     | 红 达到阈值
2026-10-05 | held value=8 numerator=16 denominator=200 | 红  # bad data
2026-10-12 | insufficient                              | 正常 样本不足  # with fresh data
2026-10-19 | value=10 numerator=20 denominator=200     | 黄 达到阈值
2026-10-26 | absent                                    | 正常 样本不足  # nothing there to read
2026-11-02 | value=15 numerator=30 denominator=200     | 橙 达到阈值
"""
