"""leadlight.yaml: what it may say, and what is answered when it says something else."""

from pathlib import Path

import pytest

from features.yaml_text import BadDocument
from leadlight.project import load_project

MINIMAL = "leads: {source: leads.csv, id: lead_id}\n"


def project_file(folder: Path, text: str) -> Path:
    path = folder / "leadlight.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_minimal_file_has_the_defaults(tmp_path: Path) -> None:
    project = load_project(project_file(tmp_path, MINIMAL))

    assert project.workspace.folder == tmp_path / "workspace"
    assert project.file.goal.horizon == 90 * 86_400_000_000
    assert not project.is_ordered


def test_without_rules_the_starter_speaks(tmp_path: Path) -> None:
    project = load_project(project_file(tmp_path, MINIMAL))

    assert any(rule.id == "demo" for rule in project.rulebook().rules)


def test_words_come_from_columns_and_event_types(tmp_path: Path) -> None:
    text = (
        "leads: {source: l.csv, id: id, created_at: c, columns: {size: {words: company size}, title: title}}\n"
        "events: {source: e.csv, lead: l, at: a, type: t, types: {pv: {words: viewed the pricing page}}}\n"
    )

    assert load_project(project_file(tmp_path, text)).words == {"size": "company size", "pv": "viewed the pricing page"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("leads: {id: a}\n", "found nothing for the key `source`"),
        ("leads: {source: a.csv}\noutcomes: {source: d, lead: l, closed_at: c, outcome: o}\n", "expected leads.id"),
        (MINIMAL + "colour: red\n", "found the unknown key `colour`"),
        (MINIMAL + "goal: {horizon: 90}\n", "is no duration: write a number and a unit"),
        (MINIMAL + "goal: {snapshots: often}\n", "found 'often'"),
        (MINIMAL + "outcomes: {source: d.csv}\n", "lead, closed_at missing"),
        (MINIMAL + "outcomes: {column: won, source: d.csv}\n", "leave out source"),
        (MINIMAL + "timezone: Mars/Olympus\n", "'Mars/Olympus' is no time zone"),
        (MINIMAL + "sales_capacity_per_week: 0\n", "sales_capacity_per_week"),
        ("leads: [\n", "this is no YAML"),
    ],
)
def test_a_wrong_file_is_answered_with_line_and_cure(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadDocument) as error:
        load_project(project_file(tmp_path, text))

    assert str(error.value).startswith("leadlight.yaml:")
    assert told in str(error.value)


def test_an_absent_rulebook_is_named_with_its_line(tmp_path: Path) -> None:
    project = load_project(project_file(tmp_path, MINIMAL + "rules: points.yaml\n"))

    with pytest.raises(BadDocument, match=r"leadlight.yaml:2: rules: there is no file .*points.yaml; correct the path"):
        project.rules_text()
