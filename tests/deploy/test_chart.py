"""The Helm chart: Helm accepts it, its objects fit together, and the gateway accepts its settings."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml

from gateway.cli.command_line import COMMANDS
from gateway.config.settings import read_settings
from gateway.http.health import health_routes
from tests.configuration import SET_BY_THE_CHART
from tests.gateway.cli.environment import MEMORY, SECRET

TOP = Path(__file__).resolve().parents[2]
CHART = TOP / "docs/deploy/helm/quadrangle"
ALL = {
    "settings": {"GATEWAY_LOG_LEVEL": "WARNING", "GATEWAY_CACHE_BYTES": "100663296"},
    "autoscaling": {"enabled": True},
    "metrics": {"port": 9100, "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "networkPolicy": {
        "enabled": True,
        "clients": [{"podSelector": {}}],
        "monitoring": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
    },
    "image": {"repository": "registry.example.org/quadrangle", "tag": "1", "pullSecrets": [{"name": "registry"}]},
    "gateway": {"shutdownGraceSeconds": 30, "nodeSelector": {"disk": "ssd"}, "podAnnotations": {"a": "b"}},
    "extraVolumes": [{"name": "documents", "configMap": {"name": "documents"}}],
    "extraVolumeMounts": [{"name": "documents", "mountPath": "/documents"}],
    "serviceAccount": {"create": False, "name": "ours"},
}
LEAST: Mapping[str, Any] = {
    "relay": {"enabled": False},
    "migrate": {"enabled": False},
    "podDisruptionBudget": {"enabled": False},
    "metrics": {"annotations": False},
    "serviceAccount": {"create": False},
}
VALUES = pytest.mark.parametrize("values", [{}, ALL, LEAST], ids=["defaults", "all", "least"])

Objects = dict[tuple[str, str], dict[str, Any]]


def rendered(values: Mapping[str, Any], *, name: str = "school") -> Objects:
    """The chart's objects by kind and name."""
    with helm.Chart.load(CHART) as chart:
        texts = chart.render(dict(values), name=name, namespace="learning")
    documents = [each for file, text in texts.items() if file.endswith(".yaml") for each in yaml.safe_load_all(text)]
    return {(each["kind"], each["metadata"]["name"]): each for each in documents if each is not None}


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    """The component and the template of all pods."""
    for each in objects.values():
        if each["kind"] in {"Deployment", "Job"}:
            yield each["metadata"]["labels"]["app.kubernetes.io/component"], each["spec"]["template"]


def environment_of(pod: Mapping[str, Any], objects: Objects) -> dict[str, str]:
    """The variables of a pod's container, with a Secret that has URLs and a key."""
    [container] = pod["spec"]["containers"]
    found = {each["name"]: each["value"] for each in container.get("env", [])}
    for source in container["envFrom"]:
        if "secretRef" in source:
            assert source["secretRef"]["name"] == "quadrangle"
            found |= MEMORY | SECRET
        else:
            found |= objects["ConfigMap", source["configMapRef"]["name"]]["data"]
    return found


@VALUES
def test_helm_finds_no_fault(values: Mapping[str, Any]) -> None:
    report = helm.lint(CHART, dict(values), strict=True)
    assert [each for each in report["messages"] if each["error"] != "icon is recommended"] == []
    assert report["errors"] == []


@VALUES
def test_the_gateway_accepts_the_settings_of_every_pod(values: Mapping[str, Any]) -> None:
    objects = rendered(values)
    components = dict(pods(objects))
    assert {"gateway"} <= set(components) <= {"gateway", "relay", "migrate"}
    for component, pod in components.items():
        environment = environment_of(pod, objects)
        settings = read_settings(environment)
        assert {"GATEWAY_HOST", "GATEWAY_PORT"} <= SET_BY_THE_CHART <= set(environment)
        assert settings.relay.where == ("external" if "relay" in components else "embedded")
        assert pod["spec"]["containers"][0]["args"] == [{"gateway": "serve"}.get(component, component)]
        assert pod["spec"]["containers"][0]["args"][0] in COMMANDS


@VALUES
def test_probes_ask_for_routes_at_ports_that_are_served(values: Mapping[str, Any]) -> None:
    objects, asked = rendered(values), set()
    for component, pod in pods(objects):
        [container] = pod["spec"]["containers"]
        settings = read_settings(environment_of(pod, objects))
        assert settings.metrics.listen is not None
        served = {"http": settings.http.port, "metrics": settings.metrics.listen.port}
        ports = {each["name"]: each["containerPort"] for each in container.get("ports", [])}
        assert ports == {name: served[name] for name in ports}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if component != "migrate":
                request = container[probe]["httpGet"]
                assert request["port"] == ("http" if component == "gateway" else "metrics")
                assert request["port"] in ports
                asked.add(request["path"])
    assert asked == {route.path for route in health_routes()}


