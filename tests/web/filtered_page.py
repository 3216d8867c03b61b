"""A page with a bar of filters, for tests."""

import streamlit as st

from cockpit.web import filters

chosen = filters.bar(
    filters.Choice("county", "区县", {"": "全市", "x": "云栖区", "y": "临江县"}),
    filters.Choice(
        "month", "月份", {"2026-10": "2026年10月", "2026-09": "2026年9月"}, default="2026-09", remembered=False
    ),
    filters.Choice("nothing", "无", {}),
)
st.text(repr(chosen))
