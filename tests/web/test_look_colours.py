"""The colours of both looks: legible, and the same in the style sheet, in the charts and in Streamlit."""

import re
from typing import get_args

import plotly.io as pio
import pytest

from cockpit.board.quantity import Level
from cockpit.web.charts import PALETTES, Look, template
from cockpit.web.server import DEFAULTS
from cockpit.web.shell import FILES

STYLE = (FILES / "theme.css").read_text(encoding="utf-8")
DOOR = (FILES / "door.css").read_text(encoding="utf-8")
COLOURS = (FILES / "colours.css").read_text(encoding="utf-8")
LOOKS = get_args(Look)


def variables(look: Look) -> dict[str, str]:
    """The variables of a look; the dark one changes some of the light one's."""
    light = re.search(r":root \{(.*?)\n\}", COLOURS, re.DOTALL)
    dark = re.search(r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\n  \}", COLOURS, re.DOTALL)
    assert light and dark
    text = light[1] if look == "light" else light[1] + dark[1]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", LOOKS)
def test_every_text_can_be_read_on_what_lies_behind_it(look: Look) -> None:
    colours = variables(look)
    pairs = [(text, behind) for text in ("ink", "ink-soft", "accent") for behind in ("paper", "panel", "hover")]
    pairs += [(text, "panel") for text in ("miss", "notice", "failure", "well")]
    pairs += [("on-accent", "accent"), ("on-away", "away"), ("failure", "failure-paper")]
    pairs += [("ink", f"{tone}-paper") for tone in ("accent", "notice", "failure", "well")]
    pairs += [(tone, f"{tone}-paper") for tone in ("notice", "well", "normal", "yellow", "orange", "red", "no-data")]

    faint = {pair: ratio for pair in pairs if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert faint == {}


@pytest.mark.parametrize("look", LOOKS)
def test_every_shape_stands_out_from_what_lies_behind_it(look: Look) -> None:
    colours = variables(look)
    for level in ("normal", "yellow", "orange", "red", "no-data"):
        assert contrast(colours[f"{level}-shape"], colours[f"{level}-paper"]) >= 3, level
    for name in ("usual", "miss", "accent", "edge"):
        assert contrast(colours[name], colours["panel"]) >= 3, name


@pytest.mark.parametrize("look", LOOKS)
def test_charts_and_style_sheet_have_the_same_colours(look: Look) -> None:
    colours, palette = variables(look), PALETTES[look]

    for name in ("panel", "ink", "ink_soft", "line", "accent", "usual", "miss"):
        assert getattr(palette, name) == colours[name.replace("_", "-")], name
    assert set(palette.levels) == {level.value for level in Level}
    for name in ("normal", "yellow", "orange", "red", "no_data"):
        assert palette.levels[name] == colours[f"{name.replace('_', '-')}-shape"]
    font = pio.templates[template(look)].layout.font
    assert font.color == colours["ink"] and "Noto Sans SC" in font.family


@pytest.mark.parametrize("look", LOOKS)
def test_streamlit_draws_its_own_parts_in_the_same_look(look: Look) -> None:
    colours = variables(look)

    assert "theme.base" not in DEFAULTS  # with a base Streamlit would not follow the visitor's system
    for option, name in (("backgroundColor", "paper"), ("secondaryBackgroundColor", "panel"), ("textColor", "ink")):
        assert DEFAULTS[f"theme.{look}.{option}"] == colours[name]
    assert contrast(DEFAULTS[f"theme.{look}.primaryColor"], colours["panel"]) >= 3
    assert contrast(DEFAULTS[f"theme.{look}.primaryColor"], "#ffffff") >= 4.5  # what its buttons say is white


def test_every_level_has_a_colour_and_a_shape_of_its_own() -> None:
    for level in Level:
        assert re.search(rf"\.ck-level\.{level.value}\b[^{{]*\{{ --text:", STYLE), level
        assert re.search(rf"\.ck-level\.{level.value} \.ck-shape \{{", STYLE), level
    assert len({level.word for level in Level}) == len(Level)


def test_the_style_sheet_fetches_nothing() -> None:
    assert not re.search(r"url\(|@import|https?:", COLOURS + STYLE + DOOR)


@pytest.mark.parametrize("style", [STYLE, DOOR], ids=["pages", "door"])
def test_there_is_one_source_of_colours(style: str) -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])|\bhsla?\(|\brgba?\((?!0 0 0 /)", style) == []  # but for shadows
    assert "prefers-color-scheme" not in style
    used, known = set(re.findall(r"var\(--([\w-]+)", style)), set(re.findall(r"--([\w-]+):", COLOURS + style))
    assert used - known == set() and "ink" in used
