"""Import profiles: a TOML file that says how a source's files become tables of the data standard, without code."""

from __future__ import annotations

import datetime as dt
import difflib
import fnmatch
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cockpit.errors import SettingsError
from cockpit.settings_values import checked_zone
from metrics.standard import TABLES

OWN_PROFILES = Path(__file__).parent / "profiles"
#: Columns of stored rows that a profile may also set: when the row last changed at the source.
EXTRA_COLUMNS = ("updated_at",)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(_Part):
    """How the source's files are written.

    Attributes:
        encoding: utf-8, gb18030 or any other that Python knows.
        separator: of CSV; TSV files have a tab without saying so.
        quote: quotation mark of CSV; empty = none.
        null: spellings of a missing value, beside the empty one.
        sheet: sheet of an XLSX file, by name; None = the first.
        url_variable: environment variable with the address of a database; makes this a SQL source.
    """

    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    null: tuple[str, ...] = ()
    sheet: str | None = None
    url_variable: str | None = None

    @field_validator("null", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"没有编码 {value}，常用 utf-8、gb18030") from None
        return value


class ColumnRule(_Part):
    """Where one column of the standard comes from: a column of the source, an expression over them, or a constant.

    Attributes:
        column: column of the source, taken as it is.
        sql: SQL expression over the source's columns (they are text).
        value: the same value in every row.
        codes: the source's code → the standard's; a code not named here is refused, never guessed.
        format: format of dates and times, as strftime writes them; several are tried in turn.
        zone: zone of times that carry none, where it is not the city's.
        prefix: put before the value, where two sources could use the same number.
        null: further spellings of a missing value in this column.
        personal: the source column holds an id or a phone number; it is hashed before anything else sees it.
    """

    column: str | None = None
    sql: str | None = None
    value: str | bool | int | float | None = None
    codes: dict[str, str] | None = None
    format: tuple[str, ...] = ()
    zone: str | None = None
    prefix: str | None = None
    null: tuple[str, ...] = ()
    personal: bool = False

    @field_validator("format", "null", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else checked_zone(value)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.sql, self.value)) != 1:
            raise ValueError("需要且只需要 column、sql、value 之一")
        if self.personal and self.column is None:
            raise ValueError("personal 只能与 column 一起用，这样原始列才能在保存前散列")
        if self.sql is not None:
            _checked_sql(self.sql)
        return self


class LeftOut(_Part):
    """Rows that are not of this table, by a rule and with the reason that the counts show."""

    when: str
    reason: str

    @field_validator("when")
    @classmethod
    def _valid(cls, value: str) -> str:
        return _checked_sql(value)


