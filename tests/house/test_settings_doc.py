import re
import tomllib
from pathlib import Path

from streamlit import config as streamlit_config

from cockpit.settings import FREE, ROOT_CONFIG, leaves, load_settings
from cockpit.settings_doc import comment, default, settings_table
from cockpit.streamlit_options import STREAMLIT_OPTIONS

README = ROOT_CONFIG.parent / "README.md"


def test_the_table_in_the_readme_is_the_one_made_from_the_settings() -> None:
    text = README.read_text(encoding="utf-8")
    found = re.search(r"<!-- settings:begin -->\n(.*?)<!-- settings:end -->", text, re.DOTALL)
    assert found is not None
    assert found.group(1) == settings_table()


def test_every_setting_stands_in_config_toml_under_its_comment_in_order() -> None:
    lines = ROOT_CONFIG.read_text(encoding="utf-8").splitlines()
    places = [f"{comment(field)}\n{place[-1]} = {default(field)}" for place, field in leaves()]
    text = "\n".join(lines)
    positions = [text.find(place) for place in places]
    assert -1 not in positions, [place for place, at in zip(places, positions, strict=True) if at < 0]
    assert positions == sorted(positions)


def test_config_toml_holds_nothing_else_and_every_line_of_it_is_commented() -> None:
    text = ROOT_CONFIG.read_text(encoding="utf-8")
    written = tomllib.loads(text)
    settings = {place for place, _ in leaves()}
    found = {
        (section, key) if isinstance(content, dict) else (section,)
        for section, content in written.items()
        if section not in FREE
        for key in (content if isinstance(content, dict) else [section])
    }
    assert found == settings
    lines = text.splitlines()
    assert all(lines[number - 1].startswith("# ") for number, line in enumerate(lines) if re.match(r"\w+ = ", line))


def test_the_streamlit_options_we_know_are_those_of_the_streamlit_in_use() -> None:
    assert set(streamlit_config.get_config_options()) == STREAMLIT_OPTIONS
    assert set(load_settings().streamlit_options) <= STREAMLIT_OPTIONS


def test_the_shipped_settings_send_nothing_outside() -> None:
    options = load_settings().streamlit_options
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {".".join(place) for place, _ in leaves()}
    text = Path(README).read_text(encoding="utf-8")
    sections = "|".join({name.partition(".")[0] for name in known if "." in name})
    named = set(re.findall(rf"`((?:{sections})\.\w+)`", text))
    assert named and named <= known
