"""32 在岗率: a level also needs two persons missing at that moment."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=94.5 numerator=567 denominator=600 missing=3    | 正常  # met three times: too few to hold
09:20       | value=95 numerator=570 denominator=600 missing=3      | 正常
09:25–09:35 | value=94.5 numerator=567 denominator=600 missing=3    | 正常
09:40       | value=94.5 numerator=567 denominator=600 missing=3    | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=89.5 numerator=537 denominator=600 missing=3    | 黄
10:00       | value=89.5 numerator=537 denominator=600 missing=3    | 橙 达到阈值
10:05       | value=79.5 numerator=477 denominator=600 missing=3    | 橙
10:10       | value=79.5 numerator=477 denominator=600 missing=3    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                               | 红  # resolves nothing
10:35–10:50 | value=80 numerator=480 denominator=600 missing=3      | 红  # under red, not recovered
10:55–11:05 | value=97 numerator=582 denominator=600 missing=0      | 红  # recovered three times: too few
11:10       | value=95 numerator=570 denominator=600 missing=3      | 红
11:15–11:25 | value=97 numerator=582 denominator=600 missing=0      | 红
11:30       | value=97 numerator=582 denominator=600 missing=0      | 正常 已恢复  # as long as yellow takes
11:35       | value=79.5 numerator=477 denominator=600 missing=3    | 正常
11:40       | value=79.5 numerator=477 denominator=600 missing=3    | 红 达到阈值
11:45–12:00 | held value=97 numerator=582 denominator=600 missing=0 | 红  # bad data
14:05–14:55 | insufficient                                          | 红  # after lunch
15:00       | insufficient                                          | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=94.5 numerator=567 denominator=600 missing=3    | 正常
15:20–15:30 | absent                                                | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=94.5 numerator=567 denominator=600 missing=3    | 正常
15:50–15:55 | no_data                                               | 正常  # ten are too few
16:00       | value=94.5 numerator=567 denominator=600 missing=3    | 黄 达到阈值
17:00       | closing                                               | 正常 闭厅

2026-10-13
09:05–09:20 | value=75 numerator=450 denominator=600 missing=1      | 正常  # one of four is late: not two persons
09:25       | value=75 numerator=450 denominator=600 missing=2      | 正常
09:30       | value=75 numerator=450 denominator=600 missing=2      | 红 达到阈值
09:35–09:45 | value=75 numerator=450 denominator=600 missing=1      | 红  # one came; the hour still looks bad
09:50       | value=75 numerator=450 denominator=600 missing=1      | 正常 已恢复
12:00       | closing                                               | 正常
"""
