"""Typed settings, built once where things are put together and handed down as values.

Read from `VANKHO_…` variables and an optional TOML file (`VANKHO_CONFIG`, else `vankho.toml` in the data folder); the
environment wins. A misspelt setting stops the start with its name. Documented in `docs/settings.md`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline.errors import SettingsError

PREFIX = "VANKHO_"

_UNKNOWN = "không có thiết lập này; xem docs/settings.md"

_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
"""Names of buckets that every S3 server takes."""

_REASONS = {
    "bool_parsing": "phải là true hoặc false",
    "float_parsing": "phải là một số",
    "float_type": "phải là một số",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "int_from_float": "phải là một số nguyên",
    "int_parsing": "phải là một số nguyên",
    "int_type": "phải là một số nguyên",
    "less_than_equal": "phải không quá {le}",
    "literal_error": "phải là một trong {expected}",
    "model_type": "đây là một nhóm thiết lập, không phải một giá trị",
    "string_pattern_mismatch": "không đúng dạng",
    "string_type": "phải là chữ",
}


class _Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class IntakeSettings(_Section):
    """Limits on what is taken in."""

    max_file_bytes: int = Field(default=500_000_000, gt=0)
    max_pages: int = Field(default=2_000, gt=0)
    max_pixels: int = Field(default=200_000_000, gt=0)
    """Declared pixels of one image or rendered page; above, it is refused before decoding."""
    archive_entries: int = Field(default=5_000, gt=0)
    """Most files in one ZIP archive or mail."""
    archive_bytes: int = Field(default=10_000_000_000, gt=0)
    """Most bytes that one archive may unpack to."""
    archive_ratio: int = Field(default=200, gt=1)
    """Most unpacked bytes for each packed one, of an entry and of an archive."""
    page_seconds: float = Field(default=120, gt=0)
    """Longest time for one page."""
    worker_bytes: int = Field(default=2_000_000_000, gt=0)
    """Most address space of one reading process beyond what it starts with."""
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)


class InboxSettings(_Section):
    """Where files arrive by themselves, in a folder for each unit."""

    folder: Path | None = None
    """The folder; by default `inbox` in the data folder."""
    quiet_seconds: float = Field(default=60, ge=0)
    """How long a file must have been left alone before it is taken."""
    bucket: str | None = Field(default=None, pattern=_BUCKET)
    """A bucket of the store's server that is an inbox as well."""


class NightlySettings(_Section):
    """The run that empties the inbox."""

    cron: str = "0 1 * * *"
    """When, in the zone of `pipeline.clock`, in five fields (six with seconds last)."""


class OCRSettings(_Section):
    """The recogniser."""

    language: str = "vie"


class SecrecySettings(_Section):
    """State secrets: quarantined, unless the installation is on an independent LAN and says so."""

    allow: tuple[Literal["mat", "toi_mat", "tuyet_mat"], ...] = ()


class StoreSettings(_Section):
    """The object store: in the data folder, or on MinIO or another S3 server where `url` is set."""

    url: str | None = Field(default=None, pattern=r"^https?://[^\s/@]+/?$")
    access_key: str | None = None
    secret_key: SecretStr | None = None
    bucket: str = Field(default="vankho", pattern=_BUCKET)
    staging_bucket: str = Field(default="vankho-staging", pattern=_BUCKET)
    """Where files wait that were not screened: a bucket of its own, that keeps no versions."""
    region: str = "us-east-1"
    ca: Path | None = None
    """PEM file with the authority that the server's certificate is from, where it is not one that the system trusts."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.url is not None and not (self.access_key and self.secret_key):
            raise PydanticCustomError("incomplete", "cần cả store.access_key và store.secret_key")
        if self.bucket == self.staging_bucket:
            raise PydanticCustomError("incomplete", "store.bucket và store.staging_bucket phải khác nhau")
        return self


class CatalogueSettings(_Section):
    """The catalogue: a SQLite file in the data folder, or a PostgreSQL database where `url` is set."""

    url: SecretStr | None = None


class IndexSettings(_Section):
    """The search index: in the data folder, or on OpenSearch where `url` is set."""

    url: str | None = Field(default=None, pattern=r"^https?://[^\s/@]+/?$")
    user: str | None = None
    password: SecretStr | None = None
    ca: Path | None = None
    """PEM file with the authority that the server's certificate is from, where it is not one that the system trusts."""
    prefix: str = Field(default="vankho", pattern=r"^[a-z0-9][a-z0-9_-]{0,80}$")
    """The names of all indices begin with it, so that several installations can share a server."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise PydanticCustomError("incomplete", "cần cả index.user và index.password")
        return self


class CLISettings(_Section):
    """The operator's command line."""

    impersonation: bool = True
    """Whether `--as PERSON` is accepted; each use is audited with the system's user. Off by itself with PostgreSQL."""


class AuditSettings(_Section):
    """The audit."""

    search_texts: bool = False
    """Whether what people search for is written into it: it tells what somebody thinks about."""


