"""The shipped manifests are what Kubernetes takes, and what they name is there."""

import copy
import re
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from app.config import Settings
from tests.support import deployed
from tests.support.nginx import NODES, SHIPPED

FOLDER = deployed.DEPLOY / "kubernetes"
VERSION = "1.34"
"""What is not in this one is for nobody yet."""
OTHERS = {"kustomization.yaml", "metrics-adapter.yaml"}
MANIFESTS = sorted(path for path in FOLDER.glob("*.yaml") if path.name not in OTHERS)
DRAIN_MORE_SECONDS = 10


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def named(kind: str) -> dict[str, dict[str, Any]]:
    """All manifests of a kind, by their names."""
    every = [document for path in MANIFESTS for document in documents(path)]
    return {each["metadata"]["name"]: each for each in every if each["kind"] == kind}


def pods() -> list[dict[str, Any]]:
    """The pods of the job and of the nodes."""
    owners = [*named("Job").values(), *named("StatefulSet").values()]
    assert len(owners) == 2
    return [owner["spec"]["template"] for owner in owners]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_kubernetes_takes_it(path: Path) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, VERSION, strict=True)
        spoiled = copy.deepcopy(document) | {"spek": {}}
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(spoiled, VERSION, strict=True)


def test_all_is_applied_but_what_each_operator_has_of_their_own() -> None:
    listed = set(deployed.read_yaml(FOLDER / "kustomization.yaml")["resources"])
    apart = {"secret.example.yaml", "affinity.yaml"}
    assert listed == {path.name for path in MANIFESTS} - apart


def test_the_nodes_are_set_to_what_they_read() -> None:
    settings = named("ConfigMap")["settings"]["data"]
    secrets = named("Secret")["secrets"]["stringData"]
    assert set(settings) | set(secrets) <= deployed.settings()
    assert not any(secrets.values()), "a secret has a value in the example"
    own = {name.lower(): value for name, value in settings.items() if not name.startswith("AWS_")}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECRET_KEY", "ENCRYPTION_KEY", "DATABASE_URL"):
            patch.delenv(name, raising=False)
        assert not Settings(_env_file=None, **own).auto_migrate
    for pod in pods():
        [container] = pod["spec"]["containers"]
        sources = container["envFrom"]
        assert sources == [
            {"configMapRef": {"name": "settings"}},
            {"secretRef": {"name": "secrets"}},
        ]
        assert container["image"] == "chat-backend" and "env" not in container


def test_the_pods_are_confined_and_write_where_they_may() -> None:
    dockerfile = (deployed.ROOT / "Dockerfile").read_text()
    user = int(re.findall(r"--uid (\d+)", dockerfile)[0])
    for pod in pods():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["runAsUser"] == user
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"/data", "/tmp"} <= {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {"requests", "limits"} == set(container["resources"])
    assert "DATA_DIR=/data" in dockerfile


def test_the_names_lead_to_the_nodes() -> None:
    [node] = named("StatefulSet").values()
    labels = node["spec"]["template"]["metadata"]["labels"]
    assert node["spec"]["selector"]["matchLabels"] == labels
    services = named("Service")
    assert node["spec"]["serviceName"] in services
    assert all(service["spec"]["selector"] == labels for service in services.values())
    [budget] = named("PodDisruptionBudget").values()
    assert budget["spec"]["selector"]["matchLabels"] == labels
    [scaler] = named("HorizontalPodAutoscaler").values()
    assert scaler["spec"]["scaleTargetRef"]["name"] == node["metadata"]["name"]
    [rule] = named("Ingress")["chat-backend"]["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"]["name"] in services
    assert rule["host"] == named("ConfigMap")["settings"]["data"]["ALLOWED_HOSTS"]


def test_a_node_is_asked_how_it_is_and_has_time_to_end() -> None:
    [node] = named("StatefulSet").values()
    spec = node["spec"]["template"]["spec"]
    [container] = spec["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    wait = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    drain = Settings.model_fields["drain_seconds"].default
    assert spec["terminationGracePeriodSeconds"] > wait + drain + DRAIN_MORE_SECONDS


def test_it_grows_by_a_number_that_there_is() -> None:
    [scaler] = named("HorizontalPodAutoscaler").values()
    name = scaler["spec"]["metrics"][0]["pods"]["metric"]["name"]
    assert name in (deployed.DEPLOY / "grafana" / "chat-backend.json").read_text()
    [rule] = deployed.read_yaml(FOLDER / "metrics-adapter.yaml")["rules"]["custom"]
    assert rule["name"]["as"] == name and rule["seriesQuery"].startswith(f"{name}{{")


def test_a_conversation_is_known_as_behind_nginx() -> None:
    """By the map that a real nginx is tried with."""

    def maps(text: str) -> list[str]:
        found = re.findall(r"^map .*?^}$", text, re.MULTILINE | re.DOTALL)
        return [" ".join(each.split()) for each in found]

    data = named("ConfigMap")["ingress-nginx-controller"]["data"]
    [own] = maps(NODES.read_text())
    [paths] = [each for each in maps(SHIPPED.read_text()) if "chat_backend_path" in each]
    assert maps(data["http-snippet"]) == [
        own.replace("$chat_backend_client", "$remote_addr"),
        paths,
    ]
    [ingress] = named("Ingress").values()
    annotations = ingress["metadata"]["annotations"]
    by = annotations["nginx.ingress.kubernetes.io/upstream-hash-by"]
    assert own.startswith(f"map $uri {by} ")
    assert "$request_uri" not in data["log-format-upstream"]
