"""What every section of the settings is made of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """One [section] of config.toml; it cannot change once read, and knows no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=False)


def setting(default: object, meaning: str, unit: str = "", allowed: str = "", **bounds: Any) -> Any:  # noqa: ANN401
    """One setting: its default, what it means to the people who run the product, its unit and what is allowed."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit, "allowed": allowed}, **bounds)
