"""38 设备离线率: with fewer than five devices a level goes by key devices, by half and by all."""

TIMELINE = """
2026-10-12
09:05–09:15 | value=5 numerator=5 denominator=100 key_off=0      | 正常  # met three times: too few to hold
09:20       | value=4 numerator=4 denominator=100 key_off=0      | 正常
09:25–09:35 | value=5 numerator=5 denominator=100 key_off=0      | 正常
09:40       | value=5 numerator=5 denominator=100 key_off=0      | 黄 达到阈值  # the fourth in a row
09:45–09:55 | value=15 numerator=15 denominator=100 key_off=0    | 黄
10:00       | value=15 numerator=15 denominator=100 key_off=0    | 橙 达到阈值
10:05       | value=30 numerator=30 denominator=100 key_off=0    | 橙
10:10       | value=30 numerator=30 denominator=100 key_off=0    | 红 达到阈值  # red needs two
10:15–10:30 | no_data                                            | 红  # resolves nothing
10:35–10:50 | value=29 numerator=29 denominator=100 key_off=0    | 红  # under red, not recovered
10:55–11:05 | value=2 numerator=2 denominator=100 key_off=0      | 红  # recovered three times: too few
11:10       | value=4 numerator=4 denominator=100 key_off=0      | 红
11:15–11:25 | value=2 numerator=2 denominator=100 key_off=0      | 红
11:30       | value=2 numerator=2 denominator=100 key_off=0      | 正常 已恢复  # as long as yellow takes
11:35       | value=30 numerator=30 denominator=100 key_off=0    | 正常
11:40       | value=30 numerator=30 denominator=100 key_off=0    | 红 达到阈值
11:45–12:00 | held value=2 numerator=2 denominator=100 key_off=0 | 红  # bad data
14:05–14:55 | insufficient                                       | 红  # after lunch
15:00       | insufficient                                       | 正常 样本不足  # an hour of them in a row
15:05–15:15 | value=5 numerator=5 denominator=100 key_off=0      | 正常
15:20–15:30 | absent                                             | 正常  # 15 minutes: pending is dropped
15:35–15:45 | value=5 numerator=5 denominator=100 key_off=0      | 正常
15:50–15:55 | no_data                                            | 正常  # ten are too few
16:00       | value=5 numerator=5 denominator=100 key_off=0      | 黄 达到阈值
17:00       | closing                                            | 正常 闭厅

2026-10-13
# 25 % would be orange elsewhere: one that is no key device
09:05–09:20 | value=25 numerator=1 denominator=4 key_off=0       | 正常
09:25–09:35 | value=25 numerator=1 denominator=4 key_off=1       | 正常
09:40       | value=25 numerator=1 denominator=4 key_off=1       | 黄 达到阈值  # a key device
09:45–09:55 | value=50 numerator=2 denominator=4 key_off=1       | 黄
10:00       | value=50 numerator=2 denominator=4 key_off=1       | 橙 达到阈值  # half
10:05       | value=100 numerator=4 denominator=4 key_off=1      | 橙
10:10       | value=100 numerator=4 denominator=4 key_off=1      | 红 达到阈值  # all
10:15–10:25 | value=25 numerator=1 denominator=4 key_off=1       | 红
10:30       | value=25 numerator=1 denominator=4 key_off=1       | 黄 已恢复  # less than half, a key device still off
10:35–10:45 | value=25 numerator=1 denominator=4 key_off=0       | 黄
10:50       | value=25 numerator=1 denominator=4 key_off=0       | 正常 已恢复  # no key device
10:55–11:05 | value=50 numerator=2 denominator=4 key_off=0       | 正常
11:10       | value=50 numerator=2 denominator=4 key_off=0       | 橙 达到阈值  # half, though none is a key device
12:00       | closing                                            | 正常 闭厅
2026-10-14
09:05–09:15 | value=20 numerator=1 denominator=5 key_off=0       | 正常
09:20       | value=20 numerator=1 denominator=5 key_off=0       | 橙 达到阈值  # 20 %
12:00       | closing                                            | 正常 闭厅
"""
