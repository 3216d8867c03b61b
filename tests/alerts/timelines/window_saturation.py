"""9 业务饱和度: people must also wait: more than one per open window for yellow, more than two for the others."""

TIMELINE = """
2026-10-12
# met three times: too few to hold
09:05–09:15 | value=85 numerator=204 denominator=240 waiting_per_window=3      | 正常
09:20       | value=84 numerator=201.6 denominator=240 waiting_per_window=3    | 正常
09:25–09:35 | value=85 numerator=204 denominator=240 waiting_per_window=3      | 正常
09:40       | value=85 numerator=204 denominator=240 waiting_per_window=3      | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=92 numerator=220.8 denominator=240 waiting_per_window=3    | 黄
10:00       | value=92 numerator=220.8 denominator=240 waiting_per_window=3    | 橙 达到阈值
10:05       | value=98 numerator=235.2 denominator=240 waiting_per_window=3    | 橙
10:10       | value=98 numerator=235.2 denominator=240 waiting_per_window=3    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                                          | 红  # resolves nothing
10:35–10:50 | value=97 numerator=232.8 denominator=240 waiting_per_window=3    | 红  # under red, not recovered
10:55–11:05 | value=80 numerator=192 denominator=240 waiting_per_window=3      | 红  # recovered three times: too few
11:10       | value=84 numerator=201.6 denominator=240 waiting_per_window=3    | 红
11:15–11:25 | value=80 numerator=192 denominator=240 waiting_per_window=3      | 红
# as long as yellow takes
11:30       | value=80 numerator=192 denominator=240 waiting_per_window=3      | 正常 已恢复
11:35       | value=98 numerator=235.2 denominator=240 waiting_per_window=3    | 正常
11:40       | value=98 numerator=235.2 denominator=240 waiting_per_window=3    | 红 达到阈值
11:45–12:00 | held value=80 numerator=192 denominator=240 waiting_per_window=3 | 红  # bad data
14:05–14:55 | insufficient                                                     | 红  # after lunch
# an hour of them in a row
15:00       | insufficient                                                     | 正常 样本不足
15:05–15:15 | value=85 numerator=204 denominator=240 waiting_per_window=3      | 正常
# 15 minutes: pending is dropped
15:20–15:30 | absent                                                           | 正常
15:35–15:45 | value=85 numerator=204 denominator=240 waiting_per_window=3      | 正常
15:50–15:55 | no_data                                                          | 正常  # ten are too few
16:00       | value=85 numerator=204 denominator=240 waiting_per_window=3      | 黄 达到阈值
17:00       | closing                                                          | 正常 闭厅

2026-10-13
# as busy as can be, but just one waits for each window
09:05–09:20 | value=99 numerator=237.6 denominator=240 waiting_per_window=1    | 正常
09:25–09:35 | value=99 numerator=237.6 denominator=240 waiting_per_window=1.5  | 正常
09:40       | value=99 numerator=237.6 denominator=240 waiting_per_window=1.5  | 黄 达到阈值
09:45–09:55 | value=99 numerator=237.6 denominator=240 waiting_per_window=2    | 黄  # two are not more than two
10:00       | value=99 numerator=237.6 denominator=240 waiting_per_window=2.5  | 黄
10:05       | value=99 numerator=237.6 denominator=240 waiting_per_window=2.5  | 红 达到阈值
10:10–10:20 | value=99 numerator=237.6 denominator=240 waiting_per_window=1.5  | 红
# too few wait for orange and red
10:25       | value=99 numerator=237.6 denominator=240 waiting_per_window=1.5  | 黄 已恢复
10:30–10:40 | value=99 numerator=237.6 denominator=240 waiting_per_window=0.5  | 黄
10:45       | value=99 numerator=237.6 denominator=240 waiting_per_window=0.5  | 正常 已恢复
10:50       | value=99 numerator=237.6 denominator=240 waiting_per_window=2.5  | 正常
10:55       | value=99 numerator=237.6 denominator=240 waiting_per_window=2.5  | 红 达到阈值
11:00       | value=99 numerator=237.6 denominator=240 waiting_per_window=1.5  | 红
11:05–11:10 | value=99 numerator=237.6 denominator=240 waiting_per_window=0.5  | 红
# red is over for four readings, yellow for three
11:15       | value=99 numerator=237.6 denominator=240 waiting_per_window=0.5  | 黄 已恢复
# now yellow for four too
11:20       | value=99 numerator=237.6 denominator=240 waiting_per_window=0.5  | 正常 已恢复
11:25–11:40 | value=99 numerator=237.6 denominator=240 waiting_per_window=none | 正常  # none open at that moment
12:00       | closing                                                          | 正常
"""
