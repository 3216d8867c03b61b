"""12 窗口闲置率: a day is believed at once; five days are in the reading already."""

TIMELINE = """
2026-10-12 | value=55 numerator=1100 denominator=2000      | 正常
2026-10-13 | value=60 numerator=1200 denominator=2000      | 黄 达到阈值  # believed at once
2026-10-14 | value=55 numerator=1100 denominator=2000      | 黄  # between: stays what it was
2026-10-15 | value=70 numerator=1400 denominator=2000      | 橙 达到阈值
2026-10-16 | value=80 numerator=1600 denominator=2000      | 红 达到阈值
2026-10-17 | no_data                                       | 红  # resolves nothing
2026-10-19 | value=79 numerator=1580 denominator=2000      | 红  # under red, not recovered
2026-10-20 | value=50 numerator=1000 denominator=2000      | 正常 已恢复
2026-10-21 | value=80 numerator=1600 denominator=2000      | 红 达到阈值
2026-10-22 | held value=50 numerator=1000 denominator=2000 | 红  # bad data
2026-10-23 | insufficient                                  | 正常 样本不足  # with fresh data
2026-10-24 | value=60 numerator=1200 denominator=2000      | 黄 达到阈值
2026-10-26 | absent                                        | 正常 样本不足  # nothing there to read
2026-10-27 | value=70 numerator=1400 denominator=2000      | 橙 达到阈值
"""
