"""compose.yaml is what Docker understands; where Docker is, it is asked itself."""

import re
import shutil
import subprocess

import pytest
import yaml

from tools import paths

FILE = paths.ROOT / "compose.yaml"
# Of the Compose specification: what a service may have here.
SERVICE_KEYS = {
    *("image", "build", "command", "environment", "healthcheck", "depends_on"),
    *("ports", "volumes", "restart"),
}
INTERPOLATION = re.compile(r"\$\{([A-Z0-9_]+):-[^}]*\}")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


def test_it_has_what_the_specification_knows(compose):
    assert compose.keys() == {"services", "volumes"}
    for service in compose["services"].values():
        assert service.keys() <= SERVICE_KEYS
        assert ("image" in service) != ("build" in service)


def test_every_volume_and_service_that_is_named_is_there(compose):
    services = compose["services"]
    used = {
        row.split(":")[0]
        for service in services.values()
        for row in service.get("volumes", ())
    }
    assert used == compose["volumes"].keys()
    for service in services.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            assert services[name]["healthcheck"]["test"]


def test_odoo_and_postgresql_have_the_same_user_and_password(compose):
    odoo = compose["services"]["odoo"]["environment"]
    database = compose["services"]["db"]["environment"]
    assert odoo["HOST"] in compose["services"]
    assert odoo["USER"] == database["POSTGRES_USER"]
    assert odoo["PASSWORD"] == database["POSTGRES_PASSWORD"]


def test_values_are_texts_and_every_variable_has_a_default(compose):
    for service in compose["services"].values():
        for value in (*service["environment"].values(), *service.get("ports", ())):
            assert isinstance(value, str)
            assert "$" not in INTERPOLATION.sub("", value)


def test_it_installs_the_addon(compose):
    command = compose["services"]["odoo"]["command"]
    assert command[command.index("--init") + 1] == paths.MODULE


def _has_compose():
    command = ["docker", "compose", "version"]
    return shutil.which("docker") and not subprocess.run(command).returncode


if _has_compose():  # not skipped elsewhere: the tests above are there everywhere

    def test_docker_takes_it():
        command = ["docker", "compose", "-f", FILE, "config", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert not done.returncode, done.stderr
