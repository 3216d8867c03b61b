"""36 全链贯通率: low is bad; at the threshold it is not met."""

TIMELINE = """
2026-10-12 | value=95 numerator=950 denominator=1000      | 正常
2026-10-13 | value=94.9 numerator=949 denominator=1000    | 黄 达到阈值  # believed at once
2026-10-14 | value=95 numerator=950 denominator=1000      | 黄  # between: stays what it was
2026-10-15 | value=89.9 numerator=899 denominator=1000    | 橙 达到阈值
2026-10-16 | value=79.9 numerator=799 denominator=1000    | 红 达到阈值
2026-10-17 | no_data                                      | 红  # resolves nothing
2026-10-19 | value=80 numerator=800 denominator=1000      | 红  # under red, not recovered
2026-10-20 | value=97 numerator=970 denominator=1000      | 正常 已恢复
2026-10-21 | value=79.9 numerator=799 denominator=1000    | 红 达到阈值
2026-10-22 | held value=97 numerator=970 denominator=1000 | 红  # bad data
2026-10-23 | insufficient                                 | 正常 样本不足  # with fresh data
2026-10-24 | value=94.9 numerator=949 denominator=1000    | 黄 达到阈值
2026-10-26 | absent                                       | 正常 样本不足  # nothing there to read
2026-10-27 | value=89.9 numerator=899 denominator=1000    | 橙 达到阈值
"""
