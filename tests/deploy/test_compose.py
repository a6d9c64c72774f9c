"""What the shipped compose file names is there, and all that it starts is set to what it reads."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from app import redis_url
from app.config import Settings
from tests.support import deployed
from tests.support.nginx import NODES, SHIPPED, without_upstream

FOLDER = deployed.DEPLOY / "compose"
COMPOSE = FOLDER / "compose.yaml"
HOST = "chat.example.org"
ONCE = {"migrate", "group"}
DRAIN_MORE_SECONDS = 10
OWN = re.compile(r"node-\d|migrate")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = deployed.read_yaml(COMPOSE)["services"]
    return read


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder, with the secrets that its script makes."""
    folder = tmp_path_factory.mktemp("deploy") / "compose"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("secrets"))
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    environment = os.environ | {"PUBLIC_HOST": HOST}
    subprocess.run([folder / "make-secrets"], env=environment, check=True, timeout=60)


def check_schema(path: Path) -> int:
    words = ("check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path))
    return deployed.run_module(*words).returncode


def test_it_is_a_compose_file(tmp_path: Path) -> None:
    assert check_schema(COMPOSE) == 0
    spoiled = tmp_path / "compose.yaml"
    spoiled.write_text(COMPOSE.read_text().replace("depends_on:", "depend_on:"))
    assert check_schema(spoiled) != 0


def test_every_name_leads_somewhere(services: dict[str, dict[str, Any]]) -> None:
    whole = deployed.read_yaml(COMPOSE)
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", [])) <= set(whole["secrets"]), name
        assert "image" in service, name
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            if source.startswith("./secrets/"):
                continue  # made by the script
            here = (FOLDER / source).exists() if source[0] == "." else source in whole["volumes"]
            assert here, f"{name}: {source}"
    used = {secret for service in services.values() for secret in service.get("secrets", [])}
    assert used == set(whole["secrets"])


def test_secrets_are_made_once_and_stand_in_no_file_of_the_project(
    services: dict[str, dict[str, Any]], made: Path
) -> None:
    secrets = deployed.read_yaml(COMPOSE)["secrets"]
    kept = {path: path.read_bytes() for path in (made / "secrets").rglob("*") if path.is_file()}
    assert {made / each["file"] for each in secrets.values()} <= set(kept)
    make_secrets(made)
    assert {path: path.read_bytes() for path in kept} == kept
    assert (made / "secrets").stat().st_mode & 0o777 == 0o700
    for name, service in services.items():
        for variable in service.get("environment", {}):
            hidden = re.search("PASSWORD|SECRET|TOKEN|KEY", variable)
            assert not hidden or variable.endswith("_FILE"), f"{name}: {variable}"


def test_the_nodes_are_set_to_what_they_read(
    services: dict[str, dict[str, Any]], made: Path
) -> None:
    own = {name: service for name, service in services.items() if OWN.fullmatch(name)}
    assert set(own) == {"node-1", "node-2", "node-3", "migrate"}
    for service in own.values():
        assert "environment" not in service
        files = [dotenv_values(made / name) for name in service["env_file"]]
        values = {name: value for each in files for name, value in each.items()}
        assert set(values) <= deployed.settings()
        read = Settings(_env_file=tuple(made / name for name in service["env_file"]))
        assert read.database.host == "haproxy" and not read.auto_migrate
        assert read.public_url == f"https://{HOST}" and read.metrics_token.get_secret_value()
        redis = redis_url.read(read.redis_url.get_secret_value())
        assert {host for host, _ in redis.sentinels} <= set(services)
        assert f"sentinel monitor {redis.service} " in (FOLDER / "redis" / "start.sh").read_text()
        [address] = read.trusted_proxies
        assert services["nginx"]["networks"]["inside"]["ipv4_address"] == address
        grace = int(service["stop_grace_period"].removesuffix("s"))
        assert grace > read.drain_seconds + DRAIN_MORE_SECONDS


def test_each_is_seen_to_live_and_the_schema_comes_before_the_nodes(
    services: dict[str, dict[str, Any]],
) -> None:
    seen = {name for name, service in services.items() if "test" in service.get("healthcheck", {})}
    assert set(services) - seen == ONCE | {"node-1", "node-2", "node-3"}
    extras = services["node-1"]["build"]["args"]["EXTRAS"].split()
    assert all((deployed.ROOT / "requirements" / f"{name}.txt").exists() for name in extras)
    assert "HEALTHCHECK" in (deployed.ROOT / "Dockerfile").read_text()
    for name in ("node-1", "node-2", "node-3"):
        needs = services[name]["depends_on"]
        assert needs == {"migrate": {"condition": "service_completed_successfully"}}
    assert "haproxy" in services["migrate"]["depends_on"]


def test_nginx_finds_the_nodes_where_they_are(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The tests of the two files themselves run them in a real nginx."""
    environment = {"SHIPPED": str(SHIPPED.parent), "PLACE": str(tmp_path), "PUBLIC_HOST": HOST}
    script = FOLDER / "nginx" / "put-together.sh"
    subprocess.run([script], env=os.environ | environment, check=True)
    shipped = without_upstream(SHIPPED.read_text()).replace("chat.example.com", HOST)
    logs = {"chat-backend.log": "/dev/stdout", "chat-backend.error.log": "/dev/stderr"}
    for log, place in logs.items():
        shipped = shipped.replace(f"/var/log/nginx/{log}", place)
    assert (tmp_path / "chat-backend.conf").read_text() == shipped
    nodes = (tmp_path / "chat-backend-nodes.conf").read_text()
    assert nodes == NODES.read_text()
    addresses = [
        service["networks"]["inside"]["ipv4_address"]
        for name, service in services.items()
        if name.startswith("node-")
    ]
    assert re.findall(r"^ *server ([\d.]+):8000 ", nodes, re.MULTILINE) == addresses


def test_haproxy_finds_the_databases_and_what_tells_their_roles(
    services: dict[str, dict[str, Any]],
) -> None:
    """Another test runs it as it is."""
    text = (deployed.DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    servers = re.findall(r"^ *server (mysql-\d) ([\d.]+):3306 port (\d+)", text, re.MULTILINE)
    roles = services["roles"]
    assert roles["entrypoint"][2:] == [f"{port}={name}:3306" for name, _, port in servers]
    for name, address, _ in servers:
        assert services[name]["networks"]["inside"]["ipv4_address"] == address
    assert f"check addr {roles['networks']['inside']['ipv4_address']} " in text


def test_grafana_finds_prometheus_and_the_dashboard(
    services: dict[str, dict[str, Any]],
) -> None:
    provisioning = FOLDER / "grafana" / "provisioning"
    [source] = deployed.read_yaml(provisioning / "datasources" / "prometheus.yml")["datasources"]
    assert source["url"].removeprefix("http://").partition(":")[0] in services
    [provider] = deployed.read_yaml(provisioning / "dashboards" / "chat-backend.yml")["providers"]
    mounted = dict(mount.split(":")[:2][::-1] for mount in services["grafana"]["volumes"])
    assert (FOLDER / mounted[provider["options"]["path"]] / "chat-backend.json").exists()
    assert "/etc/grafana/provisioning" in mounted
