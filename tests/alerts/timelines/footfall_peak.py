"""1 人流高峰: taken must also be at least B + 3·√B, so that a small hall does not cry at chance."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=1.3 numerator=520 denominator=400 baseline=400       | 正常  # met three times: too few to hold
09:20       | value=1.2 numerator=480 denominator=400 baseline=400       | 正常
09:25–09:35 | value=1.3 numerator=520 denominator=400 baseline=400       | 正常
09:40       | value=1.3 numerator=520 denominator=400 baseline=400       | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=1.6 numerator=640 denominator=400 baseline=400       | 黄
10:00       | value=1.6 numerator=640 denominator=400 baseline=400       | 橙 达到阈值
10:05       | value=2 numerator=800 denominator=400 baseline=400         | 橙
10:10       | value=2 numerator=800 denominator=400 baseline=400         | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                                    | 红  # resolves nothing
10:35–10:50 | value=1.9975 numerator=799 denominator=400 baseline=400    | 红  # under red, not recovered
10:55–11:05 | value=1.15 numerator=460 denominator=400 baseline=400      | 红  # recovered three times: too few
11:10       | value=1.2 numerator=480 denominator=400 baseline=400       | 红
11:15–11:25 | value=1.15 numerator=460 denominator=400 baseline=400      | 红
11:30       | value=1.15 numerator=460 denominator=400 baseline=400      | 正常 已恢复  # as long as yellow takes
11:35       | value=2 numerator=800 denominator=400 baseline=400         | 正常
11:40       | value=2 numerator=800 denominator=400 baseline=400         | 红 达到阈值
11:45–12:00 | held value=1.15 numerator=460 denominator=400 baseline=400 | 红  # bad data
14:05–14:55 | insufficient                                               | 红  # after lunch
15:00       | insufficient                                               | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=1.3 numerator=520 denominator=400 baseline=400       | 正常
15:20–15:30 | absent                                                     | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=1.3 numerator=520 denominator=400 baseline=400       | 正常
15:50–15:55 | no_data                                                    | 正常  # ten are too few
16:00       | value=1.3 numerator=520 denominator=400 baseline=400       | 黄 达到阈值
17:00       | closing                                                    | 正常 闭厅

2026-10-13
# 1.69 times, but one ticket too few for any level
09:05–09:20 | value=1.6875 numerator=27 denominator=16 baseline=16       | 正常
09:25–09:35 | value=1.75 numerator=28 denominator=16 baseline=16         | 正常
09:40       | value=1.75 numerator=28 denominator=16 baseline=16         | 橙 达到阈值  # 1.75 times and enough
09:45–09:55 | value=1.6875 numerator=27 denominator=16 baseline=16       | 橙
# what a level also needs is gone: that counts as recovered
10:00       | value=1.6875 numerator=27 denominator=16 baseline=16       | 正常 已恢复
12:00       | closing                                                    | 正常
"""
