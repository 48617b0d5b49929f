"""Typed settings, built once where things are put together and handed down as values.

Read from `VANKHO_…` variables and an optional TOML file (`VANKHO_CONFIG`, else `vankho.toml` in the data folder).
A misspelt setting stops the start with its name. Documented in `docs/settings.md`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError

PREFIX = "VANKHO_"


class _Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class IntakeSettings(_Section):
    """Limits on what is taken in."""

    max_file_bytes: int = Field(default=500_000_000, gt=0)
    max_pages: int = Field(default=2_000, gt=0)
    max_pixels: int = Field(default=200_000_000, gt=0)
    """Declared pixels of one image or rendered page; above, it is refused before decoding."""
    page_seconds: float = Field(default=120, gt=0)
    """Longest time for one page."""
    worker_bytes: int = Field(default=2_000_000_000, gt=0)
    """Most address space of one reading process beyond what it starts with."""
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)


class OCRSettings(_Section):
    """The recogniser."""

    language: str = "vie"


class SecrecySettings(_Section):
    """State secrets: quarantined, unless the installation is on an independent LAN and says so."""

    allow: tuple[Literal["mat", "toi_mat", "tuyet_mat"], ...] = ()


class CLISettings(_Section):
    """The operator's command line."""

    impersonation: bool = True
    """Whether `--as PERSON` is accepted; each use is audited with the system's user."""


class WebSettings(_Section):
    """The HTTP API."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    session_hours: float = Field(default=12, gt=0)
    certificate: Path | None = None
    """PEM certificate chain and, in `certificate_key`, its key: required outside loopback."""
    certificate_key: Path | None = None


class Settings(_Section):
    """All settings. `home` holds the catalogue, the store, the index, staging and Prefect's own files."""

    home: Path
    intake: IntakeSettings = IntakeSettings()
    ocr: OCRSettings = OCRSettings()
    secrecy: SecrecySettings = SecrecySettings()
    cli: CLISettings = CLISettings()
    web: WebSettings = WebSettings()


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment over those of the TOML file over the defaults.

    `VANKHO_HOME` and `VANKHO_CONFIG` name the data folder and the file; others are `VANKHO_<SECTION>__<NAME>`.

    Raises:
        SettingsError: a setting is unknown, or its value is impossible; the message names it.
    """
    own = {k.removeprefix(PREFIX).lower(): v for k, v in environment.items() if k.startswith(PREFIX)}
    config = own.pop("config", None)
    home = Path(own.pop("home", "") or user_data_path("vankho")).expanduser().absolute()
    values: dict[str, Any] = {"home": home}
    _merge(values, _from_file(Path(config) if config else home / "vankho.toml", is_required=config is not None))
    _merge(values, _nested(own))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error


def _from_file(path: Path, *, is_required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        if is_required:
            message = f"Không có tệp cấu hình {path}. Hãy sửa VANKHO_CONFIG."
            raise SettingsError(message) from error
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"Không đọc được tệp cấu hình {path}: {error}"
        raise SettingsError(message) from error


def _nested(own: Mapping[str, str]) -> dict[str, Any]:
    """`section__name` as nested mappings; a list is written with commas."""
    nested: dict[str, Any] = {}
    for key, text in own.items():
        section, _, name = key.partition("__")
        value: str | list[str] = text.split(",") if (section, name) == ("secrecy", "allow") else text
        if name:
            nested.setdefault(section, {})[name] = value
        else:
            nested[section] = value
    return nested


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] = into[key] | value
        else:
            into[key] = value


def _explain(error: ValidationError) -> str:
    lines = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"])
        variable = PREFIX + "__".join(str(part) for part in fault["loc"][:2]).upper()
        is_unknown = fault["type"] == "extra_forbidden"
        what = "không có thiết lập này; xem docs/settings.md" if is_unknown else fault["msg"]
        lines.append(f"Thiết lập sai: {name} ({variable}): {what}")
    return "\n".join(lines)
