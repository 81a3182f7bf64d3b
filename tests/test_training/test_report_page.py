"""The report: one page that says everything that was measured, asks nothing of the network, and tells of nobody."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from features.crm import Crm
from features.tables import TextColumn
from tests.company import CANARY, flat_crm, request_for, small_crm
from tests.html_page import Page
from training.leaks.finding import Leak
from training.report.page import report_of
from training.run import TrainedModel, train_model

SECTIONS = [
    *("data", "split", "reliability", "gains", "cutoffs", "groups"),
    *("influences", "rules", "backtest", "learning", "leaks", "limits"),
]
HOSTILE = '<script>alert(1)</script> & "><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    return Page(report)


@pytest.fixture(scope="module")
def young_page() -> Page:
    """Of a company without a closed deal."""
    young = small_crm(60, n_closed=0)
    return Page(report_of(train_model(young, request_for(young)), young, request_for(young)))


@pytest.fixture(scope="module")
def flat_page() -> Page:
    """Of a table without times, events and order."""
    flat = flat_crm(150)
    request = request_for(flat, is_ordered=False)
    return Page(report_of(train_model(flat, request), flat, request))


@pytest.mark.parametrize("name", ["page", "young_page", "flat_page"])
def test_every_section_is_there_and_says_something(name: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(name)

    assert [section["id"] for section in page.of("section")] == SECTIONS
    assert all(len(page.text_of[section].split()) > 8 for section in SECTIONS)
    assert page.unclosed == []


def test_the_figures_at_the_top_are_the_models_metrics(page: Page, trained: TrainedModel) -> None:
    shown = {str(one["data-metric"]): float(one["value"] or "") for one in page.of("data")}

    assert shown == {name: trained.model.facts.metrics[name] for name in shown}
    assert {"log_loss", "auc", "ece", "lift_10", "gain_20", "base_rate"} == set(shown)


def test_losses_of_candidates_and_blocks_are_those_of_the_training(page: Page, trained: TrainedModel) -> None:
    assert trained.backtest is not None
    for loss in trained.model.facts.candidates.values():
        assert f"{loss:.4f}" in page.text_of["rules"]
    for score in (*trained.backtest.blocks, trained.backtest.random_split):
        assert f"{score.log_loss.value:.4f}" in page.text_of["backtest"]


def test_nothing_is_asked_of_the_network_and_nothing_runs(page: Page, report: str) -> None:
    urls = set(re.findall(r"[a-z]+://[^\s\"'<]*", report))

    assert urls == {"http://www.w3.org/2000/svg"}, "the name of SVG itself is no address"
    assert not page.tags() & {"script", "link", "img", "iframe", "object", "image", "use"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_only_the_pages_own_style_is_allowed(page: Page, report: str) -> None:
    style = report.split("<style>")[1].split("</style>")[0]
    sha = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(one["content"] for one in page.of("meta") if one.get("http-equiv") == "Content-Security-Policy")

    assert policy == f"default-src 'none'; style-src 'sha256-{sha}'"
    assert not [tag for tag, attributes in page.elements if "style" in attributes]


def test_every_figure_has_a_title_and_is_told_in_words(page: Page) -> None:
    labels = [str(one["aria-labelledby"]).split() for one in page.of("svg")]

    assert len(labels) >= 10
    assert all(page.text_of[name].strip() for names in labels for name in names)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_same_training_gives_the_same_bytes(report: str, trained: TrainedModel, crm: Crm) -> None:
    assert report_of(trained, crm, request_for(crm)) == report


def test_no_lead_is_in_it(report: str, crm: Crm) -> None:
    contact = crm.leads.columns["contact"]
    assert isinstance(contact, TextColumn)

    assert CANARY not in report
    assert not [one for one in (*crm.leads.ids, *contact.levels, *crm.leads.accounts.levels) if one in report]


def test_names_from_the_tables_are_words_and_never_markup(trained: TrainedModel, crm: Crm) -> None:
    country = crm.leads.columns["country"]
    assert isinstance(country, TextColumn)
    assert trained.history is not None
    column = replace(country, levels=(HOSTILE, *country.levels[1:]))
    matrix = replace(trained.history.data.matrix, categories=trained.history.data.matrix.categories)
    codes = matrix.categories["country"].codes
    matrix = replace(matrix, categories={**matrix.categories, "country": TextColumn(column.levels, codes)})
    history = replace(trained.history, data=replace(trained.history.data, matrix=matrix))
    crm = replace(crm, leads=replace(crm.leads, columns={**crm.leads.columns, "country": column}))
    leak = Leak(HOSTILE, "name", 1.0, "warn", HOSTILE)

    page = Page(report_of(replace(trained, history=history, leaks=(leak,)), crm, request_for(crm)))

    assert not page.tags() & {"script", "img"}
    assert HOSTILE in page.text_of["leaks"]
    assert HOSTILE[:10] in page.text_of["groups"]


def test_a_company_without_deals_is_told_what_its_points_are_worth(young_page: Page) -> None:
    assert "rule points" in young_page.text_of["rules"]
    assert "guess" in young_page.text_of["limits"]
    assert list(young_page.of("data")) == []


def test_what_was_not_judged_in_time_is_marked(flat_page: Page) -> None:
    assert "Not time-tested" in flat_page.text_of["split"]
    assert "no back-test" in flat_page.text_of["backtest"]
    assert "no activity log" in flat_page.text_of["limits"]
