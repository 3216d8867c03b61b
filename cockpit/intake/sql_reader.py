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
            f"导入方案 {profile.name} 需要环境变量 {profile.source.url_variable}（数据库地址）；请设置后重试。"
        )
    try:
        engine = sa.create_engine(address)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingsError(
            f"环境变量 {profile.source.url_variable} 里的数据库地址用不了（{error}）；"
            "请写成 SQLAlchemy 的地址，并安装相应的驱动。"
        ) from error
    raws, marks = [], {}
    try:
        with engine.connect() as connection:
            for rule in profile.tables:
                rows, mark = _run(connection, profile, rule, since.get(rule.table) or rule.since)
                raws.append(Raw(rule.table, "", 0, rows))
                if mark is not None:
                    marks[rule.table] = mark
    except sa.exc.SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise RefusedFile(
            f"数据库 {engine.url.render_as_string(hide_password=True)} 没有给出数据（{said[:200]}）；"
            "请检查地址、账号和查询语句。没有写入任何内容。"
        ) from error
    finally:
        engine.dispose()
    return raws, marks


def _run(connection: sa.Connection, profile: Profile, rule: TableRule, since: str) -> tuple[pl.DataFrame, str | None]:
    """The rows that a query gives, and the greatest value of its watermark."""
    query = sa.text(str(rule.query))
    values = {"since": since} if "since" in query.compile().params else {}
    result = connection.execute(query, values)
    names = list(result.keys())
    _check_columns(profile, rule, names)
    records = result.fetchall()
    columns = {name: [_plain(record[place]) for record in records] for place, name in enumerate(names)}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    rows = rows.with_columns(pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(LINE))
    if rule.watermark is None:
        return rows, None
    place = names.index(rule.watermark)
    return rows, _greatest([record[place] for record in records])


def _check_columns(profile: Profile, rule: TableRule, names: list[str]) -> None:
    """A query must give every column that the profile names, and each once.

    Raises:
        RefusedFile: it does not.
    """
    wanted = {setting.column for setting in rule.columns.values() if setting.column is not None} | {rule.watermark}
    missing = sorted(name for name in wanted if name is not None and name not in names)
    doubled = sorted({name for name in names if names.count(name) > 1})
    for fault, found in (("没有给出列", missing), ("给出了重名的列", doubled)):
        if found:
            raise RefusedFile(
                f"导入方案 {profile.name} 的表 {rule.table} 的查询{fault} {'、'.join(found)}；"
                "请改正查询语句。没有写入任何内容。"
            )


def _greatest(values: list[object]) -> str | None:
    """The greatest value as the database orders it: numbers as numbers, times as times."""
    known = [value for value in values if value is not None]
    try:
        return _plain(max(known)) if known else None  # type: ignore[type-var]
    except TypeError:  # values of several types in one column: as text
        return max(str(_plain(value)) for value in known)


def _plain(value: object) -> str | None:
    """A database value as text; times in ISO 8601, with their offset where they have one."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
