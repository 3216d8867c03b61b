"""10 需求产能比: orange and red also need three waiting per open window; no window open is red."""

TIMELINE = """
2026-10-12
# met three times: too few to hold
09:05–09:15 | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 正常
09:20       | value=0.84 numerator=0.84 denominator=1 waiting_per_window=3    | 正常
09:25–09:35 | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 正常
09:40       | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=0.95 numerator=0.95 denominator=1 waiting_per_window=3    | 黄
10:00       | value=0.95 numerator=0.95 denominator=1 waiting_per_window=3    | 橙 达到阈值
10:05       | value=1.05 numerator=1.05 denominator=1 waiting_per_window=3    | 橙
10:10       | value=1.05 numerator=1.05 denominator=1 waiting_per_window=3    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                                         | 红  # resolves nothing
10:35–10:50 | value=1.04 numerator=1.04 denominator=1 waiting_per_window=3    | 红  # under red, not recovered
10:55–11:05 | value=0.8 numerator=0.8 denominator=1 waiting_per_window=3      | 红  # recovered three times: too few
11:10       | value=0.84 numerator=0.84 denominator=1 waiting_per_window=3    | 红
11:15–11:25 | value=0.8 numerator=0.8 denominator=1 waiting_per_window=3      | 红
11:30       | value=0.8 numerator=0.8 denominator=1 waiting_per_window=3      | 正常 已恢复  # as long as yellow takes
11:35       | value=1.05 numerator=1.05 denominator=1 waiting_per_window=3    | 正常
11:40       | value=1.05 numerator=1.05 denominator=1 waiting_per_window=3    | 红 达到阈值
11:45–12:00 | held value=0.8 numerator=0.8 denominator=1 waiting_per_window=3 | 红  # bad data
14:05–14:55 | insufficient                                                    | 红  # after lunch
# an hour of them in a row
15:00       | insufficient                                                    | 正常 样本不足
15:05–15:15 | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 正常
15:20–15:30 | absent                                                          | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 正常
15:50–15:55 | no_data                                                         | 正常  # ten are too few
16:00       | value=0.85 numerator=0.85 denominator=1 waiting_per_window=3    | 黄 达到阈值
17:00       | closing                                                         | 正常 闭厅

2026-10-13
09:05–09:15 | value=1.2 numerator=1.2 denominator=1 waiting_per_window=2.9    | 正常
# too few wait for more than yellow
09:20       | value=1.2 numerator=1.2 denominator=1 waiting_per_window=2.9    | 黄 达到阈值
09:25       | value=1.2 numerator=1.2 denominator=1 waiting_per_window=3      | 黄
09:30       | value=1.2 numerator=1.2 denominator=1 waiting_per_window=3      | 红 达到阈值
09:35–09:45 | value=1.2 numerator=1.2 denominator=1 waiting_per_window=0      | 红
# yellow needs nobody waiting
09:50       | value=1.2 numerator=1.2 denominator=1 waiting_per_window=0      | 黄 已恢复
09:55       | value=none numerator=1.2 denominator=0 waiting_per_window=none  | 黄  # twelve taken, no window open
10:00       | value=none numerator=1.2 denominator=0 waiting_per_window=none  | 红 达到阈值
12:00       | closing                                                         | 正常 闭厅
"""
