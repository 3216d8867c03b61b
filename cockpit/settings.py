"""Every setting of the product, read once at the start from config.toml and COCKPIT_* variables and then frozen.

The order of precedence is: what the command line says, then the environment, then the file, then the default.
"""

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from cockpit.errors import SettingsError
from cockpit.settings_faults import Origins, readable_toml, sentences, unknown_variable
from cockpit.settings_jobs import JobSettings
from cockpit.settings_messages import MessageSettings
from cockpit.settings_report import ReportSettings
from cockpit.settings_section import Section, setting
from cockpit.settings_values import (
    checked_host,
    checked_issuer,
    checked_networks,
    checked_public_url,
    checked_records_url,
    checked_streamlit,
    checked_text,
    checked_thresholds,
    checked_zone,
    folder,
    optional_folder,
)
from cockpit.settings_wall import WallSettings

#: What has keys that are not ours to list.
FREE = ("streamlit", "thresholds", "routes")
PREFIX = "COCKPIT_"
NESTED = "__"
ROOT_CONFIG = Path(__file__).resolve().parent.parent / "config.toml"

NOT_SETTINGS = frozenset(
    {"COCKPIT_CONFIG", "COCKPIT_HMAC_KEY", "COCKPIT_COOKIE_SECRET", "COCKPIT_OIDC_SECRET", "COCKPIT_REAL_DIR"}
)
"""COCKPIT_* variables that are no settings: which file to read, secrets, and where the tests find the real sources."""

#: What begins so is the secret address of a channel for messages.
CHANNELS = "COCKPIT_CHANNELS__"

Seconds = Annotated[float, Field(allow_inf_nan=False)]
Folder = Annotated[Path, BeforeValidator(folder)]
OptionalFolder = Annotated[Path | None, BeforeValidator(optional_folder)]


class CitySettings(Section):
    """Whose halls these are; one data folder holds one city."""

    name: Annotated[str, AfterValidator(checked_text)] = setting(
        "示范市", "城市名称，显示在页面和报告上", allowed="不为空的文字"
    )
    timezone: Annotated[str, AfterValidator(checked_zone)] = setting(
        "Asia/Shanghai", "城市所在时区，不带时区的时间都按它理解", allowed="IANA 时区名，如 Asia/Shanghai"
    )


class RecordsSettings(Section):
    """Where the state database lies (batches, people, alerts)."""

    url: Annotated[str, AfterValidator(checked_records_url)] = setting(
        "",
        "状态库的地址，留空即用数据文件夹里的 SQLite；密码请写在环境变量 COCKPIT_RECORDS__URL 里",
        allowed="留空，或 postgresql+psycopg://用户:密码@主机/库名",
        repr=False,
    )


class IntakeSettings(Section):
    """How files are let in, and what is refused early."""

    drop_dir: OptionalFolder = setting(
        None, "投递文件夹：放进去的文件自动导入；留空即数据文件夹里的 inbox", allowed="留空，或一个文件夹"
    )
    drop_settle_seconds: Seconds = setting(10.0, "投递的文件多久不再变大才开始读", "秒", ge=0, le=3600)
    drop_keep_days: int = setting(7, "投递的文件导入以后保留多久", "天", ge=0, le=3650)
    future_tolerance_minutes: int = setting(5, "时间比现在晚多少以内仍然收下（各机器的钟不齐）", "分钟", ge=0, le=1440)
    max_file_mb: int = setting(4096, "一个文件解压以后的上限，超过即整个拒收", "MB", ge=1, le=1_048_576)
    max_field_mb: int = setting(8, "一个字段的上限，超过即整个文件拒收", "MB", ge=1, le=1024)
    max_unpacked_ratio: int = setting(200, "压缩文件解开后与原大小之比的上限，防压缩炸弹", "倍", ge=2, le=100_000)
    profile_dir: OptionalFolder = setting(
        None, "本地自编的导入方案（TOML）所在的文件夹，与自带的方案一同使用", allowed="留空，或一个文件夹"
    )


