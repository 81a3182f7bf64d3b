"""The list of leads that gates hold back."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.crm import Crm
from models.lead_model import LeadModel
from serving.batch import score_in_parts
from serving.gate_audit import COLUMNS, GateAudit
from tests.company import NOW

GATES = """
gates:
  - {id: intern, when: {field: job_title, is: Intern}, reason: "learns, does not buy", review: 2027-01-31}
  - {id: asked, when: {event: demo_request}, scope: mail, reason: talks to sales}
"""


@pytest.fixture
def gated(model: LeadModel) -> LeadModel:
    return replace(model, rules_text=model.rules_text + GATES)


def audited(model: LeadModel, crm: Crm, path: Path, *, part_rows: int = 1_000) -> list[list[str]]:
    audit = GateAudit()
    for _ in audit.watch(score_in_parts(model, crm, NOW, n_reasons=0, part_rows=part_rows)):
        pass
    audit.write(path)
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_gated_lead_stands_there_with_gate_time_reason_and_review(
    gated: LeadModel, crm: Crm, tmp_path: Path
) -> None:
    header, *rows = audited(gated, crm, tmp_path / "workspace" / "gated.csv")

    assert tuple(header) == COLUMNS
    assert {tuple(row[1:3]) for row in rows} == {("intern", "all"), ("asked", "mail")}
    interns = [row for row in rows if row[1] == "intern"]
    assert all(row[3:] == ["", "learns, does not buy", "2027-01-31"] for row in interns)
    assert crm.events is not None
    lead_id, _, _, since, _, review = next(row for row in rows if row[1] == "asked")
    of_lead = crm.events.take(crm.events.lead == crm.leads.ids.index(lead_id))
    first_us = of_lead.at_us[of_lead.type_code == crm.events.types.index("demo_request")].min()
    assert np.datetime64(since.removesuffix("+00:00")).astype("datetime64[us]").astype(int) == first_us
    assert review == ""


def test_the_list_does_not_depend_on_the_parts(gated: LeadModel, crm: Crm, tmp_path: Path) -> None:
    whole, parts = (audited(gated, crm, tmp_path / f"{rows}.csv", part_rows=rows) for rows in (1_000, 7))

    assert whole == parts


def test_without_a_gated_lead_an_older_list_goes(model: LeadModel, crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "gated.csv").write_text("old", encoding="utf-8")

    assert audited(model, crm, tmp_path / "gated.csv") == []
