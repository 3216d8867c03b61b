"""7 窗均排队: no window open: red if anyone waits, else 0."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=8 numerator=16 denominator=2      | 正常  # met three times: too few to hold
09:20       | value=6 numerator=12 denominator=2      | 正常
09:25–09:35 | value=8 numerator=16 denominator=2      | 正常
09:40       | value=8 numerator=16 denominator=2      | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=10 numerator=20 denominator=2     | 黄
10:00       | value=10 numerator=20 denominator=2     | 橙 达到阈值
10:05       | value=15 numerator=30 denominator=2     | 橙
10:10       | value=15 numerator=30 denominator=2     | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                 | 红  # resolves nothing
10:35–10:50 | value=14.5 numerator=29 denominator=2   | 红  # under red, not recovered
10:55–11:05 | value=5 numerator=10 denominator=2      | 红  # recovered three times: too few
11:10       | value=6 numerator=12 denominator=2      | 红
11:15–11:25 | value=5 numerator=10 denominator=2      | 红
11:30       | value=5 numerator=10 denominator=2      | 正常 已恢复  # as long as yellow takes
11:35       | value=15 numerator=30 denominator=2     | 正常
11:40       | value=15 numerator=30 denominator=2     | 红 达到阈值
11:45–12:00 | held value=5 numerator=10 denominator=2 | 红  # bad data
14:05–14:55 | insufficient                            | 红  # after lunch
15:00       | insufficient                            | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=8 numerator=16 denominator=2      | 正常
15:20–15:30 | absent                                  | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=8 numerator=16 denominator=2      | 正常
15:50–15:55 | no_data                                 | 正常  # ten are too few
16:00       | value=8 numerator=16 denominator=2      | 黄 达到阈值
17:00       | closing                                 | 正常 闭厅

2026-10-13
09:05       | value=none numerator=1 denominator=0    | 正常  # nobody serves, one waits: red by itself
09:10       | value=none numerator=1 denominator=0    | 红 达到阈值
09:15–09:25 | value=0 numerator=0 denominator=0       | 红  # nobody serves, nobody waits: 0
09:30       | value=0 numerator=0 denominator=0       | 正常 已恢复
09:35–09:45 | value=0 numerator=0 denominator=1       | 正常
09:50       | value=none numerator=3 denominator=0    | 正常
09:55       | value=4 numerator=4 denominator=1       | 正常  # one has opened
10:00       | value=none numerator=3 denominator=0    | 正常
10:05       | value=none numerator=3 denominator=0    | 红 达到阈值
12:00       | closing                                 | 正常 闭厅
"""
