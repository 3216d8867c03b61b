"""How faults in the settings are told: which file or variable, which key, what stands there, what is allowed."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from cockpit.errors import SettingsError
from cockpit.settings_values import meant

Place = tuple[str, ...]


class Origins:
    """Where each value in force was written, so that a fault can be found and mended."""

    def __init__(self, config: Path) -> None:
        """Begin with the file; variables and overrides stand above it."""
        self._file = f"配置文件 {config}"
        self._above: dict[Place, str] = {}

    def variable(self, place: Place, name: str) -> None:
        """Remember that an environment variable sets this place."""
        self._above[place] = f"环境变量 {name}"

    def override(self, values: Mapping[str, Any], prefix: Place = ()) -> None:
        """Remember that the caller, mostly the command line, sets these places."""
        for name, value in values.items():
            if isinstance(value, Mapping):
                self.override(value, (*prefix, name))
            else:
                self._above[(*prefix, name)] = "命令行参数"

    def of(self, place: Place) -> str:
        """Who set this place, in words that go before the key."""
        origin = self._above.get(place, self._file)
        return f"{origin} 的" if origin[-1].isascii() else f"{origin}的"


def readable_toml(path: Path) -> None:
    """Refuse a configuration file that is missing, unreadable or no TOML, with line and column where there is one."""
    where = f"配置文件 {path}"
    try:
        text = path.read_bytes().decode("utf-8")
        tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"{where} 不存在，请检查 COCKPIT_CONFIG 或所给的路径。") from None
    except OSError:
        raise SettingsError(f"{where} 无法读取，请检查它是不是文件、有没有读取权限。") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{where} 不是 UTF-8 编码，请另存为 UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        if text.startswith("\ufeff"):
            raise SettingsError(f"{where} 开头有 BOM 标记，请另存为不带 BOM 的 UTF-8。") from None
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = found.groups() if found else (text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
        raise SettingsError(
            f"{where} 第 {line} 行第 {column} 列不合 TOML 语法，请检查那里的引号、等号、括号或重复的键。"
        ) from None


def sentences(error: ValidationError, origins: Origins, model: type[BaseModel]) -> list[str]:
    """Every fault that the check found, each as one sentence."""
    return [sentence for detail in error.errors() for sentence in _told(detail, origins, model)]


def unknown_variable(name: str, known: Iterable[str]) -> str:
    """A COCKPIT_ variable that sets nothing."""
    suggestion = meant(name, list(known))
    advice = f"是否想写 {suggestion}？" if suggestion else "请删去它，可用的变量见 README 的设置表。"
    return f"环境变量 {name} 不对应任何设置，{advice}"


def allowed(field: FieldInfo) -> str:
    """What a setting may hold, in words: its own, or made from its type and range."""
    extra = field.json_schema_extra
    words = str(extra.get("allowed", "")) if isinstance(extra, dict) else ""
    if words:
        return words
    low, high = bounds(field)
    return f"{low:.0f} 至 {high:.0f} 的{'整数' if field.annotation is int else '数'}"


def bounds(field: FieldInfo) -> tuple[float, float]:
    """The least and the greatest value of a numeric setting."""
    low = next(float(str(mark.ge)) for mark in field.metadata if isinstance(mark, Ge))
    high = next(float(str(mark.le)) for mark in field.metadata if isinstance(mark, Le))
    return low, high


def _told(detail: ErrorDetails, origins: Origins, model: type[BaseModel]) -> Iterator[str]:
    place = tuple(str(part) for part in detail["loc"])
    key = ".".join(place)
    context = detail.get("ctx", {})
    if detail["type"] == "unusable_streamlit":
        for option, reason in context["faults"]:
            yield f"{origins.of(('streamlit', *option.lower().split('.')))} streamlit.{option}：{reason}。"
        return
    where = f"{origins.of(place)} {key}"
    if detail["type"] == "extra_forbidden":
        suggestion = _meant_place(place, model)
        advice = f"是否想写 {suggestion}？" if suggestion else "请删去它，可用的设置见 README 的设置表。"
        yield f"{where} 不是已有的设置，{advice}"
        return
    field = _field(place, model)
    reason = f"{context['reason']}，" if detail["type"] == "refused" else ""
    unit = _unit(field)
    yield f"{where} = {_shown(detail['input'])} 不可用：{reason}应为{_spaced(allowed_at(field, place))}{unit}。"


def allowed_at(field: FieldInfo, place: Place) -> str:
    """What may stand at this place: a value, or a whole section."""
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        return f"一节 [{'.'.join(place)}]，每个设置各占一行"
    return allowed(field)


def _unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    return f"（单位：{unit}）" if unit else ""


def _spaced(words: str) -> str:
    return f" {words}" if words[0].isascii() else words


def _field(place: Place, model: type[BaseModel]) -> FieldInfo:
    field = model.model_fields[place[0]]
    if len(place) > 1 and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        return _field(place[1:], field.annotation)
    return field


def _meant_place(place: Place, model: type[BaseModel]) -> str:
    """The setting or section probably meant: first among its neighbours, then by its own name anywhere."""
    neighbours = model
    for part in place[:-1]:
        annotation = neighbours.model_fields[part].annotation
        assert isinstance(annotation, type) and issubclass(annotation, BaseModel)
        neighbours = annotation
    if near := meant(place[-1], list(neighbours.model_fields)):
        return ".".join((*place[:-1], near))
    return _elsewhere(place[-1], model)


def _elsewhere(name: str, model: type[BaseModel]) -> str:
    """The setting of this name, or nearly, in any section."""
    everywhere = {
        inner: f"{section}.{inner}"
        for section, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for inner in field.annotation.model_fields
    }
    return everywhere.get(meant(name, list(everywhere)), "")


def _shown(value: object) -> str:
    """A value as people wrote it, short, and never with the password of an address."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(value)
    text = re.sub(r"://.*@", "://***@", text)
    return text if len(text) <= 60 else f"{text[:57]}…"
