"""What the README promises: its commands exist, its project file is valid."""

import re
from pathlib import Path

import pytest

from features.yaml_text import parse_yaml, validate_document
from leadlight.cli import main
from leadlight.project import ProjectFile

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_project_file_is_valid() -> None:
    text, keys, mended = blocks("yaml")

    project = validate_document(ProjectFile, parse_yaml(text + keys, name="README.md"))
    assert project.leads.columns["age"].is_withheld
    assert validate_document(ProjectFile, parse_yaml(mended, name="README.md")).leads.id == "lead_id"


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
    for name in ("requirements.lock", "requirements-bench.lock", "README.md", "CONTRIBUTING.md", "Makefile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(?:extra-)?index|/root/|file:", text), name
