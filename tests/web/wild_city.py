"""A demo city whose halls, windows, items, reviews, files and columns have names that mean harm, brought in as any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import polars as pl

from cockpit import actions
from cockpit.demo.city import write_city
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import RefusedFile
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.records.follow_ups import Step
from tests.web.people import at_time, opened

HIT = "window.hit=(window.hit||0)+1"
MARKUP = f'<script>{HIT}</script><img src=x onerror="{HIT}"><a href="https://evil.example">去</a>'
LINK = "[点我](https://evil.example/x) ![图](https://evil.example/i.png) **粗** `码`"
WIDGET = ":red[红] :material/home: :rocket: :blue-background[底] $\\frac{1}{2}$ $$x^2$$"
FORMULA = '=HYPERLINK("https://evil.example","点我")'
LONG = "很长的名字" * 12 + "W" * 90
TURNED = "云\u202e栖\u2066厅\x7f\x85\u2028甲"
#: A name of each kind, for the six halls; things of other kinds take them in turn.
NAMES = (MARKUP, LINK, WIDGET, FORMULA, LONG, TURNED)
MORE = (
    "+1+1",
    "-2+3|cmd",
    "@SUM(A1)",
    "&lt;b&gt;粗&amp;",
    "%{x} {0} ${y} \\n",
    "'; DROP TABLE halls; --",
    "javascript:alert(1)",
)
EVERY = (*NAMES, *MORE)
FORGED = "\n2026-11-20 10:00:00,000 ERROR cockpit.web forged"
FILE = f'<img src=x onerror="{HIT.replace("|", "")}">[a](b):red[c]\u202egpj{FORGED}.zip'
COLUMN = f"<b onmouseover={HIT}>=1+1</b>"


def wild_city(data_dir: Path, now: datetime) -> str:
    """Build it; returns a bad review on which somebody wrote down a note of every kind."""
    files = data_dir.with_name("wild-files")
    write_city(files, halls=6, days=36, until=now.date(), now=now)
    for table, columns in {
        "halls": ("name", "short_name"),
        "departments": ("name",),
        "items": ("name",),
        "queues": ("name",),
        "windows": ("name",),
        "reviews": ("text",),
    }.items():
        _rename(files / f"{table}.parquet", columns)
    reviews = pl.read_parquet(files / "reviews.parquet")
    bad = reviews.filter(pl.col("level") <= 2, pl.col("origin") == "active", pl.col("text").is_not_null())
    nowhere = bad.head(20).with_columns(("Q-" + pl.col("review_id")).alias("review_id"), hall_id=pl.lit("H999<b>"))
    pl.concat([reviews, nowhere]).write_parquet(files / "reviews.parquet")
    with opened(data_dir) as folder, at_time(now):
        import_files(folder, load_profile("standard"), [files], by=MARKUP, now=now.astimezone(UTC))
        dropped = data_dir.with_name("dropped")
        dropped.mkdir()
        (dropped / FILE).write_bytes(b"no archive")
        (dropped / "cases.csv").write_text(f'{COLUMN},"{FORGED}",{LINK}\n1,2,3\n', encoding="utf-8")
        for name in (FILE, "cases.csv"):
            try:
                import_files(folder, load_profile("standard"), [dropped / name], by=FORMULA, now=now.astimezone(UTC))
            except RefusedFile:
                continue
            raise AssertionError(f"{name} was taken")
        recent = bad.filter(pl.col("assess_time") > now - timedelta(days=20)).sort("assess_time")
        review_id = str(recent["review_id"][-1])
        for text in EVERY:
            actions.follow_up(folder, Viewer("主任", None, Role.MANAGER), review_id, Step.NOTE, text)
    return review_id


def _rename(file: Path, columns: tuple[str, ...]) -> None:
    frame = pl.read_parquet(file)
    for column in columns:
        names = [name for name, _ in zip(cycle(EVERY), range(frame.height), strict=False)]
        wild = pl.Series(column, names, dtype=pl.String)
        frame = frame.with_columns(pl.when(pl.col(column).is_not_null()).then(wild).alias(column))
    frame.write_parquet(file)