class TableRule(_Part):
    """How one table of the standard is made from the source's rows.

    Attributes:
        table: table of the standard.
        files: pattern of the names of the files it is made from.
        query: SQL query of a database source; `:since` stands for the watermark.
        watermark: column of the query's result whose greatest value is the next `:since`.
        since: first watermark.
        derived: reference rows that the source only names: one per key, marked as made up.
        distinct: several rows of the source tell the same row of this table (a case named by each of its steps).
        define: names for SQL expressions that the rules below use; each may use those above it; with a format they are
            read as local times, so that one can calculate with them.
        columns: column of the standard → where it comes from.
        leave_out: rows that are not of this table.
    """

    table: str
    files: str = "*"
    query: str | None = None
    watermark: str | None = None
    since: str = ""
    derived: bool = False
    distinct: bool = False
    define: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*[a-z0-9]$")], ColumnRule] = {}
    columns: dict[str, ColumnRule]
    leave_out: tuple[LeftOut, ...] = ()

    @field_validator("leave_out", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _of_the_standard(self) -> Self:
        if self.table not in TABLES:
            raise ValueError(f"数据标准里没有表 {self.table}{_near(self.table, list(TABLES))}")
        known = [column.name for column in TABLES[self.table].columns]
        for name in self.columns:
            if name not in (*known, *EXTRA_COLUMNS):
                raise ValueError(f"表 {self.table} 没有列 {name}{_near(name, known)}")
            if (defined := self.columns[name].column) in self.define:
                raise ValueError(f"列 {name} 用到 define 里的 {defined}，要写成 sql = '{defined}'")
        for name, definition in self.define.items():
            if definition.sql is None or definition.model_fields_set - {"sql", "format"}:
                raise ValueError(f"define 里的 {name} 只能写 sql，以及它是时间时的 format")
        missing = [c.name for c in TABLES[self.table].columns if c.required and c.name not in self.columns]
        if missing:
            raise ValueError(f"表 {self.table} 缺少必填列 {'、'.join(missing)}")
        return self

    def takes(self, file: str) -> bool:
        """Whether this table is made from a file of that name."""
        return fnmatch.fnmatch(file, self.files)


class Profile(_Part):
    """A source and how it becomes tables of the standard.

    Attributes:
        name: name on the command line; that of its file.
        title: what the source is, in Chinese.
        source_system: name of the source in every row it brings.
        city: name of the city, where the source itself is one; None = the city of the settings.
        timezone: the city's zone, with `city`.
        now: the instant at which an extract was taken; None = the time of import.
        workdays: how working days are filled that nobody delivers: by China's official calendar, or Monday to Friday.
        source: how its files are written.
        tables: how its rows become tables.
    """

    name: str = ""
    title: str
    source_system: Annotated[str, Field(min_length=1, max_length=60)]
    city: str | None = None
    timezone: str | None = None
    now: dt.datetime | None = None
    workdays: Literal["china", "weekdays"] = "china"
    source: Source = Source()
    tables: tuple[TableRule, ...] = ()

    @field_validator("tables", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _zone_with_city(self) -> Self:
        if (self.city is None) != (self.timezone is None):
            raise ValueError("city 与 timezone 要么都写，要么都不写")
        if self.timezone is not None:
            checked_zone(self.timezone)
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError("now 要带时区，如 2022-09-16T00:00:00-04:00")
        return self

    @property
    def is_standard(self) -> bool:
        """Whether files are already tables of the standard, named after them."""
        return not self.tables

    @property
    def personal_columns(self) -> dict[str, tuple[str, ...]]:
        """Source columns that hold a person's id or phone number, with their spellings of a missing value."""
        return {
            str(rule.column): rule.null for table in self.tables for rule in table.columns.values() if rule.personal
        }

    @property
    def needed_columns(self) -> set[str]:
        """Source columns that the rules name directly; a file without one of them is refused."""
        return {rule.column for table in self.tables for rule in table.columns.values() if rule.column is not None}


def load_profile(name: str, more: Path | None = None) -> Profile:
    """The import profile of that name: one of the product's own, of the settings' profile folder, or a TOML file.

    Args:
        name: name of a profile or path of a TOML file.
        more: folder with the installation's own profiles.

    Raises:
        SettingsError: there is none, or it has faults; all of them are told.
    """
    path = _find(name, more)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"导入方案 {path.name} 不是有效的 TOML（{error}）；请按提示位置修改。") from error
    except OSError as error:
        raise SettingsError(f"导入方案 {path} 读不出来（{error.strerror}）；请检查文件权限。") from error
    try:
        return Profile.model_validate({**content, "name": path.stem})
    except ValidationError as error:
        raise SettingsError(*(_fault(path.name, fault) for fault in error.errors())) from error


def profile_names(more: Path | None = None) -> list[str]:
    """Names of all profiles at hand."""
    return sorted({file.stem for folder in (OWN_PROFILES, more) if folder for file in folder.glob("*.toml")})


def _find(name: str, more: Path | None) -> Path:
    if name.endswith(".toml"):
        path = Path(name)
        if path.is_file():
            return path
    for folder in (more, OWN_PROFILES):
        if folder is not None and (path := folder / f"{name}.toml").is_file():
            return path
    names = profile_names(more)
    raise SettingsError(f"没有名为 {name} 的导入方案{_near(name, names)}；请从现有方案中选用：{'、'.join(names)}。")


def _near(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"，是否想写 {close[0]}" if close else ""


def _checked_sql(text: str) -> str:
    """An expression that Polars' SQL can read."""
    try:
        pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"SQL 表达式 {text!r} 读不懂：{str(error).splitlines()[0]}") from error
    return text


def _fault(file: str, fault: Any) -> str:  # noqa: ANN401 (pydantic's ErrorDetails)
    place = ".".join(str(part) for part in fault["loc"]) or "（整个文件）"
    if fault["type"] == "extra_forbidden":
        word = str(fault["loc"][-1])
        known = [*Profile.model_fields, *Source.model_fields, *TableRule.model_fields, *ColumnRule.model_fields]
        return f"导入方案 {file}：{place} 不是已知的写法{_near(word, known)}；请改正后重试。"
    if fault["type"] == "missing":
        return f"导入方案 {file}：缺少 {place}；请补上。"
    said = fault["msg"].removeprefix("Value error, ")
    return f"导入方案 {file}：{place} 不对（{said}）；请改正后重试。"
