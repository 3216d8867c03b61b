"""A data folder with its state database, on SQLite or PostgreSQL, to be copied, opened and looked at as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.lake.layout import LAYOUTS
from cockpit.settings import Settings
from tests.lake.two_batches import NOW

STANDARD = load_profile("standard")
#: Tests whose outcome hardly depends on the state database run on both kinds in `make proof` only.
MOSTLY_SQLITE = pytest.mark.parametrize(
    "stage", ["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)], indirect=True
)
#: Columns that tell one import of the same rows from another.
_OF_THE_IMPORT = ("batch_id", "ingested_at", "refused_at", "delivered_at")
#: Rows that every import adds about itself.
_OWN_TABLE = "deliveries"
Content = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Installation:
    """Where a city's data lie.

    Attributes:
        data: data folder.
        url: address of its PostgreSQL database; empty for SQLite in the data folder.
    """

    data: Path
    url: str = ""

    def settings(self, **lake: object) -> Settings:
        """Settings untouched by config.toml; patience and lease short, so that tests need not wait."""
        patience = {"writer_wait_seconds": 20.0, "lease_seconds": 10.0}
        return Settings(data_dir=self.data, records={"url": self.url}, lake={**patience, **lake})

    @contextmanager
    def opened(self, **lake: object) -> Iterator[DataFolder]:
        """The data folder, opened as a new process would."""
        folder = open_folder(self.settings(**lake), create=True)
        try:
            yield folder
        finally:
            folder.close()

    def bring(self, *paths: Path, observe: Callable[[str], None] | None = None, **lake: object) -> BatchResult:
        """Import files of the standard."""
        with self.opened(**lake) as folder:
            return import_files(folder, STANDARD, list(paths), by="测试", now=NOW, observe=observe)

    def content(self) -> Content:
        """All rows of all tables, as readers see them now; without what tells one import from another."""
        with self.opened() as folder:
            return content_of(folder)

    def copy(self, place: Path) -> Installation:
        """The same again, independent of this one."""
        shutil.copytree(self.data, place)
        if not self.url:
            return Installation(place)
        base = sa.make_url(self.url)
        made = f"{base.database}_{abs(hash(str(place)))}"
        server = base.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{made}" TEMPLATE "{base.database}"')
        return Installation(place, base.set(database=made).render_as_string(hide_password=False))

    def remove(self) -> None:
        """Give room back."""
        shutil.rmtree(self.data)
        if self.url:
            base = sa.make_url(self.url)
            server = base.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{base.database}" WITH (FORCE)')

    @property
    def bytes_on_disk(self) -> int:
        """Size of the lake."""
        return sum(path.stat().st_size for path in (self.data / "lake").rglob("*") if path.is_file())


@dataclass(frozen=True)
class Stage:
    """An installation that holds the first batch, and what it looks like before and after the second.

    Attributes:
        template: the installation; never written to.
        first: files of the first batch.
        second: files of the second batch.
        before: all rows without the second batch.
        after: all rows with it.
    """

    template: Installation
    first: Path
    second: Path
    before: Content
    after: Content


def content_of(folder: DataFolder) -> Content:
    """All rows of all tables, sorted; what only tells one import from another is left out."""
    snapshot = folder.lake.snapshot()
    found = {}
    for name in snapshot.heads:
        layout = LAYOUTS[name]
        rows = snapshot.raw(name, with_partition=True).collect()
        if name == _OWN_TABLE:
            rows = rows.select("table", "hall_id", "rows_read", "rows_quarantined")
            found[name] = rows.sort(rows.columns)
        else:
            if "derived" in rows.columns:  # a made-up row was last changed when it was made up
                rows = rows.with_columns(pl.when(~pl.col("derived")).then("updated_at").alias("updated_at"))
            found[name] = rows.drop(_OF_THE_IMPORT, strict=False).sort(layout.key)
    return found


def differing(left: Content, right: Content) -> list[str]:
    """Names of the tables whose rows are not the same."""
    names = {**left, **right}
    return [name for name in names if name not in left or name not in right or not left[name].equals(right[name])]
