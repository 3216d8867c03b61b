"""2 在厅负荷率: when it is read from another source no level changes for 15 minutes."""

TIMELINE = """
2026-10-12
# met three times: too few to hold
09:05–09:15 | value=70 numerator=140 denominator=200 people_from=headcounts      | 正常
09:20       | value=65 numerator=130 denominator=200 people_from=headcounts      | 正常
09:25–09:35 | value=70 numerator=140 denominator=200 people_from=headcounts      | 正常
09:40       | value=70 numerator=140 denominator=200 people_from=headcounts      | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=85 numerator=170 denominator=200 people_from=headcounts      | 黄
10:00       | value=85 numerator=170 denominator=200 people_from=headcounts      | 橙 达到阈值
10:05       | value=100 numerator=200 denominator=200 people_from=headcounts     | 橙
10:10       | value=100 numerator=200 denominator=200 people_from=headcounts     | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                                            | 红  # resolves nothing
10:35–10:50 | value=99 numerator=198 denominator=200 people_from=headcounts      | 红  # under red, not recovered
# recovered three times: too few
10:55–11:05 | value=60 numerator=120 denominator=200 people_from=headcounts      | 红
11:10       | value=65 numerator=130 denominator=200 people_from=headcounts      | 红
11:15–11:25 | value=60 numerator=120 denominator=200 people_from=headcounts      | 红
# as long as yellow takes
11:30       | value=60 numerator=120 denominator=200 people_from=headcounts      | 正常 已恢复
11:35       | value=100 numerator=200 denominator=200 people_from=headcounts     | 正常
11:40       | value=100 numerator=200 denominator=200 people_from=headcounts     | 红 达到阈值
11:45–12:00 | held value=60 numerator=120 denominator=200 people_from=headcounts | 红  # bad data
14:05–14:55 | insufficient                                                       | 红  # after lunch
# an hour of them in a row
15:00       | insufficient                                                       | 正常 样本不足
15:05–15:15 | value=70 numerator=140 denominator=200 people_from=headcounts      | 正常
# 15 minutes: pending is dropped
15:20–15:30 | absent                                                             | 正常
15:35–15:45 | value=70 numerator=140 denominator=200 people_from=headcounts      | 正常
15:50–15:55 | no_data                                                            | 正常  # ten are too few
16:00       | value=70 numerator=140 denominator=200 people_from=headcounts      | 黄 达到阈值
17:00       | closing                                                            | 正常 闭厅

2026-10-13
09:05       | value=50 numerator=100 denominator=200 people_from=headcounts      | 正常
# the door counter is silent: the tickets say red, twice and more
09:10–09:20 | value=110 numerator=220 denominator=200 people_from=tickets        | 正常
# 15 minutes after the change
09:25       | value=110 numerator=220 denominator=200 people_from=tickets        | 红 达到阈值
09:30–09:40 | value=20 numerator=40 denominator=200 people_from=headcounts       | 红  # the counter is back
09:45       | value=20 numerator=40 denominator=200 people_from=headcounts       | 正常 已恢复
09:50       | value=110 numerator=220 denominator=200 people_from=tickets        | 正常
09:55–10:00 | value=110 numerator=220 denominator=200 people_from=tickets        | 正常
# without a value no level changes, though the 15 minutes are over
10:05       | no_data                                                            | 正常
10:10       | value=110 numerator=220 denominator=200 people_from=tickets        | 红 达到阈值
10:15       | no_data                                                            | 红
# the same source after a gap: no change
10:20       | value=110 numerator=220 denominator=200 people_from=tickets        | 红
12:00       | closing                                                            | 正常 闭厅
2026-10-14
09:05       | value=110 numerator=220 denominator=200 people_from=headcounts     | 正常
09:10       | value=110 numerator=220 denominator=200 people_from=headcounts     | 红 达到阈值
12:00       | closing                                                            | 正常 闭厅
"""
