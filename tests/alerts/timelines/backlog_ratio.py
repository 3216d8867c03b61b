"""19 在办积压比: days of work against the department’s own past."""

TIMELINE = """
2026-10-12 | value=1.25 numerator=12.5 denominator=10 baseline=10      | 正常
2026-10-13 | value=1.3 numerator=13 denominator=10 baseline=10         | 黄 达到阈值  # believed at once
2026-10-14 | value=1.25 numerator=12.5 denominator=10 baseline=10      | 黄  # between: stays what it was
2026-10-15 | value=1.6 numerator=16 denominator=10 baseline=10         | 橙 达到阈值
2026-10-16 | value=2 numerator=20 denominator=10 baseline=10           | 红 达到阈值
2026-10-17 | no_data                                                   | 红  # resolves nothing
2026-10-19 | value=1.95 numerator=19.5 denominator=10 baseline=10      | 红  # under red, not recovered
2026-10-20 | value=1.15 numerator=11.5 denominator=10 baseline=10      | 正常 已恢复
2026-10-21 | value=2 numerator=20 denominator=10 baseline=10           | 红 达到阈值
2026-10-22 | held value=1.15 numerator=11.5 denominator=10 baseline=10 | 红  # bad data
2026-10-23 | insufficient                                              | 正常 样本不足  # with fresh data
2026-10-24 | value=1.3 numerator=13 denominator=10 baseline=10         | 黄 达到阈值
2026-10-26 | absent                                                    | 正常 样本不足  # nothing there to read
2026-10-27 | value=1.6 numerator=16 denominator=10 baseline=10         | 橙 达到阈值
"""
