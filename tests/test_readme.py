"""What the README promises: its commands exist, its project file is valid."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from features.yaml_text import parse_yaml, validate_document
from leadlight.cli import main
from leadlight.project import ProjectFile
from models.lead_model import LeadModel
from models.rules import load_rulebook
from serving.app import create_app
from tests.running import running
from tests.test_serving.conftest import settings_for, workspace_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_rulebook_is_one() -> None:
    (text,) = blocks("yaml rules")

    assert [gate.id for gate in load_rulebook(text, name="README.md").gates] == ["competitor", "unsubscribed"]


def test_the_project_files_are_valid() -> None:
    text, databases, keys, mended = blocks("yaml")

    project = validate_document(ProjectFile, parse_yaml(text + keys, name="README.md"))
    assert project.leads.columns["age"].is_withheld
    assert validate_document(ProjectFile, parse_yaml(mended, name="README.md")).leads.id == "lead_id"
    joined = validate_document(ProjectFile, parse_yaml(databases, name="README.md"))
    assert joined.history is not None
    assert joined.outcomes is not None
    assert joined.outcomes.via is not None


@pytest.mark.parametrize(
    "command", re.findall(r"^leadlight ([a-z]+(?: list)?)", "".join(blocks("bash")), flags=re.MULTILINE)
)
def test_every_command_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"\bmake ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_tree_names_files_that_exist() -> None:
    (tree,) = (block for block in blocks("text") if block.startswith("features/"))
    package = ""
    for line in tree.splitlines():
        package = line.split("/")[0] if re.match(r"\w+/", line) else package
        for name in re.findall(r"\b\w+\.py\b", line):
            assert (ROOT / package / name).is_file() or (ROOT / name).is_file()


def test_no_committed_text_names_an_index_or_this_machine() -> None:
    locks = [path.name for path in ROOT.glob("requirements*.lock")]
    for name in (*locks, "README.md", "CONTRIBUTING.md", "Makefile", "docker/install.sh"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(?:extra-)?index|/root/|file:", text), name


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples of the service are curl commands")
def test_every_request_to_the_service_is_answered(model: LeadModel, tmp_path: Path) -> None:
    commands = re.findall(r"^curl .*?(?=^\w|\Z)", "".join(blocks("bash")), flags=re.MULTILINE | re.DOTALL)
    settings = settings_for(workspace_of(model, tmp_path))
    with running(create_app(settings)) as port:
        for command in commands:
            there = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}").replace("curl -s", "curl -sf")
            done = subprocess.run(["bash", "-c", there], capture_output=True, text=True, check=False)
            answer = json.loads(done.stdout or "null")
            assert done.returncode == 0, command
            assert answer.get("model_version") or answer["predictions"][0]["lead_id"] == "L-1042"

    assert len(commands) == 3
