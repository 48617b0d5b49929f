"""compose.yaml against the Compose Specification's own schema, and what is more: nothing unpinned, secret or unreal.

No engine runs where the tests run, so what one would read is held against what is there.
"""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from flows.cli import COMMANDS
from pipeline.settings import load_settings
from search_api.server import is_loopback

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
PINNED = re.compile(r"[a-z0-9./-]+:(?!latest)[A-Za-z0-9._-]*\d[A-Za-z0-9._-]*")
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)([^}]*)\}")


def test_it_is_what_the_compose_specification_says() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(COMPOSE, schema, cls=jsonschema.Draft7Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"services": {"x": {"image": 1}}}, schema, cls=jsonschema.Draft7Validator)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_pinned_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.fullmatch(service["image"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert all(volume.partition(":")[0] in COMPOSE["volumes"] for volume in service["volumes"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])


def test_only_the_program_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["vankho"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(service["networks"] == ["inside"] for name, service in SERVICES.items() if name != "vankho")


def test_there_is_no_secret_in_it_and_no_default_for_one() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if re.search(r"PASSWORD|SECRET|ACCESS_KEY|ROOT_USER", name):
                assert VARIABLE.fullmatch(value), name
    used = VARIABLE.findall((ROOT / "compose.yaml").read_text("utf-8"))
    assert {name for name, _ in used} == {
        "POSTGRESQL_PASSWORD",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
        "CERTIFICATE_FILE",
        "CERTIFICATE_KEY_FILE",
    }
    assert all(rest.startswith(":?") for _, rest in used)


def test_the_program_is_given_real_settings_that_lead_to_the_other_services() -> None:
    given = {name: VARIABLE.sub("given1", value) for name, value in SERVICES["vankho"]["environment"].items()}
    of = load_settings(given)
    assert of.catalogue.url is not None
    urls = [of.catalogue.url.get_secret_value(), str(of.store.url), str(of.index.url)]
    hosts = [urlsplit(url).hostname for url in urls]
    assert hosts == ["postgresql", "minio", "opensearch"]
    assert set(SERVICES["vankho"]["depends_on"]) == set(hosts)
    assert all(on == {"condition": "service_healthy"} for on in SERVICES["vankho"]["depends_on"].values())
    assert not is_loopback(of.web.host)
    assert {str(of.web.certificate), str(of.web.certificate_key)} == {
        f"/run/secrets/{name}" for name in SERVICES["vankho"]["secrets"]
    }
    assert SERVICES["vankho"]["ports"] == [f"{of.web.port}:{of.web.port}"]
    assert SERVICES["vankho"]["volumes"] == [f"data:{of.home}"]


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.*)$", DOCKERFILE, flags=re.MULTILINE)


def test_the_image_is_made_of_pinned_things_and_the_lock() -> None:
    assert all(PINNED.fullmatch(image.partition(" ")[0]) for image in instructions("FROM"))
    installs = re.findall(r"pip install ([^&\n]*)", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in words or "--no-index" in words for words in installs)
    assert all("--no-deps" in words for words in installs)
    assert any("requirements/runtime.lock" in words for words in installs)
    assert not re.search(r"\b(curl|wget|git clone)\b", DOCKERFILE)
    assert not instructions("ADD")
    bootstrap = (ROOT / "deploy" / "bootstrap.sh").read_text("utf-8")
    packages = re.search(r'OCR_PACKAGES="([^"]+)"', bootstrap)
    assert packages
    assert f"--no-install-recommends {packages[1]} " in DOCKERFILE


def test_the_image_has_the_program_and_runs_it_as_nobody_special() -> None:
    copied = [words.split()[:-1] for words in instructions("COPY") if not words.startswith("--from")]
    sources = [source for words in copied for source in words]
    assert all((ROOT / source).exists() for source in sources)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wanted["packages"]) <= set(sources)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert all(f"!{source}" in ignored or f"!{source}/" in ignored for source in sources)
    assert instructions("USER") == ["vankho"]
    assert instructions("VOLUME") == [SERVICES["vankho"]["environment"]["VANKHO_HOME"]]
    (command,), (health,) = instructions("CMD"), instructions("HEALTHCHECK")
    for words in (json.loads(command), json.loads(health.partition("CMD ")[2])):
        assert (words[0], words[1] in COMMANDS) == ("vankho", True)
    assert SERVICES["vankho"]["healthcheck"]["test"][1:] == json.loads(health.partition("CMD ")[2])
    assert COMPOSE["services"]["vankho"]["image"] == f"vankho:{_version()}"


def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return version
