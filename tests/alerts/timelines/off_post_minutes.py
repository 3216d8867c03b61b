"""33 空岗时长: it measures a duration itself: believed at once, recovered at once."""

TIMELINE = """
2026-10-12
09:05       | value=9      | 正常
09:10       | value=10     | 黄 达到阈值  # it measures a duration itself: no hold
09:15       | value=9      | 黄  # between: stays what it was
09:20       | value=20     | 橙 达到阈值
09:25       | value=30     | 红 达到阈值
09:30       | value=29     | 红
09:35–09:50 | no_data      | 红  # resolves nothing
09:55       | held value=5 | 红  # bad data
10:00       | value=5      | 正常 已恢复  # five minutes of recovery are enough
10:05       | value=30     | 红 达到阈值
10:10–11:00 | insufficient | 红
11:05       | insufficient | 正常 样本不足  # an hour of them in a row
11:10       | value=10     | 黄 达到阈值
12:00       | closing      | 正常 闭厅

2026-10-13
09:05–09:10 | value=0      | 正常  # nobody waits, or the window is open
09:15       | value=10     | 黄 达到阈值
09:20       | value=0      | 正常 已恢复  # somebody has come back
12:00       | closing      | 正常
"""