class LakeSettings(Section):
    """How records are written and how long superseded files stay."""

    writer_wait_seconds: Seconds = setting(60.0, "另一个进程正在写入时最多等多久", "秒", ge=0, le=3600)
    lease_seconds: Seconds = setting(30.0, "写入权的租期，进程意外退出后过这么久别人才能接手", "秒", ge=1, le=3600)
    keep_minutes: int = setting(60, "被替换的旧数据文件保留多久，供正在读取的页面读完", "分钟", ge=1, le=10_080)
    compact_files: int = setting(24, "一个月分区里的小文件达到多少个就合并", "个", ge=2, le=1000)


class WebSettings(Section):
    """Where the pages are served and how fresh they must be."""

    host: Annotated[str, AfterValidator(checked_host)] = setting(
        "127.0.0.1", "网页服务监听的地址；0.0.0.0 为本机的全部地址", allowed="IP 地址或 localhost"
    )
    port: int = setting(8501, "网页服务的端口", ge=1, le=65_535)
    public_url: Annotated[str, AfterValidator(checked_public_url)] = setting(
        "",
        "别的机器用什么网址打开驾驶舱；消息里的链接、统一身份认证都用它，https 时会话只走加密连接",
        allowed="留空，或 https://主机 这样的网址",
    )
    trusted_proxies: Annotated[str, AfterValidator(checked_networks)] = setting(
        "", "反向代理的地址；只有它们转告的来访地址和协议才算数", allowed="留空，或以逗号分开的 IP 地址、网段"
    )
    metrics_from: Annotated[str, AfterValidator(checked_networks)] = setting(
        "127.0.0.1, ::1", "谁可以读取监控指标 /metrics", allowed="以逗号分开的 IP 地址、网段"
    )
    refresh_seconds: int = setting(10, "页面隔多久查看一次有没有新数据", "秒", ge=1, le=3600)
    stale_minutes: int = setting(30, "数据超过多久没有更新就在页面上提醒", "分钟", ge=1, le=10_080)


class DoorSettings(Section):
    """How long people stay signed in."""

    session_hours: int = setting(12, "登录以后最多多久必须重新登录", "小时", ge=1, le=720)
    idle_minutes: int = setting(120, "多久没有操作就要重新登录（页面自己刷新不算操作）", "分钟", ge=5, le=10_080)


class OidcSettings(Section):
    """Signing in through the city's own identity provider (统一身份认证), where it has one."""

    issuer: Annotated[str, AfterValidator(checked_issuer)] = setting(
        "", "统一身份认证（OpenID Connect）的签发者网址；留空即不用", allowed="留空，或网址"
    )
    client_id: str = setting(
        "", "驾驶舱在统一身份认证里的编号；密钥只写在环境变量 COCKPIT_OIDC_SECRET 里", allowed="文字"
    )
    name_claim: Annotated[str, AfterValidator(checked_text)] = setting(
        "preferred_username", "身份信息里哪一项是驾驶舱的账号名", allowed="不为空的文字"
    )
    title: Annotated[str, AfterValidator(checked_text)] = setting(
        "统一身份认证", "登录页面上按钮的名称", allowed="不为空的文字"
    )


