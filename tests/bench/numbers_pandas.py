"""The year's numbers as a good user of pandas would count them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tests.bench.pandas_baselines import baselines
from tests.bench.pandas_facts import Year, facts
from tests.bench.pandas_rates import rates
from tests.bench.sides import Step


@cache
def _year(city: Path) -> Year:
    return Year(city)


def _step(work: Callable[[Year], dict[str, pd.DataFrame]]) -> Step:
    """A step that writes the frames it made."""

    def written(city: Path, out: Path) -> None:
        for name, frame in work(_year(city)).items():
            (out / name).mkdir()
            if "date" in frame.columns:
                days = pa.array(frame["date"].to_numpy().astype("int32")).cast(pa.date32())
                frame = frame.assign(date=pd.array(days, dtype=pd.ArrowDtype(pa.date32())))
            frame.to_parquet(out / name / "all.parquet", compression="zstd", index=False)

    return written


STEPS = {"facts": _step(facts), "baselines": _step(baselines), "rates": _step(rates)}
