"""13 办理时长漂移: the smoothing is in the reading, so no hold on top of it."""

TIMELINE = """
2026-10-12 | value=2.9      | 正常
2026-10-13 | value=3        | 黄 达到阈值  # believed at once
2026-10-14 | value=2.9      | 黄  # between: stays what it was
2026-10-15 | value=4        | 橙 达到阈值
2026-10-16 | value=5        | 红 达到阈值
2026-10-17 | no_data        | 红  # resolves nothing
2026-10-19 | value=4.9      | 红  # under red, not recovered
2026-10-20 | value=1.5      | 正常 已恢复
2026-10-21 | value=5        | 红 达到阈值
2026-10-22 | held value=1.5 | 红  # bad data
2026-10-23 | insufficient   | 正常 样本不足  # with fresh data
2026-10-24 | value=3        | 黄 达到阈值
2026-10-26 | absent         | 正常 样本不足  # nothing there to read
2026-10-27 | value=4        | 橙 达到阈值

2026-10-28 | value=-6       | 正常 已恢复  # faster than ever is no reason to warn
"""
