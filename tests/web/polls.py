"""Polls of real queue machines, written as files of the data standard."""

from pathlib import Path

import polars as pl

POLLS_ZONE = "Europe/Warsaw"


def write_polls(source: Path, folder: Path) -> None:
    """Halls, queues and their states from the polls of Warsaw's halls (HaZdula/kolejkeR, MIT)."""
    folder.mkdir()
    queue = pl.col("name") + "/" + pl.col("idGrupy")
    at = (pl.col("date") + "T" + pl.col("time")).str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us")
    polls = pl.read_csv(source, infer_schema=False).with_columns(
        queue_id=queue, hall_id=pl.col("name"), at=at.dt.replace_time_zone(POLLS_ZONE)
    )
    polls.unique("hall_id").select(
        "hall_id",
        "name",
        short_name="name",
        region_code=pl.lit("000000000000"),
        county=pl.lit("Warszawa"),
        level=pl.lit("county"),
    ).write_parquet(folder / "halls.parquet")
    polls.unique("queue_id").select(
        "queue_id", "hall_id", name="nazwaGrupy", queue_type=pl.lit("normal")
    ).write_parquet(folder / "queues.parquet")
    polls.unique(["queue_id", "at"]).select(
        "hall_id",
        "queue_id",
        "at",
        waiting=pl.col("liczbaKlwKolejce").cast(pl.Int64),
        open_windows=pl.col("liczbaCzynnychStan").cast(pl.Int64),
    ).write_parquet(folder / "queue_snapshots.parquet")
