"""`leadlight init` from the files alone to a project that is checked, trained and scored without an edit."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlight.cli import main
from leadlight.init import draft_project, render
from leadlight.init.measured import horizon_days
from leadlight.project import Project, load_project
from tests import crm_exports
from tests.crm_exports import Cell, is_won, write

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_real_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real sets are not part of the repository")
Tables = Mapping[str, dict[str, Cell]]

HOME_MADE: dict[str, Cell] = {
    "customer": lambda i: f"C{i:03d}",
    "signed_up": lambda i: crm_exports.day(i),
    "plan": crm_exports.one_of("free", "team"),
    "seats": lambda i: i % 9 + 1,
}
FLAT: dict[str, Cell] = {**HOME_MADE, "converted": lambda i: int(is_won(i))}


def files(folder: Path, tables: Tables) -> list[str]:
    """The tables as files, and the options that name them."""
    return [
        word
        for option, columns in tables.items()
        for word in (f"--{option}", str(write(folder, f"{option}.csv", columns)))
    ]


def initiated(folder: Path, tables: Tables, *options: str) -> Project:
    assert main(["init", *files(folder, tables), "--out", str(folder / "leadlight.yaml"), *options]) == 0
    return load_project(folder / "leadlight.yaml")


def refused(folder: Path, tables: Tables, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["init", *files(folder, tables), "--out", str(folder / "leadlight.yaml")]) == 2
    assert not (folder / "leadlight.yaml").exists()
    return capsys.readouterr().err


def ignored(project: Project) -> set[str]:
    return {name for name, said in project.file.leads.columns.items() if said.kind == "ignore"}


def sensitive(project: Project) -> set[str]:
    return {name for name, said in project.file.leads.columns.items() if said.sensitive}


CRMS: dict[str, Tables] = {
    "HubSpot": {"leads": crm_exports.HUBSPOT},
    "HubSpot with deals and activities": {
        "leads": crm_exports.HUBSPOT,
        "outcomes": crm_exports.HUBSPOT_DEALS,
        "events": crm_exports.HUBSPOT_ACTIVITIES,
    },
    "Salesforce": {"leads": crm_exports.SALESFORCE},
    "Pipedrive": {"leads": crm_exports.PIPEDRIVE},
    "Zoho": {"leads": crm_exports.ZOHO},
}


@pytest.mark.parametrize("name", CRMS)
def test_a_project_has_nothing_to_mend(name: str, tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS[name])

    assert main(["check", "-c", str(project.path)]) == 0


@pytest.mark.parametrize("columns", [FLAT, HOME_MADE])
def test_a_table_with_or_without_an_outcome_is_accepted(columns: dict[str, Cell], tmp_path: Path) -> None:
    project = initiated(tmp_path, {"leads": columns})

    assert main(["check", "-c", str(project.path)]) == 0
    assert (project.file.leads.id, project.file.leads.created_at) == ("customer", "signed_up")
    assert (project.file.outcomes is not None) == ("converted" in columns)


def test_hubspot_contacts_say_when_they_became_customers(tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS["HubSpot"])

    leads, outcomes = project.file.leads, project.file.outcomes
    assert (leads.id, leads.created_at, leads.account) == ("Record ID", "Create Date", "Company Name")
    assert outcomes is not None
    assert (outcomes.source, outcomes.lead, outcomes.closed_at) == ("leads.csv", "Record ID", "Became a Customer Date")
    assert (outcomes.outcome, outcomes.won, outcomes.lost) == ("Lifecycle Stage", "Customer", [])
    assert {"Lead Status", "Lifecycle Stage", "HubSpot Score", "Last Activity Date", "Contact owner"} <= ignored(
        project
    )
    assert {"Became a Customer Date", "Recent Deal Amount", "Number of Associated Deals"} <= ignored(project)
    kinds = {name: said.kind for name, said in leads.columns.items()}
    assert (kinds["Job Title"], kinds["Email"], kinds["Country/Region"]) == ("title", "email", "country")
    assert (kinds["Number of Sessions"], kinds["Original Source"]) == ("number", "category")


def test_hubspot_deals_and_activities_are_joined_by_their_contacts(tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS["HubSpot with deals and activities"])

    events, outcomes = project.file.events, project.file.outcomes
    assert events is not None
    assert outcomes is not None
    assert (events.lead, events.at, events.type, events.id) == (
        "Associated Contact IDs", "Activity date", "Activity Type", "Activity ID",
    )  # fmt: skip
    assert (outcomes.lead, outcomes.closed_at, outcomes.outcome) == (
        "Associated Contact IDs", "Close Date", "Deal Stage",
    )  # fmt: skip
    assert (outcomes.won, outcomes.lost, outcomes.amount) == ("Closed Won", "Closed Lost", "Amount")
    assert "#          15  Email open" in (tmp_path / "leadlight.yaml").read_text(encoding="utf-8")


def test_salesforce_leads_have_a_time_where_they_were_converted(tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS["Salesforce"])

    outcomes = project.file.outcomes
    assert outcomes is not None
    assert (project.file.leads.id, outcomes.closed_at) == ("Id", "ConvertedDate")
    assert (outcomes.outcome, outcomes.won, outcomes.lost) == ("Status", "Closed - Converted", [])
    assert {
        "IsConverted",
        "ConvertedAccountId",
        "Rating",
        "OwnerId",
        "SystemModstamp",
        "mkto2__Lead_Score__c",
    } <= ignored(project)
    assert sensitive(project) == {"Salutation"}
    assert project.file.leads.columns["PostalCode"].kind == "category"


def test_pipedrive_deals_are_won_lost_or_open(tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS["Pipedrive"])

    outcomes = project.file.outcomes
    assert outcomes is not None
    assert (outcomes.outcome, outcomes.won, outcomes.lost) == ("Deal - Status", "Won", "Lost")
    assert outcomes.closed_at == "Deal - Deal closed on"
    assert {"Deal - Lost reason", "Deal - Probability", "Deal - Won time", "Deal - Expected close date"} <= ignored(
        project
    )


def test_zoho_leads_without_a_closing_time_are_a_flat_table(tmp_path: Path) -> None:
    project = initiated(tmp_path, CRMS["Zoho"])

    assert project.file.is_flat
    assert project.file.outcomes is not None
    assert project.file.outcomes.column == "Is Converted"
    assert "counts as lost; are some still open?" in (tmp_path / "leadlight.yaml").read_text(encoding="utf-8")
    assert sensitive(project) == {"Salutation", "Annual Income", "Gender"}
    assert {"Lead Owner.id", "Lead Owner", "Lead Status", "Modified Time", "Created By.id"} <= ignored(project)


def test_json_tells_what_was_found_and_what_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    initiated(tmp_path, {"leads": {**FLAT, "lead_score_index": lambda i: i % 3}}, "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == {"leads.csv": 60}
    assert told["found"]["leads.id"] == "customer"
    assert told["found"]["outcomes.column"] == "converted"
    assert "who fills it in" in told["check"]["leads.columns.lead_score_index"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    leads = write(tmp_path, "leads.csv", crm_exports.SALESFORCE)

    one, two = (render(draft_project(leads, None, None, folder=tmp_path)) for _ in range(2))
    assert one == two


def test_an_existing_file_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "leadlight.yaml"
    out.write_text("mine\n", encoding="utf-8")

    assert main(["init", *files(tmp_path, {"leads": FLAT}), "--out", str(out)]) == 2
    assert "never overwritten; give another --out, or remove it" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine\n"


def test_bad_places_and_files_are_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leads = str(write(tmp_path, "leads.csv", FLAT, rows=[]))

    assert main(["init", "--leads", leads, "--out", str(tmp_path / "no" / "p.yaml")]) == 2
    assert main(["init", "--leads", leads, "--out", str(tmp_path / "p.yaml")]) == 2
    assert main(["init", "--leads", leads[:-5], "--out", str(tmp_path / "p.yaml")]) == 2
    told = capsys.readouterr().err
    assert "there is no folder" in told
    assert "--leads: leads.csv has a header but no rows" in told
    assert "did you mean 'leads.csv'?" in told


def test_paths_start_at_the_project_file(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    leads = write(tmp_path, "leads.csv", FLAT)

    assert main(["init", "--leads", str(leads), "--out", str(tmp_path / "project" / "leadlight.yaml")]) == 0
    assert load_project(tmp_path / "project" / "leadlight.yaml").file.leads.source == "../leads.csv"


EVENTS: dict[str, Cell] = {
    "who": lambda i: f"C{i:03d}",
    "when": lambda i: crm_exports.moment(i, plus=3),
    "what": crm_exports.one_of("open", "click"),
}
DEALS: dict[str, Cell] = {
    "who": lambda i: f"C{i:03d}",
    "closed": lambda i: crm_exports.day(i, plus=9),
    "result": lambda i: "won" if is_won(i) else "lost",
}


def test_events_of_unknown_leads_get_room(tmp_path: Path) -> None:
    strangers = {**EVENTS, "who": lambda i: f"C{i * 7 // 5:03d}"}

    project = initiated(tmp_path, {"leads": HOME_MADE, "events": strangers, "outcomes": DEALS})
    assert 0.28 < project.file.max_bad < 0.4
    assert len(project.read().leads) == 60


def test_events_are_left_out_where_nothing_says_when_leads_closed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = initiated(tmp_path, {"leads": FLAT, "events": EVENTS})

    assert project.file.events is None
    assert "events.csv is left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"leads": HOME_MADE, "outcomes": {"who": DEALS["who"], "closed": DEALS["closed"]}}, "says won or lost"),
        ({"leads": HOME_MADE, "outcomes": {"who": DEALS["who"], "result": DEALS["result"]}}, "export the closing time"),
        ({"leads": {"customer": HOME_MADE["customer"]}, "outcomes": DEALS}, "with the time a lead came"),
        ({"leads": HOME_MADE, "events": {"who": EVENTS["who"], "what": EVENTS["what"]}}, "when each event happened"),
        ({"leads": HOME_MADE, "events": {"who": EVENTS["who"], "when": EVENTS["when"]}}, "says what happened"),
        ({"leads": HOME_MADE, "events": {**EVENTS, "who": lambda i: f"X{i}"}}, "export both with the same id"),
    ],
)
def test_what_the_files_lack_is_said_with_the_cure(
    tables: Tables, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in refused(tmp_path, tables, capsys)


def test_odd_columns_are_left_out_withheld_or_asked_about(tmp_path: Path) -> None:
    odd: dict[str, Cell] = {
        **FLAT,
        "empty": lambda i: "",
        "same": lambda i: "x",
        "lead_id": lambda i: f"L{i}",
        "trace_id": lambda i: f"t-{i * 31}",
        "region code": lambda i: i % 4,
        "registered_on": lambda i: f"{i % 28 + 1}/{i // 28 + 1}/2026",
        "lead_age_days": lambda i: i % 7,
        "insight": lambda i: (i % 5) + 10 * is_won(i),
        "budget": lambda i: "a lot" if i in (5, 6) else i % 30,
        "staff": lambda i: "many" if i == 9 else i % 20,
        "floors": lambda i: "some" if i == 13 else i % 3,
        "Gender": crm_exports.one_of("f", "m"),
    }
    write(tmp_path, "leads.csv", odd, rows=range(120))
    assert main(["init", "--leads", str(tmp_path / "leads.csv"), "--out", str(tmp_path / "leadlight.yaml")]) == 0
    project = load_project(tmp_path / "leadlight.yaml")
    text = (tmp_path / "leadlight.yaml").read_text(encoding="utf-8")
    kinds = {name: said.kind for name, said in project.file.leads.columns.items()}

    assert {"empty", "same", "trace_id"} == ignored(project)
    assert '# always "x"' in text
    assert (kinds["region code"], kinds["registered_on"], kinds["budget"]) == ("category", "date", "category")
    assert sorted([kinds["staff"], kinds["floors"]], key=str) == ["category", "number"]
    assert not [count.bad for count in project.read().counts if count.n_faults > 1]
    assert sensitive(project) == {"Gender"}
    lines = text.splitlines()
    above = {line.split(":")[0].strip(): lines[i - 1] for i, line in enumerate(lines)}
    assert "AUC of 1.00" in above["insight"]
    assert "cells that are no number: 1" in above["staff"]


def test_a_column_called_like_a_computed_feature_is_left_out(tmp_path: Path) -> None:
    timed = {**HOME_MADE, "lead_age_days": lambda i: i % 7}

    project = initiated(tmp_path, {"leads": timed, "outcomes": DEALS})
    assert ignored(project) == {"lead_age_days"}


@pytest.mark.parametrize(
    ("ages", "history", "days"),
    [([1, 2, 3], 365, 7), ([10] * 8 + [20, 200], 365, 30), ([400], 900, 365), ([80], 100, 30), ([5], 3, 7)],
)
def test_the_horizon_is_kept_by_nine_wins_in_ten_and_can_ripen(ages: list[int], history: float, days: int) -> None:
    assert horizon_days(np.array(ages, dtype=np.float64), history) == days


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda n: n == n.strip()
)
cells = st.sampled_from(["", "1", "0", "yes", "no", "won", "2026-03-01", "x", "7.5", "Select", "a;b", '"', "ü"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=st.dictionaries(names, st.lists(cells, min_size=6, max_size=6), min_size=2, max_size=6))
def test_whatever_the_columns_are_called_the_project_can_be_read(
    columns: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([list(columns), *zip(*columns.values(), strict=True)])

    if main(["init", "--leads", str(folder / "leads.csv"), "--out", str(folder / "leadlight.yaml")]) == 0:
        assert main(["check", "-c", str(folder / "leadlight.yaml")]) == 0


def inside(folder: Path, *sources: str) -> list[str]:
    """Links to the real files, so that the project can lie beside them."""
    made = []
    for source in sources:
        (folder / Path(source).name).symlink_to(DATA / source)
        made.append(str(folder / Path(source).name))
    return made


def real_project(folder: Path, options: Sequence[str], *, checked: int = 0) -> Project:
    """The project that `init` writes; `checked` is what `check` then ends with."""
    assert main(["init", *options, "--out", str(folder / "leadlight.yaml")]) == 0
    assert main(["check", "-c", str(folder / "leadlight.yaml")]) == checked
    return load_project(folder / "leadlight.yaml")


@needs_real_data
@pytest.mark.real_data
def test_x_education_needs_no_edit_but_the_leaks_that_no_name_betrays(tmp_path: Path) -> None:
    (leads,) = inside(tmp_path, "x_education/Leads.csv")

    project = real_project(tmp_path, ["--leads", leads])
    section, outcomes = project.file.leads, project.file.outcomes
    assert (section.id, section.order_by) == ("Prospect ID", "Lead Number")
    assert outcomes is not None
    assert (outcomes.column, outcomes.won) == ("Converted", 1)
    assert {"Tags", "Lead Quality", "Last Activity", "Last Notable Activity"} <= ignored(project)
    lines = (tmp_path / "leadlight.yaml").read_text(encoding="utf-8").splitlines()
    for column in ("Lead Profile", "Asymmetrique Activity Score", "Asymmetrique Profile Index"):
        assert any(column in line and "check:" in lines[i - 1] for i, line in enumerate(lines))


@needs_real_data
@pytest.mark.real_data
def test_bank_marketing_is_read_with_its_semicolons_and_without_an_id(tmp_path: Path) -> None:
    (leads,) = inside(tmp_path, "bank_marketing/bank-additional-full.csv.gz")

    project = real_project(tmp_path, ["--leads", leads], checked=2)  # the length of the call is a leak
    assert project.file.leads.id is None
    assert project.file.outcomes is not None
    assert (project.file.outcomes.column, project.file.outcomes.won) == ("y", "yes")
    assert sensitive(project) == {"age", "marital"}
    lines = (tmp_path / "leadlight.yaml").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("    duration:") and "AUC of 0.82" in lines[i - 1] for i, line in enumerate(lines))
    assert len(project.read().leads) == 41_188


@needs_real_data
@pytest.mark.real_data
def test_the_log_of_loan_applications_is_understood_as_it_is(tmp_path: Path) -> None:
    leads, events, deals = inside(tmp_path, *(f"bpic2012/{name}.csv.gz" for name in ("leads", "events", "deals")))

    project = real_project(tmp_path, ["--leads", leads, "--events", events, "--outcomes", deals])
    file = project.file
    assert (file.leads.id, file.leads.created_at) == ("lead_id", "created_at")
    assert file.events is not None
    assert (file.events.lead, file.events.at, file.events.type) == ("lead_id", "at", "type")
    assert file.outcomes is not None
    assert (file.outcomes.outcome, file.outcomes.won, file.goal.horizon) == ("outcome", "won", 30 * 86_400_000_000)
