"""5 等候达标率: low is bad, and a level is met strictly below its threshold."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=79.5 numerator=159 denominator=200    | 正常  # met three times: too few to hold
09:20       | value=80 numerator=160 denominator=200      | 正常
09:25–09:35 | value=79.5 numerator=159 denominator=200    | 正常
09:40       | value=79.5 numerator=159 denominator=200    | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=69.5 numerator=139 denominator=200    | 黄
10:00       | value=69.5 numerator=139 denominator=200    | 橙 达到阈值
10:05       | value=59.5 numerator=119 denominator=200    | 橙
10:10       | value=59.5 numerator=119 denominator=200    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                     | 红  # resolves nothing
10:35–10:50 | value=60 numerator=120 denominator=200      | 红  # under red, not recovered
10:55–11:05 | value=85 numerator=170 denominator=200      | 红  # recovered three times: too few
11:10       | value=80 numerator=160 denominator=200      | 红
11:15–11:25 | value=85 numerator=170 denominator=200      | 红
11:30       | value=85 numerator=170 denominator=200      | 正常 已恢复  # as long as yellow takes
11:35       | value=59.5 numerator=119 denominator=200    | 正常
11:40       | value=59.5 numerator=119 denominator=200    | 红 达到阈值
11:45–12:00 | held value=85 numerator=170 denominator=200 | 红  # bad data
14:05–14:55 | insufficient                                | 红  # after lunch
15:00       | insufficient                                | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=79.5 numerator=159 denominator=200    | 正常
15:20–15:30 | absent                                      | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=79.5 numerator=159 denominator=200    | 正常
15:50–15:55 | no_data                                     | 正常  # ten are too few
16:00       | value=79.5 numerator=159 denominator=200    | 黄 达到阈值
17:00       | closing                                     | 正常 闭厅

2026-10-13
09:05–09:20 | value=80 numerator=160 denominator=200      | 正常  # at the threshold of yellow: not met, however long
09:25–09:35 | value=70 numerator=140 denominator=200      | 正常
09:40       | value=70 numerator=140 denominator=200      | 黄 达到阈值  # at that of orange: yellow
09:45–10:00 | value=84.5 numerator=169 denominator=200    | 黄
10:05–10:15 | value=85 numerator=170 denominator=200      | 黄
10:20       | value=85 numerator=170 denominator=200      | 正常 已恢复
12:00       | closing                                     | 正常
"""
