"""30 差评处置超时: a count: recovered only when none is left."""

TIMELINE = """
2026-10-12 | value=0 numerator=0      | 正常
2026-10-13 | value=1 numerator=1      | 黄 达到阈值  # not one may be missed
2026-10-14 | value=3 numerator=3      | 橙 达到阈值
2026-10-15 | value=2 numerator=2      | 橙  # under orange, not recovered
2026-10-16 | value=5 numerator=5      | 红 达到阈值
2026-10-17 | no_data                  | 红  # no verify_time was ever delivered
2026-10-19 | value=1 numerator=1      | 红  # one is left: still what it was
2026-10-20 | value=0 numerator=0      | 正常 已恢复
2026-10-21 | value=4 numerator=4      | 橙 达到阈值
2026-10-22 | held value=0 numerator=0 | 橙
2026-10-23 | insufficient             | 正常 样本不足
2026-10-24 | value=1 numerator=1      | 黄 达到阈值
2026-10-26 | absent                   | 正常 样本不足
"""
