"""The image without an engine: the steps of the Dockerfile run as a script in an environment of their own.

What they made serves a bundle, and the health check of the Dockerfile asks it. Without a package registry the script
can not run, and these tests are skipped.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from models.lead_model import LeadModel
from models.workspace import Workspace
from serving.scorer import Scorer
from tests.test_serving.conftest import workspace_of

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = YAML(typ="safe").load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
#: How pip says that nobody answers.
UNREACHABLE = re.compile(r"connection broken|Network is unreachable|Temporary failure in name resolution")
PROJECT = """
leads: {source: leads.csv, id: lead_id, created_at: created_at}
outcomes: {source: deals.csv, lead: lead_id, closed_at: closed_at, outcome: outcome, won: won}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that is copied into the image; what is compiled there is left to the image."""
    folder = tmp_path_factory.mktemp("image") / "leadlight"
    environment = {**os.environ, "PYTHON": sys.executable, "PIP_NO_COMPILE": "1", "PIP_RETRIES": "1"}
    command = ["sh", "docker/install.sh", str(folder), "serve"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip("no package registry answers, and the image is installed from one")
    assert done.returncode == 0, done.stderr
    return folder


@dataclass(frozen=True)
class Container:
    """A service that runs with nothing but its environment."""

    python: Path
    port: int
    workspace: Workspace

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
        return content


@pytest.fixture(scope="module")
def container(installed: Path, model: LeadModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "leadlight.yaml").write_text(PROJECT)
    workspace = workspace_of(model, folder / "workspace")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    # as in the image: nothing of this process' environment, and nothing to write to
    environment = {"PATH": str(installed / "bin"), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(installed / "bin" / "leadlight"), *_command()[1:], "--port", str(port)]
    command[command.index("/data/leadlight.yaml")] = str(folder / "leadlight.yaml")
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield _when_ready(process, Container(installed / "bin" / "python", port, workspace))
    finally:
        process.kill()
        process.wait()


def _when_ready(process: "subprocess.Popen[bytes]", container: Container) -> Container:
    for _ in range(600):
        try:
            container.ask("/readyz")
            return container
        except OSError:
            assert process.poll() is None, "the service ended"
            time.sleep(0.1)
    raise AssertionError("the service did not start within a minute")


def _command(keyword: str = "CMD") -> list[str]:
    """The last command of the Dockerfile under a keyword, in its exec form."""
    command: list[str] = json.loads(re.findall(rf"^\s*{keyword} (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)[-1])
    return command


def test_the_image_scores_as_we_do(container: Container) -> None:
    lead = {"lead_id": "L-1", "created_at": "2019-05-02", "attributes": {"country": "Chile", "job_title": "CEO"}}
    events = [{"type": "pricing_view", "at": f"2019-05-0{day}T10:00:00Z"} for day in (3, 4)]
    body = json.dumps({"as_of": "2019-05-06", "leads": [{**lead, "events": events}]}).encode()

    answer = container.ask("/v1/score", body)

    assert answer == Scorer(container.workspace.load_champion(), 0).score(body)


def test_the_health_check_of_the_image_asks_the_service(container: Container) -> None:
    healthy = re.search(r"HEALTHCHECK .*?CMD (\[.*?\])\n", DOCKERFILE, flags=re.DOTALL)
    assert healthy is not None
    _, flag, code = json.loads(healthy[1])

    def state(port: int) -> int:
        command = [str(container.python), flag, code.replace(":8000", f":{port}")]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert (state(container.port), state(9)) == (0, 1)


def test_the_image_holds_what_serves_and_no_tool(installed: Path) -> None:
    code = "import importlib.util as u, sys; print(*(n for n in sys.argv[1:] if u.find_spec(n)))"
    names = ("leadlight", "serving", "fastapi", "lightgbm", "pip", "mlflow", "sklearn", "shap", "pytest", "pyarrow")

    done = subprocess.run(
        [installed / "bin" / "python", "-c", code, *names], cwd=installed, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["leadlight", "serving", "fastapi", "lightgbm"]


def test_all_that_the_dockerfile_copies_is_there_and_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, flags=re.MULTILINE)
        for name in line.split()
    }

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_as_nobody_who_may_do_anything_and_starts_with_the_service() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, flags=re.MULTILINE) == ["10001:10001"]
    assert _command() == ["leadlight", "serve", "-c", "/data/leadlight.yaml"]


def test_every_image_is_named_with_its_version() -> None:
    of_services = [service["image"] for service in COMPOSE["services"].values()]
    of_stages = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)

    assert [name for name in (*of_services, *of_stages) if not re.search(r":\d+\.\d+", name)] == []


def test_no_port_is_published_beyond_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_service_is_reached_through_the_gate_alone() -> None:
    """Nothing in the composition tells the service to listen beyond its own loopback."""
    service, gate = COMPOSE["services"]["leadlight"], COMPOSE["services"]["gate"]
    conf = (ROOT / "docker" / "gate.conf").read_text(encoding="utf-8")

    assert "environment" not in service
    assert "command" not in service
    assert gate["network_mode"] == "service:leadlight"
    assert service["ports"] == [f"127.0.0.1:8000:{re.findall(r'listen (.*);', conf)[0]}"]
    assert re.search(
        r"auth_basic_user_file /run/secrets/gate_users;.*proxy_pass http://127.0.0.1:8000;", conf, re.DOTALL
    )


@pytest.mark.skipif(shutil.which("sh") is None, reason="the script is one of a POSIX shell")
def test_the_script_stops_where_a_lock_is_not_there(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docker", tmp_path / "docker")
    command = ["sh", "docker/install.sh", str(tmp_path / "made"), "score"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.split(";")[0]) == (2, "found no requirements-score.lock here")
    assert not (tmp_path / "made").exists()
