"""What the rates of 好差评 say in words."""

from __future__ import annotations

#: What a rate of which nothing was counted says in place of its numerator and denominator.
NOTHING = {
    "review_active_rate": "没有可以评价的办理",
    "review_good_rate": "没有主动评价",
    "review_bad_rate": "没有主动评价",
    "review_total_good_rate": "没有评价",
    "callback_rate": "没有应回访的差评",
    "callback_satisfied_rate": "没有回访",
    "rectify_on_time_rate": "没有到期的整改",
}