@VALUES
def test_pods_have_no_rights_and_no_service_links(values: Mapping[str, Any]) -> None:
    image_user = next(
        line.split()[1] for line in (TOP / "Dockerfile").read_text().splitlines() if line.startswith("USER")
    )
    for _, pod in pods(rendered(values)):
        spec = pod["spec"]
        [container] = spec["containers"]
        assert spec["enableServiceLinks"] is False
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == int(image_user)
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(container["resources"]) == {"requests", "limits"}
        assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in spec["volumes"]}


@VALUES
def test_a_pod_has_more_time_to_end_than_its_requests(values: Mapping[str, Any]) -> None:
    objects = rendered(values)
    gateway = dict(pods(objects))["gateway"]
    grace = read_settings(environment_of(gateway, objects)).http.grace.total_seconds()
    _, before = gateway["spec"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert gateway["spec"]["terminationGracePeriodSeconds"] >= grace + int(before) + 5


@VALUES
def test_selectors_find_the_pods_of_their_component(values: Mapping[str, Any]) -> None:
    objects = rendered(values)
    labels = {component: pod["metadata"]["labels"] for component, pod in pods(objects)}

    def found(selector: Mapping[str, str]) -> set[str]:
        return {each for each, has in labels.items() if selector.items() <= has.items()}

    for (kind, name), each in objects.items():
        component = each["metadata"]["labels"]["app.kubernetes.io/component"]
        if kind == "Service":
            assert found(each["spec"]["selector"]) == {"gateway"}
        if kind in {"Deployment", "PodDisruptionBudget"}:
            assert found(each["spec"]["selector"]["matchLabels"]) == {component}
        if kind == "NetworkPolicy":
            assert found(each["spec"]["podSelector"]["matchLabels"]) == {component}
        if kind == "HorizontalPodAutoscaler":
            assert ("Deployment", each["spec"]["scaleTargetRef"]["name"]) in objects
            assert "replicas" not in objects["Deployment", name]["spec"]
    kinds = {kind for kind, _ in objects}
    if values is ALL:
        assert kinds == {
            *("ConfigMap", "Deployment", "HorizontalPodAutoscaler", "Job", "NetworkPolicy", "PodDisruptionBudget"),
            *("PodMonitor", "Service"),
        }
    if values is LEAST:
        assert kinds == {"ConfigMap", "Deployment", "Service"}


def test_the_migration_runs_first_and_needs_nothing_of_the_release() -> None:
    objects = rendered({})
    job = objects["Job", "school-quadrangle-migrate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    text = yaml.safe_dump(job["spec"])
    assert "configMap" not in text
    assert "serviceAccountName" not in text
    assert [key for key, each in objects.items() if "helm.sh/hook" in each["metadata"].get("annotations", {})] == [
        ("Job", "school-quadrangle-migrate")
    ]


def test_a_changed_setting_replaces_the_pods() -> None:
    marks = [
        pod["metadata"]["annotations"]["quadrangle/settings"]
        for values in ({}, {"settings": {"GATEWAY_LOG_LEVEL": "DEBUG"}})
        for component, pod in pods(rendered(values))
        if component == "gateway"
    ]
    assert len(set(marks)) == 2


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"settings": {"GATEWAY_LOGLEVEL": "INFO"}}, "GATEWAY_LOGLEVEL"),
        ({"settings": {"GATEWAY_CACHE_BYTES": 100663296}}, "GATEWAY_CACHE_BYTES"),
        ({"settings": {"GATEWAY_AUTH_SECRET": "hunter2"}}, "GATEWAY_AUTH_SECRET"),
        ({"settings": {"GATEWAY_PROGRESS_URL": "postgresql://u:hunter2@db/q"}}, "GATEWAY_PROGRESS_URL"),
        ({"settings": {"GATEWAY_PORT": "80"}}, "GATEWAY_PORT"),
        ({"gateway": {"replica": 3}}, "replica"),
        ({"existingSecret": ""}, "existingSecret"),
        ({"metrics": {"port": 8000}}, "port"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, Any], named: str) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmValuesError, match=named) as refused:
        chart.validate_schema(values)
    assert "hunter2" not in str(refused.value)


def test_the_chart_has_the_version_of_the_project() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    with helm.Chart.load(CHART) as chart:
        assert chart.metadata["appVersion"] == project["version"]


@pytest.mark.parametrize(("release", "prefix"), [("quadrangle", "quadrangle"), ("a" * 53, "a" * 50)])
def test_names_fit_in_a_label(release: str, prefix: str) -> None:
    names = [name for _, name in rendered({}, name=release)]
    assert all(name.startswith(prefix) and len(name) <= 63 for name in names)
