"""26 差评数: two at one window are orange at least; between 0 and 1 lies nothing."""

TIMELINE = """
2026-10-12 | value=0 numerator=0 at_one_window=0      | 正常
2026-10-13 | value=1 numerator=1 at_one_window=1      | 黄 达到阈值  # one is enough
2026-10-14 | value=2 numerator=2 at_one_window=1      | 黄  # two, at two windows
2026-10-15 | value=2 numerator=2 at_one_window=2      | 橙 达到阈值  # two at one window
2026-10-16 | value=2 numerator=2 at_one_window=1      | 橙  # under orange, not recovered: stays what it was
2026-10-17 | value=6 numerator=6 at_one_window=2      | 红 达到阈值
2026-10-19 | no_data                                  | 红
2026-10-20 | value=5 numerator=5 at_one_window=2      | 红
2026-10-21 | value=0 numerator=0 at_one_window=0      | 正常 已恢复
2026-10-22 | value=3 numerator=3 at_one_window=1      | 橙 达到阈值  # three, each at its own window
2026-10-23 | held value=0 numerator=0 at_one_window=0 | 橙
2026-10-24 | insufficient                             | 正常 样本不足
2026-10-26 | value=2 numerator=2 at_one_window=2      | 橙 达到阈值
2026-10-27 | absent                                   | 正常 样本不足
2026-10-28 | value=7 numerator=7 at_one_window=1      | 红 达到阈值
"""
