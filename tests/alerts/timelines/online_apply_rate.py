"""23 网上办比例: low is bad; at the threshold it is not met."""

TIMELINE = """
2026-10-27       | value=80 numerator=800 denominator=1000      | 正常
2026-10-28       | value=79.9 numerator=799 denominator=1000    | 黄 达到阈值  # believed at once
2026-10-29       | value=80 numerator=800 denominator=1000      | 黄  # between: stays what it was
2026-10-30       | value=69.9 numerator=699 denominator=1000    | 橙 达到阈值
2026-10-31       | value=59.9 numerator=599 denominator=1000    | 红 达到阈值
2026-11-01 06:00 | no_data                                      | 红  # resolves nothing
2026-11-01 20:00 | value=60 numerator=600 denominator=1000      | 红  # under red, not recovered
2026-11-02       | value=83 numerator=830 denominator=1000      | 正常 已恢复
2026-11-03       | value=59.9 numerator=599 denominator=1000    | 红 达到阈值
2026-11-04       | held value=83 numerator=830 denominator=1000 | 红  # bad data
2026-11-05       | insufficient                                 | 正常 样本不足  # with fresh data
2026-11-06       | value=79.9 numerator=799 denominator=1000    | 黄 达到阈值
2026-11-07       | absent                                       | 正常 样本不足  # nothing there to read
2026-11-08       | value=69.9 numerator=699 denominator=1000    | 橙 达到阈值
"""
