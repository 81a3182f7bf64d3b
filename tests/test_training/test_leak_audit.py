"""The leak audit: planted leaks of every kind are caught, honest columns and the real sets' own are not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_sets import BANK, DATA, X_EDUCATION
from features.crm import Crm
from features.labels import Outcomes
from features.tables import (
    MICROSECONDS_PER_DAY,
    NEVER_US,
    Column,
    EventArrays,
    IntArray,
    Kind,
    NumberColumn,
    TextColumn,
)
from features.versions import settle_versions
from leadlight.cli import main
from leadlight.cli.demo import make_company
from leadlight.cli.train import training_request
from leadlight.project import load_project
from models.rules import starter_text
from tests.company import flat_crm, request_for, small_crm
from training.leaks.finding import Leak, LeakSettings, LeaksFound
from training.request import TrainingRequest
from training.run import find_leaks, train_model

needs_real_data = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real sets are not part of the repository (../shared/data)"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Crm, TrainingRequest]:
    """The demo company as its project file reads it, without its own leaks."""
    folder = tmp_path_factory.mktemp("demo")
    make_company(folder, leads=1200, seed=0)
    project = load_project(folder / "leadlight.yaml")
    crm = project.read()
    return crm, training_request(project, crm, until=None, seed=0)


def is_won(crm: Crm) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(crm.outcomes.won_us != NEVER_US)


def with_column(crm: Crm, name: str, column: Column, kind: Kind) -> Crm:
    leads = replace(crm.leads, columns={**crm.leads.columns, name: column})
    return replace(crm, leads=leads, kinds={**crm.kinds, name: kind})


def with_events(crm: Crm, name: str, lead: IntArray, at_us: IntArray, *, actor: int) -> Crm:
    """The company with more events, of a type of their own."""
    events = crm.events
    assert events is not None
    assert events.actor is not None
    types = tuple(sorted((*events.types, name)))
    code_of = np.array([types.index(each) for each in events.types])
    more = EventArrays(
        lead=np.concatenate([events.lead, lead]),
        type_code=np.concatenate([code_of[events.type_code], np.full(len(lead), types.index(name))]),
        at_us=np.concatenate([events.at_us, at_us]),
        recorded_us=None,
        types=types,
        actor=np.concatenate([events.actor, np.full(len(lead), actor, dtype=np.int8)]),
    )
    return replace(crm, events=more)


def named_by_a_crm(crm: Crm) -> Crm:
    stage = TextColumn.of("Negotiation" if row % 2 else "Qualified" for row in range(len(crm.leads)))
    return with_column(crm, "Deal Stage", stage, "category")


def graded(crm: Crm) -> Crm:
    noise = np.random.default_rng(1).integers(0, 5, len(crm.leads)).astype(np.float64)
    return with_column(crm, "fit_grade", NumberColumn(noise), "number")


def telling_alone(crm: Crm) -> Crm:
    """Minutes of the call that made the deal: strong, not perfect."""
    rng = np.random.default_rng(1)
    minutes = 5 + 4 * is_won(crm) + rng.normal(0, 2, len(crm.leads))
    return with_column(crm, "minutes_talked", NumberColumn(minutes), "number")


def filled_for_customers(crm: Crm) -> Crm:
    rng = np.random.default_rng(1)
    is_filled = rng.random(len(crm.leads)) < np.where(is_won(crm), 0.8, 0.5)
    plan = TextColumn.of("basic" if filled else None for filled in is_filled)
    return with_column(crm, "plan", plan, "category")


def filled_at_the_close(crm: Crm) -> Crm:
    rng = np.random.default_rng(1)
    closed = (crm.outcomes.closed_us != NEVER_US) & (rng.random(len(crm.leads)) < 0.5)
    sheet = rng.choice(["A", "B"], len(closed))
    cells = TextColumn.of(str(sheet[row]) if closed[row] else None for row in range(len(closed)))
    return with_column(crm, "handover_sheet", cells, "category")


def changed_by_the_close(crm: Crm) -> Crm:
    rng = np.random.default_rng(1)
    is_closed = crm.outcomes.closed_us != NEVER_US
    queue = np.where(rng.random(len(is_closed)) < 0.1, ~is_closed, is_closed)
    return with_column(crm, "queue", TextColumn.of("archive" if old else "inbox" for old in queue), "category")


def dated_after_the_close(crm: Crm) -> Crm:
    closed_us = crm.outcomes.closed_us
    dates = np.where(closed_us == NEVER_US, np.nan, closed_us + 2.0 * MICROSECONDS_PER_DAY)
    dates[np.random.default_rng(1).random(len(dates)) < 0.4] = np.nan
    assert crm.leads.created_us is not None
    dates = np.where(closed_us == NEVER_US, crm.leads.created_us, dates)
    return with_column(crm, "filed", NumberColumn(dates), "date")


def filled_as_leads_grow_old(crm: Crm) -> Crm:
    assert crm.leads.created_us is not None
    rng = np.random.default_rng(1)
    rank = np.argsort(np.argsort(crm.leads.created_us)) / len(crm.leads)
    is_filled = rng.random(len(rank)) < 1.2 - rank
    return with_column(crm, "budget", NumberColumn(np.where(is_filled, 1.0 + rng.random(len(rank)), np.nan)), "number")


def naming_the_lead(crm: Crm) -> Crm:
    return with_column(crm, "ticket", TextColumn.of(f"T{row:05}" for row in range(len(crm.leads))), "category")


def counting_the_leads(crm: Crm) -> Crm:
    assert crm.leads.created_us is not None
    rank = np.argsort(np.argsort(crm.leads.created_us)).astype(np.float64)
    return with_column(crm, "batch", NumberColumn(rank), "number")


def phoning_customers_alone(crm: Crm) -> Crm:
    """Sales asks for the phone of those who buy; each has a number of its own."""
    rng = np.random.default_rng(1)
    is_filled = rng.random(len(crm.leads)) < np.where(is_won(crm), 0.8, 0.5)
    numbers = TextColumn.of(f"+49 30 {row:07}" if filled else None for row, filled in enumerate(is_filled))
    return with_column(crm, "direct_line", numbers, "phone")


def titled_by_sales(crm: Crm) -> Crm:
    """Sales writes a title that says who signed, each in words of its own."""
    titles = [f"{'Director' if won else 'Assistant'}, desk {row}" for row, won in enumerate(is_won(crm))]
    return with_column(crm, "signatory", TextColumn.of(titles), "title")


def logging_the_outcome(crm: Crm) -> Crm:
    won = np.flatnonzero(is_won(crm))
    return with_events(crm, "contract", won, crm.outcomes.won_us[won], actor=0)


def reps_preparing_what_they_know(crm: Crm) -> Crm:
    """Every second day of the month before a win, a rep writes at an offer."""
    won = np.flatnonzero(is_won(crm))
    days = np.arange(1, 60, 2)
    at_us = crm.outcomes.won_us[won][:, None] - days * MICROSECONDS_PER_DAY
    return with_events(crm, "offer_drafted", np.repeat(won, len(days)), at_us.ravel(), actor=1)


PLANTED: list[tuple[Callable[[Crm], Crm], str, str, str]] = [
    (named_by_a_crm, "Deal Stage", "name", "stop"),
    (graded, "fit_grade", "name", "warn"),
    (telling_alone, "minutes_talked", "alone", "stop"),
    (filled_for_customers, "plan", "fill_by_outcome", "warn"),
    (filled_at_the_close, "handover_sheet", "filled_when_closed", "stop"),
    (changed_by_the_close, "queue", "open_leads_differ", "warn"),
    (dated_after_the_close, "filed", "filled_after_outcome", "warn"),
    (filled_as_leads_grow_old, "budget", "filled_later", "warn"),
    (naming_the_lead, "ticket", "near_unique", "warn"),
    (counting_the_leads, "batch", "near_unique", "warn"),
    (phoning_customers_alone, "direct_line", "fill_by_outcome", "warn"),
    (titled_by_sales, "signatory", "alone", "stop"),
    (logging_the_outcome, "contract", "event_at_outcome", "warn"),
    (reps_preparing_what_they_know, "offer_drafted", "rep_made", "warn"),
]


@pytest.mark.parametrize(("plant", "column", "rule", "verdict"), PLANTED)
def test_a_planted_leak_is_caught_and_nothing_honest_is(
    demo: tuple[Crm, TrainingRequest], plant: Callable[[Crm], Crm], column: str, rule: str, verdict: str
) -> None:
    crm, request = demo

    found = find_leaks(plant(crm), request)

    assert (column, rule, verdict) in [(leak.column, leak.rule, leak.verdict) for leak in found]
    assert {leak.column for leak in found} == {column}
    assert all(leak.value > 0 and leak.advice for leak in found)


def test_honest_columns_of_the_demo_are_not_flagged(demo: tuple[Crm, TrainingRequest]) -> None:
    assert find_leaks(*demo) == ()


def test_a_column_on_which_nearly_all_rests_is_told() -> None:
    """A strong column below the AUC of a certain leak, beside columns of noise."""
    crm = flat_of(np.random.default_rng(2), n=1500, strength=1.0)

    (found,) = find_leaks(crm, request_for(crm))

    assert (found.column, found.rule, found.verdict) == ("strong", "ablation", "warn")
    assert found.value > 0.5


def test_a_strong_column_among_others_as_strong_is_honest() -> None:
    crm = flat_of(np.random.default_rng(2), n=1500, strength=1.0, n_strong=4)

    assert find_leaks(crm, request_for(crm)) == ()


@pytest.mark.parametrize("seed", range(8))
def test_few_leads_stop_no_training_by_luck(seed: int) -> None:
    crm = flat_of(np.random.default_rng(seed), n=160, strength=1.2)

    assert not [leak for leak in find_leaks(crm, request_for(crm)) if leak.verdict == "stop"]


def flat_of(rng: np.random.Generator, *, n: int, strength: float, n_strong: int = 1) -> Crm:
    """A flat table whose outcome is the sum of strong columns, beside noise."""
    strong = rng.normal(0, 1, (n_strong, n))
    won = rng.random(n) < 1 / (1 + np.exp(-strength * strong.sum(axis=0)))
    names = ["strong", *(f"strong_{k}" for k in range(1, n_strong))]
    columns: dict[str, Column] = {name: NumberColumn(values) for name, values in zip(names, strong, strict=True)}
    columns |= {f"noise_{k}": NumberColumn(rng.normal(0, 1, n)) for k in range(3)}
    crm = flat_crm(n)
    leads = replace(crm.leads, columns=columns)
    closed = np.zeros(n, dtype=np.int64)
    kinds: dict[str, Kind] = dict.fromkeys(columns, "number")
    return replace(crm, leads=leads, kinds=kinds, outcomes=Outcomes(closed, np.where(won, 0, NEVER_US)))


def test_two_copies_of_a_leak_do_not_excuse_each_other(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    one = telling_alone(crm)
    both = with_column(one, "minutes_on_phone", one.leads.columns["minutes_talked"], "number")

    stopped = [leak.column for leak in find_leaks(both, request) if leak.verdict == "stop"]

    assert stopped == ["minutes_on_phone", "minutes_talked"]


def test_a_certain_leak_stops_training_until_it_is_accepted_with_a_reason() -> None:
    crm = named_by_a_crm(small_crm(40, n_closed=0))
    request = request_for(crm)

    with pytest.raises(LeaksFound, match=r"(?s)1 column that carries the outcome.*ignore.*not_a_leak.*Deal Stage: "):
        train_model(crm, request)

    said = LeakSettings(accepted={"Deal Stage": "asked at the sign-up"})
    trained = train_model(crm, replace(request, leaks=said))
    assert trained.model.facts.accepted_leaks == {"Deal Stage": "asked at the sign-up"}
    assert "Deal Stage" not in {leak.column for leak in trained.leaks}


def test_an_event_type_may_be_accepted_as_well(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    said = LeakSettings(accepted={"contract": "signed long before the close"})

    assert find_leaks(logging_the_outcome(crm), replace(request, leaks=said)) == ()


def test_what_is_known_from_the_signup_may_be_filled_by_outcome(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    planted = filled_for_customers(crm)
    settled = replace(request.leaks, known_from_signup=request.leaks.known_from_signup | {"plan"})

    assert find_leaks(planted, replace(request, leaks=settled)) == ()


def test_a_claim_of_the_signup_settles_no_certain_leak(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    settled = LeakSettings(known_from_signup=frozenset(["handover_sheet"]))

    (found, *_) = find_leaks(filled_at_the_close(crm), replace(request, leaks=settled))

    assert (found.column, found.verdict) == ("handover_sheet", "stop")


def test_texts_that_features_are_derived_from_may_be_distinct(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    titles = TextColumn.of(f"Head of desk {row}" for row in range(len(crm.leads)))

    assert find_leaks(with_column(crm, "function", titles, "title"), request) == ()


@pytest.mark.parametrize("plant", [named_by_a_crm, filled_at_the_close, filled_as_leads_grow_old])
def test_a_column_whose_history_is_known_is_judged_as_it_stood(
    demo: tuple[Crm, TrainingRequest], plant: Callable[[Crm], Crm]
) -> None:
    """Nothing in it was known while the leads were open, which is said, and no reason to stop."""
    crm, request = demo
    planted = plant(crm)
    (column,) = planted.kinds.keys() - crm.kinds.keys()
    every, late = np.arange(len(crm.leads)), np.full(len(crm.leads), crm.newest_us)
    history = {column: settle_versions(every, late, late, planted.leads.columns[column])}

    found = find_leaks(replace(planted, leads=replace(planted.leads, history=history)), request)

    assert [(leak.rule, leak.verdict) for leak in found] == [("filled_after_outcome", "warn")]


def test_too_few_deals_leave_names_and_ids(demo: tuple[Crm, TrainingRequest]) -> None:
    crm = named_by_a_crm(small_crm(150, n_closed=0))

    assert {leak.rule for leak in find_leaks(crm, request_for(crm))} == {"name", "near_unique"}


def test_the_audit_changes_nothing_and_finds_the_same_twice(demo: tuple[Crm, TrainingRequest]) -> None:
    crm, request = demo
    planted = telling_alone(crm)
    before = planted.leads.columns["minutes_talked"]

    assert find_leaks(planted, request) == find_leaks(planted, request)
    assert planted.leads.columns["minutes_talked"] is before
    assert request.rules_text != starter_text()  # the demo's own rules were read


def leaks_of(folder: Path, *, keep: tuple[str, ...] = (), leave_out: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """The columns found, by verdict, with some that `init` ignored let in and some left out."""
    from ruamel.yaml import YAML

    yaml = YAML()
    document = yaml.load(folder / "leadlight.yaml")
    columns = document["leads"]["columns"]
    for name in keep:
        columns[name] = "category"
    for name in leave_out:
        columns[name] = "ignore"
    yaml.dump(document, folder / "audited.yaml")
    project = load_project(folder / "audited.yaml")
    crm = project.read()
    found: tuple[Leak, ...] = find_leaks(crm, training_request(project, crm, until=None, seed=0))
    return {verdict: {leak.column for leak in found if leak.verdict == verdict} for verdict in ("stop", "warn")}


@pytest.fixture(scope="module")
def education(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("x_education")
    X_EDUCATION.table(DATA).to_csv(folder / "leads.csv", index=False)
    assert main(["init", "--leads", str(folder / "leads.csv"), "--out", str(folder / "leadlight.yaml")]) == 0
    return folder


class TestRealSets:
    pytestmark = needs_real_data

    def test_columns_filled_by_sales_stop_the_training_of_x_education(self, education: Path) -> None:
        by_name = ("Tags", "Lead Quality", "Last Activity", "Last Notable Activity")

        found = leaks_of(education, keep=by_name)

        assert found["stop"] == set(by_name)
        assert set(X_EDUCATION.leaks) <= found["warn"]

    def test_x_education_without_its_leaks_has_two_doubts(self, education: Path) -> None:
        found = leaks_of(education, leave_out=X_EDUCATION.leaks)

        assert found["stop"] == set()
        assert len(found["warn"]) <= 2
        assert "What is your current occupation" in found["warn"]

    def test_the_length_of_the_call_stops_the_training_of_the_bank(self, tmp_path: Path) -> None:
        BANK.table(DATA)[::4].to_csv(tmp_path / "leads.csv", index=False)
        assert main(["init", "--leads", str(tmp_path / "leads.csv"), "--out", str(tmp_path / "leadlight.yaml")]) == 0

        assert leaks_of(tmp_path)["stop"] == {"duration"}
        assert leaks_of(tmp_path, leave_out=BANK.leaks) == {"stop": set(), "warn": set()}
