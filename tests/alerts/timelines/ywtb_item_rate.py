"""22 单事项一网通办率: low is bad; red lies lower than for a hall, an item has fewer cases."""

TIMELINE = """
2026-10-27       | value=92 numerator=920 denominator=1000      | 正常
2026-10-28       | value=91.9 numerator=919 denominator=1000    | 黄 达到阈值  # believed at once
2026-10-29       | value=92 numerator=920 denominator=1000      | 黄  # between: stays what it was
2026-10-30       | value=89.9 numerator=899 denominator=1000    | 橙 达到阈值
2026-10-31       | value=79.9 numerator=799 denominator=1000    | 红 达到阈值
2026-11-01 06:00 | no_data                                      | 红  # resolves nothing
2026-11-01 20:00 | value=84.9 numerator=849 denominator=1000    | 红  # under red, not recovered
2026-11-02       | value=93 numerator=930 denominator=1000      | 正常 已恢复
2026-11-03       | value=79.9 numerator=799 denominator=1000    | 红 达到阈值
2026-11-04       | held value=93 numerator=930 denominator=1000 | 红  # bad data
2026-11-05       | insufficient                                 | 正常 样本不足  # with fresh data
2026-11-06       | value=91.9 numerator=919 denominator=1000    | 黄 达到阈值
2026-11-07       | absent                                       | 正常 样本不足  # nothing there to read
2026-11-08       | value=89.9 numerator=899 denominator=1000    | 橙 达到阈值
"""
