"""What four CRMs export, with all its mess, goes from `init` to scores without an edit."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leadlight.cli import main
from tests import messy_exports

Export = Callable[[Path], list[str]]
EXPORTS: dict[str, Export] = {
    "HubSpot": messy_exports.hubspot,
    "Salesforce": messy_exports.salesforce,
    "Pipedrive": messy_exports.pipedrive,
    "Zoho": messy_exports.zoho,
}
#: What `init` has to find, by the keys of the project file.
FOUND: dict[str, dict[str, object]] = {
    "HubSpot": {
        "leads.id": "Record ID",
        "leads.created_at": "Create Date",
        "events.lead": "Associated Contact IDs",
        "outcomes.lead": "Associated Contact IDs",
        "outcomes.won": "Closed won (Sales Pipeline)",
        "outcomes.lost": "Closed lost (Sales Pipeline)",
    },
    "Salesforce": {
        "leads.id": "Lead ID",
        "leads.created_at": "Created Date",
        "events.lead": "Lead ID",
        "outcomes.closed_at": "Converted Date",
        "outcomes.won": "Closed - Converted",
    },
    "Pipedrive": {
        "leads.id": "Deal - Title",
        "leads.created_at": "Deal - Deal created",
        "events.lead": "Activity - Deal",
        "events.at": "Activity - Due date",
        "outcomes.closed_at": "Deal - Deal closed on",
        "outcomes.won": "Won",
        "outcomes.lost": "Lost",
    },
    "Zoho": {
        "leads.id": "Record Id",
        "leads.created_at": "Created Time",
        "outcomes.column": "Is Converted",
        "outcomes.lost_column": "Lead Status",
    },
}


@pytest.mark.parametrize("crm", EXPORTS)
def test_an_export_is_understood_checked_trained_and_scored_without_an_edit(
    crm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "leadlight.yaml"
    assert main(["init", *EXPORTS[crm](tmp_path), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["crm"] == crm
    assert FOUND[crm].items() <= told["found"].items()

    assert main(["check", "-c", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["leads"], told["problems"]) == (messy_exports.N_LEADS, [])
    assert min(told["won"], told["leads"] - told["won"]) >= 25

    assert main(["train", "-c", str(out)]) == 0
    assert main(["score", "-c", str(out), "--out", str(tmp_path / "scores.csv")]) == 0
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == told["open"] > 0
