"""Where settings come from, which source wins, and that a slip of the pen never passes in silence."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platformdirs import user_data_path

from pipeline.errors import SettingsError
from pipeline.settings import IntakeSettings, Settings, load_settings


def load(folder: Path, toml: str = "", **variables: str) -> Settings:
    """Settings with this text as `vankho.toml` of the data folder."""
    (folder / "vankho.toml").write_text(toml, "utf-8")
    return load_settings({"VANKHO_HOME": str(folder)} | variables)


def faults(folder: Path, toml: str = "", **variables: str) -> list[str]:
    """The lines of the refusal."""
    with pytest.raises(SettingsError) as refusal:
        load(folder, toml, **variables)
    return str(refusal.value).splitlines()


def test_environment_over_file_over_default(tmp_path: Path) -> None:
    toml = "[intake]\nmax_pages = 5\nworkers = 3\n"
    of = load(tmp_path, toml, VANKHO_INTAKE__MAX_PAGES="7")
    assert (of.intake.max_pages, of.intake.workers) == (7, 3)
    assert of.intake.page_seconds == IntakeSettings().page_seconds


def test_the_variable_names_the_data_folder_whatever_the_file_says(tmp_path: Path) -> None:
    assert load(tmp_path, 'home = "/elsewhere"').home == tmp_path
    other = tmp_path / "other.toml"
    other.write_text('home = "/elsewhere"', "utf-8")
    assert load(tmp_path, VANKHO_CONFIG=str(other)).home == tmp_path


@pytest.mark.parametrize(("written", "meant"), [("/srv/kho", "/srv/kho"), ("kho", "{folder}/kho"), ("~/kho", "~/kho")])
def test_without_the_variable_the_file_may_name_the_data_folder(tmp_path: Path, written: str, meant: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'home = "{written}"', "utf-8")
    expected = Path(meant.format(folder=tmp_path)).expanduser()
    for home in ({}, {"VANKHO_HOME": ""}):
        assert load_settings({"VANKHO_CONFIG": str(file)} | home).home == expected


def test_without_anything_the_data_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings({}).home == tmp_path / "vankho" == user_data_path("vankho")


def test_empty_variables_count_as_none(tmp_path: Path) -> None:
    of = load(tmp_path, "[web]\nport = 81", VANKHO_CONFIG="", VANKHO_WEB__PORT="", VANKHO_SECRECY__ALLOW="")
    assert (of.web.port, of.secrecy.allow) == (81, ())


def test_variables_of_others_are_not_looked_at(tmp_path: Path) -> None:
    assert load(tmp_path, VANKHOS_INTAKE__MAX_PAGES="1", PATH="x") == load(tmp_path)


def test_a_list_is_written_with_commas(tmp_path: Path) -> None:
    assert load(tmp_path, VANKHO_SECRECY__ALLOW="mat,toi_mat").secrecy.allow == ("mat", "toi_mat")


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("VANKHO_INTAKE__MAX_PAGS", "intake.max_pags"),
        ("VANKHO_INTKE__MAX_PAGES", "intke.max_pages"),
        ("VANKHO_INTAKE_MAX_PAGES", "intake_max_pages"),
        ("VANKHO_INTAKE__MAX__PAGES", "intake.max__pages"),
        ("VANKHO_HOMES", "homes"),
        ("VANKHO_", ""),
    ],
)
def test_a_misspelt_variable_stops_the_start_with_its_name(tmp_path: Path, variable: str, name: str) -> None:
    (line,) = faults(tmp_path, **{variable: "5"})
    assert f"{name} ({variable})" in line
    assert "không có thiết lập này" in line


@pytest.mark.parametrize(
    ("toml", "name", "variable"),
    [
        ("max_pages = 5", "max_pages", "VANKHO_MAX_PAGES"),
        ("[intake]\nmax_pags = 5", "intake.max_pags", "VANKHO_INTAKE__MAX_PAGS"),
        ("[intke]\nmax_pages = 5", "intke.max_pages", "VANKHO_INTKE__MAX_PAGES"),
        ("[intke]", "intke", "VANKHO_INTKE"),
        ("[intake.limits]\nmax_pages = 5", "intake.limits", "VANKHO_INTAKE__LIMITS"),
        ('config = "x"', "config", "VANKHO_CONFIG"),
    ],
)
def test_a_misspelt_setting_in_the_file_stops_the_start_with_its_name(
    tmp_path: Path, toml: str, name: str, variable: str
) -> None:
    (line,) = faults(tmp_path, toml)
    assert f"{name} ({variable})" in line
    assert "không có thiết lập này" in line


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    lines = faults(tmp_path, "[web]\nprot = 1\n[intake]\nworkers = 0", VANKHO_OCR__LANG="vie")
    assert [line.split()[3] for line in lines] == ["intake.workers", "ocr.lang", "web.prot"]


@pytest.mark.parametrize(
    ("toml", "variables"),
    [
        ("", {"VANKHO_INTAKE": "5"}),
        ("", {"VANKHO_INTAKE": "5", "VANKHO_INTAKE__MAX_PAGES": "7"}),
        ("[intake]\nmax_pages = 5", {"VANKHO_INTAKE": "5"}),
        ("intake = 5", {"VANKHO_INTAKE__MAX_PAGES": "7"}),
        ("intake = 5", {}),
    ],
)
def test_a_group_is_no_value(tmp_path: Path, toml: str, variables: Mapping[str, str]) -> None:
    (line,) = faults(tmp_path, toml, **variables)
    assert line == "Thiết lập sai: intake (VANKHO_INTAKE): đây là một nhóm thiết lập, không phải một giá trị"


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("VANKHO_INTAKE__MAX_PAGES", "nhiều", "phải là một số nguyên"),
        ("VANKHO_INTAKE__MAX_PAGES", "0", "phải lớn hơn 0"),
        ("VANKHO_INTAKE__WORKERS", "0", "phải từ 1 trở lên"),
        ("VANKHO_INTAKE__PAGE_SECONDS", "lâu", "phải là một số"),
        ("VANKHO_WEB__PORT", "70000", "phải không quá 65535"),
        ("VANKHO_CLI__IMPERSONATION", "có", "phải là true hoặc false"),
        ("VANKHO_SECRECY__ALLOW", "mật", "phải là một trong 'mat', 'toi_mat' hoặc 'tuyet_mat'"),
    ],
)
def test_an_impossible_value_is_named_with_what_it_must_be(tmp_path: Path, variable: str, value: str, why: str) -> None:
    (line,) = faults(tmp_path, **{variable: value})
    assert f"({variable})" in line
    assert line.endswith(f": {why}")


@pytest.mark.parametrize("text", ["[intake", "home = 'a", "\x00"])
def test_a_file_that_is_no_toml_stops_the_start(tmp_path: Path, text: str) -> None:
    (line,) = faults(tmp_path, text)
    assert str(tmp_path / "vankho.toml") in line


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VANKHO_CONFIG"):
        load_settings({"VANKHO_HOME": str(tmp_path), "VANKHO_CONFIG": str(tmp_path / "nothing.toml")})


@given(
    pages=st.none() | st.integers(1, 10**9),
    port=st.none() | st.integers(0, 65_535),
    file_pages=st.none() | st.integers(1, 10**9),
    file_port=st.none() | st.integers(0, 65_535),
)
def test_each_setting_has_the_value_of_its_first_source(
    tmp_path_factory: pytest.TempPathFactory,
    pages: int | None,
    port: int | None,
    file_pages: int | None,
    file_port: int | None,
) -> None:
    folder = tmp_path_factory.mktemp("home")
    toml = f"[intake]\n{'' if file_pages is None else f'max_pages = {file_pages}'}\n"
    toml += f"[web]\n{'' if file_port is None else f'port = {file_port}'}\n"
    variables = {"VANKHO_INTAKE__MAX_PAGES": pages, "VANKHO_WEB__PORT": port}
    of = load(folder, toml, **{name: str(value) for name, value in variables.items() if value is not None})

    def first(*values: int | None) -> int:
        return next(value for value in values if value is not None)

    plain = Settings(home=folder)
    assert of.intake.max_pages == first(pages, file_pages, plain.intake.max_pages)
    assert of.web.port == first(port, file_port, plain.web.port)


SERVER = {
    "VANKHO_STORE__URL": "https://kho:9000",
    "VANKHO_STORE__ACCESS_KEY": "a",
    "VANKHO_STORE__SECRET_KEY": "geheim",
}


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    of = load(tmp_path, VANKHO_CATALOGUE__URL="postgresql://vankho:geheim@localhost/vankho", **SERVER)
    assert of.store.secret_key is not None
    assert of.store.secret_key.get_secret_value() == "geheim"
    assert "geheim" not in f"{of!r} {of} {of.model_dump_json()}"


@pytest.mark.parametrize("missing", ["VANKHO_STORE__ACCESS_KEY", "VANKHO_STORE__SECRET_KEY"])
def test_a_store_on_a_server_needs_credentials(tmp_path: Path, missing: str) -> None:
    (fault,) = faults(tmp_path, **(SERVER | {missing: ""}))
    assert "store.access_key" in fault
    assert "store.secret_key" in fault


@pytest.mark.parametrize("url", ["kho:9000", "ftp://kho", "https://", "https://kho/path", "https://me:geheim@kho"])
def test_a_store_that_is_no_address_is_named(tmp_path: Path, url: str) -> None:
    (fault,) = faults(tmp_path, **(SERVER | {"VANKHO_STORE__URL": url}))
    assert "store.url (VANKHO_STORE__URL)" in fault
    assert "geheim" not in fault


@pytest.mark.parametrize("bucket", ["X", "-vankho", "văn-kho", "a" * 64, "vankho-staging"])
def test_a_bucket_has_a_name_that_every_server_takes_and_is_not_that_of_staging(tmp_path: Path, bucket: str) -> None:
    assert faults(tmp_path, VANKHO_STORE__BUCKET=bucket)


@pytest.mark.parametrize(
    ("url", "said", "meant"), [("", "", True), ("postgresql://h/d", "", False), ("postgresql://h/d", "true", True)]
)
def test_nobody_acts_for_another_on_a_catalogue_of_many_unless_it_is_said(
    tmp_path: Path, url: str, said: str, *, meant: bool
) -> None:
    of = load(tmp_path, VANKHO_CATALOGUE__URL=url, VANKHO_CLI__IMPERSONATION=said)
    assert of.cli.impersonation is meant
