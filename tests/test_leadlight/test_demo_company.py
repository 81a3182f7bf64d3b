"""The made-up company: reproducible, leak-free files, and a truth that agrees with what happens."""

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from ruamel.yaml import YAML

from leadlight.demo import HORIZON, Company, simulate_company, true_probability, write_company
from leadlight.demo.company import DAY_SECONDS, OPEN
from leadlight.demo.export import LEAK_COLUMNS
from leadlight.demo.people import BUYER, COMPETITOR, STUDENT
from leadlight.demo.process import KIND, KINDS

FILES = ("leads.csv", "events.csv.gz", "deals.csv", "leadlight.yaml", "rules.yaml")


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate_company(4000, seed=11)


@pytest.fixture(scope="module")
def crowd() -> Company:
    return simulate_company(60_000, seed=3)


@pytest.fixture(scope="module")
def folder(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("demo")
    write_company(company, written)
    return written


def midnight(company: Company, day: int) -> datetime:
    return company.start + timedelta(days=day)


def truth_and_outcome(company: Company, day: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    truth = true_probability(company, midnight(company, day))
    row = {lead_id: number for number, lead_id in enumerate(company.lead_ids)}
    rows = np.array([row[lead_id] for lead_id in truth.index])
    is_soon = company.closed_at[rows] < (day + HORIZON.days) * DAY_SECONDS
    return truth.to_numpy(), company.won[rows] & is_soon


def test_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_company(simulate_company(4000, seed=11), tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_company(simulate_company(100, seed=seed), tmp_path / str(seed))

    for name in ("leads.csv", "events.csv.gz", "deals.csv"):
        assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()


@pytest.mark.parametrize("day", [150, 220, 300])
def test_base_rate_of_open_leads_is_that_of_a_plausible_company(company: Company, day: int) -> None:
    _, is_won = truth_and_outcome(company, day)

    assert 0.10 <= is_won.mean() <= 0.25


def test_newest_leads_are_mostly_open(company: Company) -> None:
    is_new = company.people.created_day >= company.days - 75

    assert (company.closed_at[is_new] == OPEN).mean() > 0.5


@pytest.mark.parametrize("day", [120, 210, 300])
def test_truth_agrees_with_outcomes_in_every_tenth_of_the_leads(crowd: Company, day: int) -> None:
    truth, is_won = truth_and_outcome(crowd, day)

    for tenth in np.array_split(np.argsort(truth, kind="stable"), 10):
        error = np.sqrt((truth[tenth] * (1 - truth[tenth])).sum()) / len(tenth)
        assert abs(truth[tenth].mean() - is_won[tenth].mean()) < 4 * error + 1e-4


def test_truth_separates_leads_as_well_as_behaviour_can(crowd: Company) -> None:
    truth, is_won = truth_and_outcome(crowd, 250)

    ranks = pd.Series(truth).rank().to_numpy()
    won, lost = is_won.sum(), (~is_won).sum()
    area_under_curve = (ranks[is_won].sum() - won * (won + 1) / 2) / (won * lost)
    assert 0.77 < area_under_curve < 0.85


def test_truth_does_not_see_events_at_or_after_as_of(company: Company) -> None:
    log = company.events
    before = log.at < 200 * DAY_SECONDS
    arrays = {name: getattr(log, name)[before] for name in ("lead", "at", "kind", "message", "link", "machine")}
    blind = replace(company, events=replace(log, **arrays))

    as_of = midnight(company, 200)

    pd.testing.assert_series_equal(true_probability(company, as_of), true_probability(blind, as_of))


def test_truth_rises_with_the_horizon(company: Company) -> None:
    as_of = midnight(company, 200)
    short, long = (true_probability(company, as_of, timedelta(days=days)) for days in (30, 60))

    assert (short <= long).all()
    assert long.index.tolist() == sorted(long.index)


def test_truth_is_zero_for_those_who_never_buy(company: Company) -> None:
    never_buys = np.array(company.lead_ids)[company.people.role != BUYER]

    truth = true_probability(company, company.end)

    assert (truth[truth.index.isin(never_buys)] == 0).all()
    assert (truth[~truth.index.isin(never_buys)] > 0).all()


def test_truth_refuses_a_time_that_is_no_midnight(company: Company) -> None:
    with pytest.raises(ValueError, match="expected a midnight"):
        true_probability(company, company.start + timedelta(hours=5))
    with pytest.raises(ValueError, match="expected 2025-11-01 to 2026-11-01"):
        true_probability(company, company.end + timedelta(days=1))
    with pytest.raises(ValueError, match="whole days"):
        true_probability(company, company.end, timedelta(hours=36))


def test_a_company_without_leads_is_refused() -> None:
    with pytest.raises(ValueError, match="leads=0"):
        simulate_company(0)


def test_one_lead_is_enough(tmp_path: Path) -> None:
    write_company(simulate_company(1, seed=4), tmp_path)

    assert len(pd.read_csv(tmp_path / "leads.csv")) == 1


def test_every_planted_leak_is_ignored_in_the_project(folder: Path) -> None:
    project = YAML(typ="safe").load(folder / "leadlight.yaml")
    leads = pd.read_csv(folder / "leads.csv")

    assert set(LEAK_COLUMNS) <= set(leads.columns)
    assert all(project["leads"]["columns"][column] == "ignore" for column in LEAK_COLUMNS)


def test_planted_leaks_tell_the_outcome(folder: Path) -> None:
    leads = pd.read_csv(folder / "leads.csv", index_col="lead_id")
    deals = pd.read_csv(folder / "deals.csv", index_col="lead_id")
    leads = leads.join(deals)

    assert (leads["lead_status"] == "Customer").equals(leads["outcome"] == "won")
    assert leads.loc[leads["closed_reason"].notna(), "outcome"].notna().all()
    assert (leads["last_activity"] >= leads["closed_at"])[leads["closed_at"].notna()].all()


def test_project_names_columns_that_exist(folder: Path) -> None:
    project = YAML(typ="safe").load(folder / "leadlight.yaml")
    leads, events, deals = (pd.read_csv(folder / project[part]["source"]) for part in ("leads", "events", "outcomes"))

    assert set(leads.columns) == {"lead_id", "created_at", "company", *project["leads"]["columns"]}
    assert {project["events"][key] for key in ("lead", "at", "type", "actor", "channel", "message", "link")} == set(
        events
    )
    assert {project["outcomes"][key] for key in ("lead", "closed_at", "outcome", "amount")} == set(deals)
    assert set(project["events"]["types"]) == set(KINDS) == set(events["type"])
    assert project["goal"]["horizon"] == f"{HORIZON.days}d"


def test_rules_name_columns_and_events_that_exist(folder: Path) -> None:
    book = YAML(typ="safe").load(folder / "rules.yaml")
    leads = pd.read_csv(folder / "leads.csv")

    whens = [rule["when"] for rule in book["rules"]]
    events = [when["event"] for when in whens if "event" in when]
    named = {name for event in events for name in ([event] if isinstance(event, str) else event)}

    assert named <= set(KINDS)
    assert {when["field"] for when in whens if "field" in when} <= set(leads.columns) - set(LEAK_COLUMNS)
    assert len({rule["id"] for rule in book["rules"]}) == len(book["rules"])


def test_scanners_click_every_link_within_seconds_of_the_send(folder: Path) -> None:
    events = pd.read_csv(folder / "events.csv.gz", parse_dates=["at"])
    mails = events[events["message"].notna()]
    sent = mails[mails["type"] == "email_sent"].set_index(["lead_id", "message"])["at"].rename("sent")
    clicks = mails[mails["type"] == "email_click"].join(sent, on=["lead_id", "message"])

    is_fast = clicks["at"] - clicks["sent"] < pd.Timedelta(seconds=30)
    links = clicks[is_fast].groupby(["lead_id", "message"])["link"].nunique()

    assert len(links) > 1000
    assert (links == 4).all()
    assert (~is_fast).sum() > 500


def test_people_never_answer_a_mail_as_fast_as_a_scanner(company: Company) -> None:
    log = company.events
    table = pd.DataFrame({"lead": log.lead, "message": log.message, "at": log.at})
    is_sent = log.kind == KIND["email_sent"]
    is_answer = (log.message >= 0) & ~is_sent

    sent = table[is_sent].set_index(["lead", "message"])["at"].rename("sent")
    delay = (table[is_answer].join(sent, on=["lead", "message"])).eval("at - sent").to_numpy()

    assert sent.index.is_unique
    assert (delay[~log.machine[is_answer]] >= 60).all()
    assert ((delay > 0) & (delay < 30))[log.machine[is_answer]].all()


def test_events_lie_between_creation_and_close(folder: Path) -> None:
    leads, deals = (pd.read_csv(folder / name, index_col="lead_id") for name in ("leads.csv", "deals.csv"))
    events = pd.read_csv(folder / "events.csv.gz").join(leads["created_at"], on="lead_id")
    events = events.join(deals["closed_at"], on="lead_id")

    assert (events["at"] > events["created_at"]).all()
    assert (events["at"] < events["closed_at"])[events["closed_at"].notna()].all()
    assert events["at"].is_monotonic_increasing
    assert leads["created_at"].is_monotonic_increasing
    assert deals["closed_at"].is_monotonic_increasing
    assert events["at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()


def test_no_mail_is_sent_after_an_unsubscribe(company: Company) -> None:
    log = company.events
    left_at = np.full(len(company.people), np.iinfo(np.int64).max)
    left = log.kind == KIND["unsubscribe"]
    np.minimum.at(left_at, log.lead[left], log.at[left])

    sent = log.kind == KIND["email_sent"]

    assert (log.at[sent] < left_at[log.lead[sent]]).all()


def test_activity_keeps_to_workdays(folder: Path) -> None:
    events = pd.read_csv(folder / "events.csv.gz", parse_dates=["at"])
    weekday = events["at"].dt.day_of_week

    assert (weekday < 5).mean() > 0.9
    assert not ((weekday >= 5) & (events["actor"] == "rep")).any()


def test_students_and_competitors_are_recognisable_and_never_won(company: Company, folder: Path) -> None:
    leads = pd.read_csv(folder / "leads.csv")
    is_student, is_rival = (company.people.role == role for role in (STUDENT, COMPETITOR))

    assert (leads["job_title"] == "Student").to_numpy()[is_student].all()
    assert leads["email"].str.contains("@(?:shelfwise|stockmind|palletry)[.]").to_numpy().tolist() == is_rival.tolist()
    assert not company.won[is_student | is_rival].any()
    assert leads.loc[is_student, "company"].isna().all()


def test_mail_addresses_can_be_nobodys(folder: Path) -> None:
    email = pd.read_csv(folder / "leads.csv")["email"]

    assert email.str.fullmatch(r"[a-z.]+@[a-z-]+\.example|[a-z]+_[a-z]+_\d+@gmail\.com").all()


def test_won_deals_alone_have_an_amount(folder: Path) -> None:
    deals = pd.read_csv(folder / "deals.csv")

    assert deals["amount"].notna().equals(deals["outcome"] == "won")
    assert (deals["amount"].dropna() > 0).all()


def test_gzip_carries_no_time_and_no_name(folder: Path) -> None:
    raw = (folder / "events.csv.gz").read_bytes()

    assert raw[3] == 0  # flags: no name follows
    assert raw[4:8] == b"\0\0\0\0"
    assert gzip.decompress(raw).startswith(b"lead_id,at,type,actor,channel,message,link\n")
