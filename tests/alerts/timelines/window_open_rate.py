"""11 窗口开放率: low is bad; no reading in the first 30 minutes of a session."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=89.5 numerator=358 denominator=400    | 正常  # met three times: too few to hold
09:20       | value=93 numerator=372 denominator=400      | 正常
09:25–09:35 | value=89.5 numerator=358 denominator=400    | 正常
09:40       | value=89.5 numerator=358 denominator=400    | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=79.5 numerator=318 denominator=400    | 黄
10:00       | value=79.5 numerator=318 denominator=400    | 橙 达到阈值
10:05       | value=64.5 numerator=258 denominator=400    | 橙
10:10       | value=64.5 numerator=258 denominator=400    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                     | 红  # resolves nothing
10:35–10:50 | value=65 numerator=260 denominator=400      | 红  # under red, not recovered
10:55–11:05 | value=94 numerator=376 denominator=400      | 红  # recovered three times: too few
11:10       | value=93 numerator=372 denominator=400      | 红
11:15–11:25 | value=94 numerator=376 denominator=400      | 红
11:30       | value=94 numerator=376 denominator=400      | 正常 已恢复  # as long as yellow takes
11:35       | value=64.5 numerator=258 denominator=400    | 正常
11:40       | value=64.5 numerator=258 denominator=400    | 红 达到阈值
11:45–12:00 | held value=94 numerator=376 denominator=400 | 红  # bad data
14:05–14:55 | insufficient                                | 红  # after lunch
15:00       | insufficient                                | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=89.5 numerator=358 denominator=400    | 正常
15:20–15:30 | absent                                      | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=89.5 numerator=358 denominator=400    | 正常
15:50–15:55 | no_data                                     | 正常  # ten are too few
16:00       | value=89.5 numerator=358 denominator=400    | 黄 达到阈值
17:00       | closing                                     | 正常 闭厅

2026-10-13
09:05–09:30 | absent                                      | 正常  # the first half hour of the session is not judged
09:35       | value=50 numerator=200 denominator=400      | 正常
09:40       | value=50 numerator=200 denominator=400      | 红 达到阈值
12:00       | closing                                     | 正常 闭厅
"""
