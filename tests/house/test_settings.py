import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from cockpit.errors import CockpitError, SettingsError
from cockpit.settings import ROOT_CONFIG, load_settings

Write = Callable[[str], Path]


@pytest.fixture
def config(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults(path: Path, **overrides: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, **overrides)
    return caught.value.faults


def test_the_file_that_is_shipped_gives_exactly_the_defaults(tmp_path: Path, config: Write) -> None:
    shipped, defaults = load_settings(), load_settings(config(""))
    assert shipped.data_dir == defaults.data_dir == ROOT_CONFIG.parent / "data"
    assert shipped.model_dump(exclude={"streamlit"}) == defaults.model_dump(exclude={"streamlit"})


def test_without_any_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.settings.ROOT_CONFIG", tmp_path / "config.toml")
    assert load_settings().web.port == 8501


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(
    config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config('[city]\nname = "甲市"\n[web]\nport = 1111\nrefresh_seconds = 30\n')
    monkeypatch.setenv("COCKPIT_WEB__PORT", "2222")
    monkeypatch.setenv("COCKPIT_INTAKE__DROP_SETTLE_SECONDS", "0.5")
    settings = load_settings(path)
    assert (settings.city.name, settings.web.port, settings.web.refresh_seconds) == ("甲市", 2222, 30)
    assert settings.intake.drop_settle_seconds == 0.5
    assert load_settings(path, web={"port": 3333}).web.model_dump(include={"port", "refresh_seconds"}) == {
        "port": 3333,
        "refresh_seconds": 30,
    }


def test_cockpit_config_names_another_file(config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_CONFIG", str(config('[city]\nname = "乙市"\n')))
    assert load_settings().city.name == "乙市"


def test_an_override_of_none_and_an_empty_variable_are_no_values(
    config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_WEB__PORT", "")
    assert load_settings(config("[web]\nport = 1111\n"), data_dir=None).web.port == 1111


def test_folders_in_the_file_count_from_the_file_and_others_from_where_one_stands(
    config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    path = config('data_dir = "records"\n[intake]\nprofile_dir = "profiles"\ndrop_dir = "~/drop"\n')
    settings = load_settings(path)
    assert settings.data_dir == tmp_path / "records"
    assert settings.intake.profile_dir == tmp_path / "profiles"
    assert settings.inbox == Path(os.path.expanduser("~/drop"))  # noqa: PTH111
    monkeypatch.setenv("COCKPIT_DATA_DIR", "mine")
    assert load_settings(path).data_dir == here / "mine"
    assert load_settings(path, data_dir=Path("yours")).data_dir == here / "yours"


def test_what_is_left_empty_lies_in_the_data_folder(config: Write, tmp_path: Path) -> None:
    settings = load_settings(config('[intake]\ndrop_dir = ""\n'), data_dir=tmp_path)
    assert settings.inbox == tmp_path / "inbox"
    assert settings.records_url == f"sqlite:///{tmp_path / 'records.sqlite'}"
    assert settings.intake.profile_dir is None


def test_postgresql_is_one_setting_and_its_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+psycopg://cockpit:geheim@db/city"
    monkeypatch.setenv("COCKPIT_RECORDS__URL", url)
    settings = load_settings()
    assert settings.records_url == url
    assert "geheim" not in repr(settings)


def test_settings_cannot_change_and_travel_between_processes() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.web.port = 1
    with pytest.raises(ValidationError):
        settings.data_dir = Path()
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [
        ('[intake]\ndrop_dri = "x"\n', "intake.drop_dri", "intake.drop_dir"),
        ("[intak]\nmax_file_mb = 3\n", "intak", "intake"),
        ('[web]\ntimezone = "Asia/Shanghai"\n', "web.timezone", "city.timezone"),
        ('datadir = "x"\n', "datadir", "data_dir"),
        (
            "[streamlit.browser]\ngatherUsageStat = false\n",
            "streamlit.browser.gatherUsageStat",
            "streamlit.browser.gatherUsageStats",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_key_that_was_meant(config: Write, text: str, key: str, meant: str) -> None:
    path = config(text)
    (fault,) = faults(path)
    assert f"{path} 的 {key}" in fault
    assert f"是否想写 {meant}" in fault


def test_an_unknown_key_like_no_other_is_refused_with_where_to_look(config: Write) -> None:
    (fault,) = faults(config("xyzzy = 3\n"))
    assert "xyzzy 不是已有的设置" in fault
    assert "README" in fault


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("COCKPIT_WEB__PROT", "COCKPIT_WEB__PORT"),
        ("COCKPIT_LAK__KEEP_MINUTES", "COCKPIT_LAKE__KEEP_MINUTES"),
        ("COCKPIT_WEB_PORT", "COCKPIT_WEB__PORT"),
        ("COCKPIT_STREAMLIT__THEME__BAES", "streamlit.theme.base"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "9")
    (fault,) = faults(ROOT_CONFIG)
    assert f"环境变量 {name}" in fault
    assert f"是否想写 {meant}" in fault


def test_variables_of_others_are_no_concern_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_REAL_DIR", "/somewhere")
    monkeypatch.setenv("COCKPIT_HMAC_KEY", "a secret")
    monkeypatch.setenv("COCKPITS", "1")
    load_settings()


@pytest.mark.parametrize(
    ("text", "key", "value", "allowed"),
    [
        ("[web]\nport = 99999\n", "web.port", "99999", "1 至 65535 的整数"),
        ('[web]\nport = "8501"\n', "web.port", '"8501"', "1 至 65535 的整数"),
        ("[web]\nrefresh_seconds = true\n", "web.refresh_seconds", "true", "1 至 3600 的整数（单位：秒）"),
        ("[lake]\nkeep_minutes = 1.5\n", "lake.keep_minutes", "1.5", "1 至 10080 的整数（单位：分钟）"),
        ("[lake]\nlease_seconds = nan\n", "lake.lease_seconds", "NaN", "1 至 3600 的数（单位：秒）"),
        ("[lake]\nlease_seconds = inf\n", "lake.lease_seconds", "Infinity", "1 至 3600 的数（单位：秒）"),
        ("[city]\nname = 3\n", "city.name", "3", "不为空的文字"),
        ('[city]\nname = " "\n', "city.name", '" "', "不为空的文字"),
        ('[city]\ntimezone = "Asia/Shangai"\n', "city.timezone", '"Asia/Shangai"', "是否想写 Asia/Shanghai"),
        ('[city]\ntimezone = "../../etc/passwd"\n', "city.timezone", '"../../etc/passwd"', "IANA 时区名"),
        ('[city]\ntimezone = "Asia"\n', "city.timezone", '"Asia"', "IANA 时区名"),
        ('data_dir = ""\n', "data_dir", '""', "一个文件夹"),
        ("data_dir = 3\n", "data_dir", "3", "一个文件夹"),
        ('city = "甲市"\n', "city", '"甲市"', "[city]"),
        ('streamlit = "dark"\n', "streamlit", '"dark"', "[streamlit.*]"),
        ('[records]\nurl = "mysql://db/x"\n', "records.url", '"mysql://db/x"', "postgresql+psycopg://"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_file_key_value_and_what_is_allowed(
    config: Write, text: str, key: str, value: str, allowed: str
) -> None:
    path = config(text)
    (fault,) = faults(path)
    assert f"{path} 的 {key} = {value}" in fault
    assert allowed in fault
    assert fault.endswith("。") and "\n" not in fault


def test_a_bad_variable_is_told_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_LAKE__COMPACT_FILES", "many")
    (fault,) = faults(ROOT_CONFIG)
    assert fault.startswith('环境变量 COCKPIT_LAKE__COMPACT_FILES 的 lake.compact_files = "many" 不可用')
    assert fault.endswith("应为 2 至 1000 的整数（单位：个）。")


def test_a_bad_override_is_told_as_the_command_line_s() -> None:
    (fault,) = faults(ROOT_CONFIG, web={"port": 0})
    assert fault.startswith("命令行参数的 web.port = 0 不可用")


def test_all_faults_are_told_at_once_one_line_each(config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_FOO", "1")
    monkeypatch.setenv("COCKPIT_INTAKE__MAX_FILE_MB", "0")
    path = config("colour = 1\n[web]\nport = 0\nprot = 1\n[streamlit.theme]\nbaes = 1\nfnt = 2\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert len(caught.value.faults) == 7
    assert caught.value.sentence.splitlines() == list(caught.value.faults) == str(caught.value).splitlines()


def test_a_password_is_never_part_of_the_message(config: Write) -> None:
    (fault,) = faults(config('[records]\nurl = "mysql://root:ge@heim@db/x"\n'))
    assert "heim" not in fault and "root:" not in fault


@pytest.mark.parametrize("host", ["example.com", "", "1.2.3", "127.0.0.1:80"])
def test_a_host_to_listen_on_is_an_address(config: Write, host: str) -> None:
    (fault,) = faults(config(f'[web]\nhost = "{host}"\n'))
    assert "不是 IP 地址，也不是 localhost" in fault


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("web", "public_url", "cockpit.example"),
        ("web", "public_url", "ftp://cockpit.example"),
        ("web", "public_url", "https://cockpit.example/below"),
        ("web", "public_url", "https://a:b@cockpit.example"),
        ("web", "public_url", "https://cockpit.example:x"),
        ("web", "trusted_proxies", "10.0.0.0/8, proxy"),
        ("web", "trusted_proxies", "*"),
        ("web", "metrics_from", "everybody"),
        ("oidc", "issuer", "http://id.example"),
        ("oidc", "issuer", "id.example"),
        ("oidc", "title", ""),
    ],
)
def test_an_address_that_cannot_be_is_refused(config: Write, section: str, key: str, value: str) -> None:
    (fault,) = faults(config(f'[{section}]\n{key} = "{value}"\n'))
    assert f"{section}.{key}" in fault


def test_addresses_of_proxies_and_of_the_identity_provider_are_taken(config: Write) -> None:
    proxies = 'trusted_proxies = "10.1.2.3/8, ::1"\npublic_url = "https://cockpit.example/"\n'
    found = load_settings(config(f'[web]\n{proxies}[oidc]\nissuer = "http://127.0.0.1:9/realms/city"\n'))
    assert found.web.public_url == "https://cockpit.example"
    assert found.oidc.issuer == "http://127.0.0.1:9/realms/city"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "0.0.0.0", "192.168.1.5"])
def test_addresses_are_listened_on(config: Write, host: str) -> None:
    assert load_settings(config(f'[web]\nhost = "{host}"\n')).web.host == host


def test_streamlit_options_are_passed_on_flat(config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STREAMLIT__BROWSER__GATHERUSAGESTATS", "true")
    path = config('[streamlit.theme.dark]\nprimaryColor = "#8ab8f5"\n[streamlit.theme.sidebar]\nfont = "serif"\n')
    assert load_settings(path).streamlit_options == {
        "theme.dark.primaryColor": "#8ab8f5",
        "theme.sidebar.font": "serif",
        "browser.gatherUsageStats": True,
    }


@pytest.mark.parametrize(
    "option",
    [
        "[streamlit.server]\nport = 1",
        '[streamlit.server]\naddress = "0.0.0.0"',
        '[streamlit.server]\ncookieSecret = "x"',
        '[streamlit.theme]\nbase = "light"',
    ],
)
def test_streamlit_options_with_a_place_of_their_own_are_refused(config: Write, option: str) -> None:
    (fault,) = faults(config(f"{option}\n"))
    assert "不在这里设" in fault


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[web]\nport = \n", "第 2 行第 8 列"),
        (b"[web]\nport = 1\nport = 2\n", "第 3 行"),
        (b"[web\n", "第 1 行第 5 列"),
        (b'name = "x', "第 1 行第 10 列"),
        ('[city]\nname = "甲市"\n'.encode("gb18030"), "UTF-8"),
        (b"\xef\xbb\xbfdata_dir = 'x'\n", "BOM"),
    ],
    ids=["no value", "a key twice", "open bracket", "open string", "GB18030", "BOM"],
)
def test_a_file_that_is_no_toml_is_refused_with_the_place(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    (fault,) = faults(path)
    assert str(path) in fault and told in fault


def test_a_named_file_that_is_missing_or_a_folder_is_refused(tmp_path: Path) -> None:
    assert "不存在" in faults(tmp_path / "none.toml")[0]
    assert "无法读取" in faults(tmp_path)[0]


def test_errors_keep_their_sentences_between_processes() -> None:
    for error in (SettingsError("一。", "二。"), CockpitError("三。")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.sentence) == (type(error), error.sentence)
