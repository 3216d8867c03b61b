"""Reading from a hall's own database, anything SQLAlchemy reaches; only what changed since the last time."""

from __future__ import annotations

import os
from collections.abc import Mapping

import polars as pl
import sqlalchemy as sa

from cockpit.errors import RefusedFile, SettingsError
from cockpit.intake.profile import Profile, TableRule
from cockpit.intake.raw import LINE, Raw


def read_queries(profile: Profile, since: Mapping[str, str | None]) -> tuple[list[Raw], dict[str, str]]:
    """Run the profile's queries in one transaction, so that they see the source at one moment.

    Args:
        profile: profile with queries.
        since: table → watermark reached, None before the first time.

    Returns:
        The rows of every query, named after its table, and the new watermarks.

    Raises:
        SettingsError: the environment variable with the address is missing, or the address is none.
        RefusedFile: the database cannot be reached or refuses a query; nothing is taken in.
    """
    address = os.environ.get(str(profile.source.url_variable))
    if not address:
        raise SettingsError(
            f"导入方案 {profile.name} 需要环境变量 {profile.source.url_variable}(数据库地址);请设置后重试。"
        )
    try:
        engine = sa.create_engine(address)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingsError(
            f"环境变量 {profile.source.url_variable} 里的数据库地址用不了({error});"
            "请写成 SQLAlchemy 的地址,并安装相应的驱动。"
        ) from error
    raws, marks = [], {}
    try:
        with engine.connect() as connection:
            for rule in profile.tables:
                rows = _run(connection, rule, since.get(rule.table) or rule.since)
                raws.append(Raw(rule.table, "", 0, rows))
                mark = _mark(rows, rule)
                if mark is not None:
                    marks[rule.table] = mark
    except sa.exc.SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise RefusedFile(
            f"数据库 {engine.url.render_as_string(hide_password=True)} 没有给出数据({said[:200]});"
            "请检查地址、账号和查询语句。没有写入任何内容。"
        ) from error
    finally:
        engine.dispose()
    return raws, marks


def _run(connection: sa.Connection, rule: TableRule, since: str) -> pl.DataFrame:
    query = sa.text(str(rule.query))
    values = {"since": since} if "since" in query.compile().params else {}
    result = connection.execute(query, values)
    names = list(result.keys())
    records = result.fetchall()
    columns = {name: [_plain(record[place]) for record in records] for place, name in enumerate(names)}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return rows.with_columns(pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(LINE))


def _plain(value: object) -> str | None:
    """A database value as text; times in ISO 8601, with their offset where they have one."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _mark(rows: pl.DataFrame, rule: TableRule) -> str | None:
    if rule.watermark is None or rows.is_empty():
        return None
    found = rows[rule.watermark].max()
    return None if found is None else str(found)
