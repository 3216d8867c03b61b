"""25 线上转线下率: once a week and item."""

TIMELINE = """
2026-08-03 | value=4.5 numerator=9 denominator=200    | 正常
2026-08-10 | value=5 numerator=10 denominator=200     | 黄 达到阈值  # believed at once
2026-08-17 | value=4.5 numerator=9 denominator=200    | 黄  # between: stays what it was
2026-08-24 | value=10 numerator=20 denominator=200    | 橙 达到阈值
2026-08-31 | value=20 numerator=40 denominator=200    | 红 达到阈值
2026-09-07 | no_data                                  | 红  # resolves nothing
2026-09-14 | value=19.5 numerator=39 denominator=200  | 红  # under red, not recovered
2026-09-21 | value=4 numerator=8 denominator=200      | 正常 已恢复
2026-09-28 | value=20 numerator=40 denominator=200    | 红 达到阈值
2026-10-05 | held value=4 numerator=8 denominator=200 | 红  # bad data
2026-10-12 | insufficient                             | 正常 样本不足  # with fresh data
2026-10-19 | value=5 numerator=10 denominator=200     | 黄 达到阈值
2026-10-26 | absent                                   | 正常 样本不足  # nothing there to read
2026-11-02 | value=10 numerator=20 denominator=200    | 橙 达到阈值
"""
