"""16 超期办结率: month to date each evening, the month before on the 1st."""

TIMELINE = """
2026-10-27       | value=0.4 numerator=4 denominator=1000      | 正常
2026-10-28       | value=0.5 numerator=5 denominator=1000      | 黄 达到阈值  # believed at once
2026-10-29       | value=0.4 numerator=4 denominator=1000      | 黄  # between: stays what it was
2026-10-30       | value=1 numerator=10 denominator=1000       | 橙 达到阈值
2026-10-31       | value=3 numerator=30 denominator=1000       | 红 达到阈值
2026-11-01 06:00 | no_data                                     | 红  # resolves nothing
2026-11-01 20:00 | value=2.9 numerator=29 denominator=1000     | 红  # under red, not recovered
2026-11-02       | value=0.2 numerator=2 denominator=1000      | 正常 已恢复
2026-11-03       | value=3 numerator=30 denominator=1000       | 红 达到阈值
2026-11-04       | held value=0.2 numerator=2 denominator=1000 | 红  # bad data
2026-11-05       | insufficient                                | 正常 样本不足  # with fresh data
2026-11-06       | value=0.5 numerator=5 denominator=1000      | 黄 达到阈值
2026-11-07       | absent                                      | 正常 样本不足  # nothing there to read
2026-11-08       | value=1 numerator=10 denominator=1000       | 橙 达到阈值
"""
