"""6 最长在队等候: it measures a duration itself: believed at once, recovered at once."""

TIMELINE = """
2026-10-12
09:05       | value=29      | 正常
09:10       | value=30      | 黄 达到阈值  # it measures a duration itself: no hold
09:15       | value=29      | 黄  # between: stays what it was
09:20       | value=45      | 橙 达到阈值
09:25       | value=60      | 红 达到阈值
09:30       | value=59      | 红
09:35–09:50 | no_data       | 红  # resolves nothing
09:55       | held value=20 | 红  # bad data
10:00       | value=20      | 正常 已恢复  # five minutes of recovery are enough
10:05       | value=60      | 红 达到阈值
10:10–11:00 | insufficient  | 红
11:05       | insufficient  | 正常 样本不足  # an hour of them in a row
11:10       | value=30      | 黄 达到阈值
12:00       | closing       | 正常 闭厅

2026-10-13
09:05       | value=75      | 红 达到阈值  # somebody was forgotten
09:10       | value=0       | 正常 已恢复  # nobody waits: a reading of 0
12:00       | closing       | 正常
"""