class Settings(BaseSettings):
    """All settings in force; made by `load_settings`, the same for the whole life of a process."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", strict=True, env_prefix=PREFIX, env_nested_delimiter=NESTED, env_ignore_empty=True
    )

    data_dir: Folder = setting(Path("data"), "数据文件夹：一个城市的全部记录都在里面", allowed="一个文件夹")
    city: CitySettings = CitySettings()
    records: RecordsSettings = RecordsSettings()
    intake: IntakeSettings = IntakeSettings()
    lake: LakeSettings = LakeSettings()
    web: WebSettings = WebSettings()
    wall: WallSettings = WallSettings()
    door: DoorSettings = DoorSettings()
    jobs: JobSettings = JobSettings()
    report: ReportSettings = ReportSettings()
    oidc: OidcSettings = OidcSettings()
    messages: MessageSettings = MessageSettings()
    thresholds: Annotated[dict[str, Any], BeforeValidator(checked_thresholds)] = setting(
        {}, "拟改的预警阈值，thresholds apply 才生效", allowed="若干 [thresholds.指标] 小节", repr=False
    )
    streamlit: Annotated[dict[str, Any], BeforeValidator(checked_streamlit)] = setting(
        {}, "Streamlit 自己的选项，原样传给它", allowed="若干 [streamlit.*] 小节", repr=False
    )

    @property
    def records_url(self) -> str:
        """The state database in force: the city's own PostgreSQL, or the SQLite file of the data folder."""
        return self.records.url or f"sqlite:///{self.data_dir / 'records.sqlite'}"

    @property
    def inbox(self) -> Path:
        """The drop folder in force (投递文件夹)."""
        return self.intake.drop_dir or self.data_dir / "inbox"

    @property
    def streamlit_options(self) -> dict[str, Any]:
        """Streamlit's own options as flat section.option keys, a fresh copy to pass on."""
        return dict(self.streamlit)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what `load_settings` has put together, because it knows where each value came from."""
        return (init_settings,)


def leaves(
    model: type[BaseModel] = Settings, prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every single setting with its place, such as ("web", "port"), in the order of config.toml."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from leaves(field.annotation, (*prefix, name))
        elif name not in FREE:
            yield (*prefix, name), field


def variable(place: tuple[str, ...]) -> str:
    """The environment variable that sets this place, such as COCKPIT_WEB__PORT."""
    return PREFIX + NESTED.join(place).upper()


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:  # noqa: ANN401 - any setting's value
    """The settings in force, from the command line, the environment, the file and the defaults, in that order.

    Args:
        config: The file to read; otherwise the one COCKPIT_CONFIG names, otherwise the product's own config.toml.
        **overrides: Values that win over everything, as in `data_dir=path` or `web={"port": 9000}`; None is no value.

    Raises:
        SettingsError: With every fault found in the file, the variables and the overrides, one sentence each.
    """
    named = config or (Path(given) if (given := os.environ.get("COCKPIT_CONFIG")) else None)
    path = named or ROOT_CONFIG
    origins = Origins(path)
    from_file: dict[str, Any] = {}
    if named or path.exists():
        readable_toml(path)
        from_file = TomlConfigSettingsSource(Settings, path)()
    from_environment, faults = _environment(origins)
    given_values = deepcopy({name: value for name, value in overrides.items() if value is not None})
    origins.override(given_values)

    _anchor(from_file, path.resolve().parent)
    _anchor(from_environment, Path.cwd())
    _anchor(given_values, Path.cwd())
    values: dict[str, Any] = {"data_dir": ROOT_CONFIG.parent / "data"}
    for source in (from_file, from_environment, given_values):
        values = _merged(values, source)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(*faults, *sentences(error, origins, Settings)) from None
    if faults:
        raise SettingsError(*faults)
    return settings


def _environment(origins: Origins) -> tuple[dict[str, Any], list[str]]:
    """What COCKPIT_* variables set, and a fault for each that sets nothing we know."""
    places = {variable(place).lower(): place for place, _ in leaves()}
    known: dict[str, str] = {}
    faults = []
    for name, value in os.environ.items():
        if not name.upper().startswith(PREFIX) or name.upper() in NOT_SETTINGS or name.upper().startswith(CHANNELS):
            continue
        if name.lower() in places:
            place: tuple[str, ...] = places[name.lower()]
        elif name.lower().startswith(f"{PREFIX}streamlit{NESTED}".lower()):
            place = tuple(name.lower().removeprefix(PREFIX.lower()).split(NESTED))
        else:
            faults.append(unknown_variable(name, [variable(place) for place in places.values()]))
            continue
        if value:
            known[name.lower()] = value
            origins.variable(place, name)
    source = EnvSettingsSource(Settings)
    source.env_vars = known
    return source(), faults


def _anchor(values: dict[str, Any], start: Path) -> None:
    """Make the folders named in `values` absolute: those in the file count from it, others from where one stands."""
    for section, names in ((values, ("data_dir",)), (values.get("intake"), ("drop_dir", "profile_dir"))):
        for name in names:
            if isinstance(section, dict) and isinstance(text := section.get(name), str | Path) and str(text).strip():
                section[name] = start / Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for an unknown ~user


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, `over` winning, section by section."""
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
