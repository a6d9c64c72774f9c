"""Prometheus takes the shipped configuration, and its alerts look at numbers that there are."""

import json
import re
import shutil
from pathlib import Path

from tests.support import deployed, prometheus

FOLDER = deployed.DEPLOY / "compose"
OWN = re.compile(r"\bchat_\w+")


def test_prometheus_takes_what_is_shipped(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    text = (FOLDER / "prometheus.yml").read_text()
    assert "/run/secrets/metrics_token" in text
    config = tmp_path / "prometheus.yml"
    config.write_text(text.replace("/run/secrets/metrics_token", str(tmp_path / "token")))
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    assert "SUCCESS" in prometheus.check("config", str(config))
    services = deployed.read_yaml(FOLDER / "compose.yaml")["services"]
    for job in deployed.read_yaml(FOLDER / "prometheus.yml")["scrape_configs"]:
        for target in job["static_configs"][0]["targets"]:
            assert target.partition(":")[0] in services


def test_alerts_look_at_numbers_of_the_dashboard() -> None:
    """Those are held to what a server tells by another test."""
    dashboard = json.dumps(json.loads((deployed.DEPLOY / "grafana/chat-backend.json").read_text()))
    rules = deployed.read_yaml(FOLDER / "alerts.yml")["groups"][0]["rules"]
    asked = {name for rule in rules for name in OWN.findall(rule["expr"])}
    assert asked and asked <= set(OWN.findall(dashboard))