class WebSettings(_Section):
    """The HTTP API."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    session_hours: float = Field(default=12, gt=0)
    upload_files: int = Field(default=5_000, gt=0)
    """Most files of one upload."""
    upload_bytes: int = Field(default=10_000_000_000, gt=0)
    """Most bytes of one upload, all files together."""
    failures_per_address: int = Field(default=50, ge=1)
    """Failed sign-ins from one address within ten minutes before it has to wait."""
    certificate: Path | None = None
    """PEM certificate chain and, in `certificate_key`, its key: required outside loopback."""
    certificate_key: Path | None = None


class OIDCSettings(_Section):
    """The organisation's identity provider (OpenID Connect), where `issuer` is set."""

    issuer: str | None = Field(
        default=None, pattern=r"^(https://[^\s/@]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/\S*)?$"
    )
    client_id: str | None = None
    client_secret: SecretStr | None = None
    callback: str | None = Field(default=None, pattern=r"^https?://[^\s@]+/api/v1/oidc/callback$")
    """Our own address that the provider sends people back to, as it is registered there."""
    claim: str = "preferred_username"
    """The claim that holds a person's handle."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.issuer is not None and not (self.client_id and self.callback):
            raise PydanticCustomError("incomplete", "cần cả oidc.client_id và oidc.callback")
        return self


class Settings(_Section):
    """All settings. `home` holds the catalogue, the store, the index, staging and Prefect's own files."""

    home: Path
    intake: IntakeSettings = IntakeSettings()
    inbox: InboxSettings = InboxSettings()
    nightly: NightlySettings = NightlySettings()
    ocr: OCRSettings = OCRSettings()
    secrecy: SecrecySettings = SecrecySettings()
    store: StoreSettings = StoreSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    index: IndexSettings = IndexSettings()
    cli: CLISettings = CLISettings()
    audit: AuditSettings = AuditSettings()
    web: WebSettings = WebSettings()
    oidc: OIDCSettings = OIDCSettings()


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment over those of the TOML file over the defaults; `home` too.

    `VANKHO_CONFIG` names the file, else it is `vankho.toml` in the folder that `VANKHO_HOME` names, else in the
    user's data folder; a relative `home` in it starts from where it lies. Others are `VANKHO_<SECTION>__<NAME>`. An
    empty variable counts as none.

    Raises:
        SettingsError: a setting is unknown, or its value is impossible; the message names each.
    """
    own = {k.removeprefix(PREFIX).lower(): v for k, v in environment.items() if k.startswith(PREFIX) and v}
    config = own.pop("config", None)
    named = own.pop("home", None)
    home = Path(named or user_data_path("vankho")).expanduser().absolute()
    file = Path(config).expanduser() if config else home / "vankho.toml"
    values = {"home": home} | _from_file(file, is_required=config is not None) | ({"home": home} if named else {})
    try:
        return Settings.model_validate(_with_consequences(_over(values, _nested(own))))
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error


def _with_consequences(values: dict[str, Any]) -> dict[str, Any]:
    """Many reach a catalogue on a server, so nobody acts there in another's name unless the settings say so."""
    catalogue = values.get("catalogue")
    is_shared = isinstance(catalogue, dict) and bool(catalogue.get("url"))
    return _over({"cli": {"impersonation": False}}, values) if is_shared else values


def _from_file(path: Path, *, is_required: bool) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        if is_required:
            message = f"Không có tệp cấu hình {path}. Hãy sửa VANKHO_CONFIG."
            raise SettingsError(message) from error
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"Không đọc được tệp cấu hình {path}: {error}"
        raise SettingsError(message) from error
    if isinstance(values.get("home"), str):
        values["home"] = path.absolute().parent / Path(values["home"]).expanduser()
    return values


def _nested(own: Mapping[str, str]) -> dict[str, Any]:
    """`section__name` as nested mappings; a list is written with commas."""
    nested: dict[str, Any] = {}
    for key, text in sorted(own.items()):
        section, _, name = key.partition("__")
        value: str | list[str] = text.split(",") if (section, name) == ("secrecy", "allow") else text
        nested = _over(nested, {section: {name: value} if name else value})
    return nested


def _over(values: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """One set of values over another. Where one has a section and the other no section, the fault stays to be found."""
    merged = dict(values)
    for key, value in stronger.items():
        present = merged.get(key)
        if isinstance(value, dict) and isinstance(present, dict):
            merged[key] = present | value
        elif key not in merged or not isinstance(value, dict):
            merged[key] = value
    return merged


def _explain(error: ValidationError) -> str:
    return "\n".join(_explained(fault) for fault in error.errors())


def _explained(fault: ErrorDetails) -> str:
    """A fault with the setting's name as it is written in the file and in the environment."""
    path = [str(part) for part in fault["loc"][:2]]
    unknown = fault["type"] == "extra_forbidden"
    if unknown and isinstance(fault["input"], dict) and len(path) == 1:  # a whole section: say what stands in it
        names = [[*path, str(name)] for name in fault["input"]] or [path]
    else:
        names = [path]
    told = ", ".join(f"{'.'.join(name)} ({PREFIX}{'__'.join(name).upper()})" for name in names)
    return f"Thiết lập sai: {told}: {_UNKNOWN if unknown else _reason(fault)}"


def _reason(fault: ErrorDetails) -> str:
    """Why a value is impossible, in Vietnamese as far as we know such values."""
    template = _REASONS.get(fault["type"])
    return template.format(**fault.get("ctx", {})).replace(" or ", " hoặc ") if template else fault["msg"]
