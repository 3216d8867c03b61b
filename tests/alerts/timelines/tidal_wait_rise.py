"""3 等候同比升幅: strictly above, two half hours in a row, 3 minutes more and a mean wait of 10 / 15 / 25."""

TIMELINE = """
2026-10-12
09:30 | value=20 numerator=12 denominator=10 baseline=10 comparison=slot_median       | 正常  # 20 % is not above 20 %
# 30 %, 3 minutes more, 13 minutes: one half hour
10:00 | value=30 numerator=13 denominator=10 baseline=10 comparison=slot_median       | 正常
10:30 | value=15 numerator=11.5 denominator=10 baseline=10 comparison=slot_median     | 正常  # 15 %: neither
11:00 | value=30 numerator=13 denominator=10 baseline=10 comparison=slot_median       | 正常
11:30 | value=30 numerator=13 denominator=10 baseline=10 comparison=slot_median       | 黄 达到阈值  # two in a row
# 16 %, between 10 and 20: the level stays what it was
12:00 | value=16 numerator=29 denominator=25 baseline=25 comparison=slot_median       | 黄
14:00 | value=60 numerator=16 denominator=10 baseline=10 comparison=slot_median       | 黄
# 60 % and 15 minutes
14:30 | value=60 numerator=16 denominator=10 baseline=10 comparison=slot_median       | 橙 达到阈值
15:00 | value=150 numerator=25 denominator=10 baseline=10 comparison=slot_median      | 橙
# 150 % and 25 minutes
15:30 | value=150 numerator=25 denominator=10 baseline=10 comparison=slot_median      | 红 达到阈值
16:00 | no_data                                                                       | 红  # resolves nothing
16:30 | value=10 numerator=11 denominator=10 baseline=10 comparison=slot_median       | 红  # 10 %: recovered, once
17:00 | value=10 numerator=11 denominator=10 baseline=10 comparison=slot_median       | 正常 已恢复
17:00 | closing                                                                       | 正常
2026-10-13
# 200 %, but not yet 10 minutes
09:30 | value=200 numerator=9 denominator=3 baseline=3 comparison=slot_median         | 正常
10:00 | value=200 numerator=9 denominator=3 baseline=3 comparison=slot_median         | 正常
10:30 | value=250 numerator=14 denominator=4 baseline=4 comparison=slot_median        | 正常
# 250 %, but 14 minutes are yellow at most
11:00 | value=250 numerator=14 denominator=4 baseline=4 comparison=slot_median        | 黄 达到阈值
11:30 | value=390 numerator=24.5 denominator=5 baseline=5 comparison=slot_median      | 黄
# 390 %, but under 25 minutes
12:00 | value=390 numerator=24.5 denominator=5 baseline=5 comparison=slot_median      | 橙 达到阈值
14:00 | value=2 numerator=25.5 denominator=25 baseline=25 comparison=slot_median      | 橙  # hardly longer than usual
14:30 | value=2 numerator=25.5 denominator=25 baseline=25 comparison=slot_median      | 正常 已恢复
# 25 %, but only 2.5 minutes more
15:00 | value=25 numerator=12.5 denominator=10 baseline=10 comparison=slot_median     | 正常
15:30 | value=25 numerator=12.5 denominator=10 baseline=10 comparison=slot_median     | 正常
# a comparison under 2 minutes counts as 2
16:00 | value=400 numerator=10 denominator=1 baseline=2 comparison=slot_median        | 正常
16:30 | value=400 numerator=10 denominator=1 baseline=2 comparison=slot_median        | 黄 达到阈值
17:00 | closing                                                                       | 正常 闭厅
2026-10-14
09:30 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 正常
# half an hour without a value: what was pending is dropped
10:00 | no_data                                                                       | 正常
10:30 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 正常
11:00 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 红 达到阈值
11:30 | insufficient                                                                  | 红  # too few calls
12:00 | insufficient                                                                  | 正常 样本不足  # an hour of it
14:00 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 正常
14:30 | held value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median | 正常  # bad data
15:00 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 正常
15:30 | value=200 numerator=30 denominator=10 baseline=10 comparison=slot_median      | 红 达到阈值
17:00 | closing                                                                       | 正常 闭厅
2026-10-15
09:30 | value=160 numerator=26 denominator=10 baseline=10 comparison=slot_median      | 正常
10:00 | value=160 numerator=26 denominator=10 baseline=10 comparison=slot_median      | 红 达到阈值
# red's 25 minutes are gone, orange is met
10:30 | value=140 numerator=24 denominator=10 baseline=10 comparison=slot_median      | 红
11:00 | value=140 numerator=24 denominator=10 baseline=10 comparison=slot_median      | 橙 已恢复
# orange's 15 minutes are gone, 45 % meet yellow
11:30 | value=45 numerator=14.5 denominator=10 baseline=10 comparison=slot_median     | 橙
12:00 | value=45 numerator=14.5 denominator=10 baseline=10 comparison=slot_median     | 黄 已恢复
17:00 | closing                                                                       | 正常 闭厅
"""
