"""Point tables of other tools: what becomes a rule, what does not, and that the rulebook loads."""

import json
from pathlib import Path

import pytest

from features.yaml_text import BadDocument
from leadlight.cli import main
from leadlight.rule_import import BadPointTable, read_hubspot, read_mautic, rulebook_text
from models.rules import load_rulebook

HUBSPOT = "name,group,type,property,operator,value,points,per,limit,timeframe_days,decay_percent,decay_months"
MAUTIC = "name,type,delta,repeatable,is_published,publish_down,properties,content"


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (
            "Size,,property,employees,is greater than,500,15",
            {"when": {"field": "employees", "above": 500.0}, "points": 15.0, "group": "fit"},
        ),
        (
            "Land,,property,country,is any of,Chile; Peru,5",
            {"when": {"field": "country", "in": ["Chile", "Peru"]}, "points": 5.0, "group": "fit"},
        ),
        (
            "Not,,property,country,is none of,Chile,-5",
            {"when": {"field": "country", "not_in": ["Chile"]}, "points": -5.0, "group": "fit"},
        ),
        (
            "Wants,engagement,property,newsletter,is,yes,5",
            {"when": {"field": "newsletter", "is": "yes"}, "points": 5.0, "group": "engagement"},
        ),
        (
            "Boss,,property,job_title,contains,head of; c++,9",
            {"when": {"field": "job_title", "matches": "head\\ of|c\\+\\+"}, "points": 9.0, "group": "fit"},
        ),
        (
            "Mid,,property,employees,is between,50; 200,8",
            {
                "when": {"all": [{"field": "employees", "at_least": 50.0}, {"field": "employees", "at_most": 200.0}]},
                "points": 8.0,
                "group": "fit",
            },
        ),
        (
            "Known,,property,phone,is known,,2",
            {"when": {"field": "phone", "present": "true"}, "points": 2.0, "group": "fit"},
        ),
        (
            "Demo,,event,Demo requested,,,40,,80,90,50,1",
            {
                "when": {"event": "Demo requested", "within": "90d"},
                "points": 40.0,
                "group": "engagement",
                "cap": 80.0,
                "half_life": "30d",
            },
        ),
        (
            "Opened,,event,Email opened,,,1,once",
            {"when": {"event": "Email opened"}, "points": 1.0, "group": "engagement", "times": "once"},
        ),
    ],
)
def test_a_row_of_hubspot_becomes_a_rule(row: str, rule: dict[str, object]) -> None:
    found = read_hubspot(f"{HUBSPOT}\n{row}\n", name="points.csv")

    (entry,) = found.rules
    assert {key: value for key, value in entry.items() if key != "id"} == rule
    assert len(load_rulebook(rulebook_text(found, source="points.csv"), name="out.yaml").rules) == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A,,property,size,resembles,5,10", "the operator 'resembles'"),
        ("A,,property,size,is greater than,many,10", "found 'many', expected a number"),
        ("A,,property,size,is known,,", "no points under points"),
        ("A,,list,size,is known,,5", "the type 'list', expected property or event"),
        ("A,,event,call,,,5,,,,150,1", "a decay of 150 percent"),
    ],
)
def test_a_row_that_no_rule_says_is_told_in_a_comment(row: str, why: str) -> None:
    found = read_hubspot(f"{HUBSPOT}\n{row}\n", name="points.csv")

    assert found.rules == ()
    assert f"#   row 2, A: {found.not_mapped[0][2]}" in rulebook_text(found, source="points.csv")
    assert why in found.not_mapped[0][2]


def test_rows_of_mautic_become_rules_once_or_every_time() -> None:
    rows = ["Opened,email.open,1,0,1,,a:0:{},", "Case,asset.download,5,1,1,2026-12-31 00:00:00,,case study; guide"]
    rows += ["Old,email.open,1,0,0,,,", "Page,page.hit,1,0,1,,a:1:{x},", "Odd,stage.change,1,0,1,,,"]

    found = read_mautic("\n".join([MAUTIC, *rows]), name="points.csv")

    book = load_rulebook(rulebook_text(found, source="points.csv"), name="out.yaml")
    assert [(rule.id, rule.points, rule.times, str(rule.valid_until)) for rule in book.rules] == [
        ("opened", 1.0, "once", "None"),
        ("case", 5.0, "every", "2026-12-31"),
    ]
    assert [(row, name) for row, name, _ in found.not_mapped] == [(4, "Old"), (5, "Page"), (6, "Odd")]


def test_rules_of_one_name_get_ids_of_their_own() -> None:
    rows = [f"{name},email.open,1,0,1,,," for name in ("Open", "open!", "", "fit", "Öffnen")]

    found = read_mautic("\n".join([MAUTIC, *rows]), name="points.csv")

    assert [rule["id"] for rule in found.rules] == ["open", "open_2", "rule", "fit_rule", "ffnen"]


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(BadPointTable, match="expected name, type, delta; rename or add delta"):
        read_mautic("name,type\na,b\n", name="points.csv")
    with pytest.raises(BadPointTable, match="found no rows"):
        read_mautic("name,type,delta\n", name="points.csv")


def test_the_command_writes_a_rulebook_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "points.csv", tmp_path / "rules.yaml"
    table.write_text(f"{MAUTIC}\nOpened,email.open,1,0,1,,,\nOdd,x,1,0,1,,,\n", encoding="utf-8")
    command = ["rules", "import", str(table), "--format", "mautic", "--out", str(out)]

    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rules"] == 1
    assert load_rulebook(out.read_text(encoding="utf-8"), name="rules.yaml").rules[0].id == "opened"
    assert main(command) == 2
    assert "expected none; move it away" in capsys.readouterr().err
    assert main(["rules", "import", str(tmp_path / "none.csv"), "--format", "hubspot"]) == 2


def test_an_imported_rule_that_the_rulebook_refuses_is_never_written() -> None:
    found = read_mautic(f"{MAUTIC}\nOpened,email.open,1,0,1,31.12.2026,,\n", name="points.csv")

    with pytest.raises(BadDocument, match="expected a day of the calendar"):
        rulebook_text(found, source="points.csv")
