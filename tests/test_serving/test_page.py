"""The pages: what the store knows, as text; no script, nothing from outside."""

import html
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from features.crm import Crm
from models.bundle import save_bundle
from models.lead_model import LeadModel
from models.workspace import Workspace
from serving.app import create_app
from serving.batch import score_open_leads
from serving.lead_list import PAGE_LEADS
from tests.company import NOW
from tests.test_serving.conftest import BASE_URL, settings_for
from tests.test_serving.stored import STRANGE

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
PATHS = ("/", "/?q=zoë", "/leads/a%2Fb%2F..%2Fc", "/leads/nobody", "/model")


def links(page: str) -> list[str]:
    """The addresses of the leads that a list shows, in their order."""
    return re.findall(r'<td role="cell" class="who"><a href="([^"]+)"', page)


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", PATHS)
def test_a_page_runs_nothing_and_asks_nobody_else(pages: TestClient, path: str) -> None:
    answer = pages.get(path)

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=|https?://", answer.text)


def test_the_list_shows_every_open_lead_once_the_hottest_first(
    pages: TestClient, model: LeadModel, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.lead_list.PAGE_LEADS", 7)
    scores = score_open_leads(model, crm, NOW).scores
    expected = [scores.lead_ids[i] for i in scores.hottest(len(scores))]

    texts = [pages.get(f"/?page={number}").text for number in range(1, -(-len(expected) // 7) + 1)]

    shown = [unquote(path.removeprefix("/leads/")) for text in texts for path in links(text)]
    assert shown == [*STRANGE, *expected[len(STRANGE) :]]
    assert links(pages.get("/?page=999").text) == links(texts[-1])
    assert [('rel="prev"' in text, 'rel="next"' in text) for text in (texts[0], texts[1], texts[-1])] == [
        (False, True), (True, True), (True, False)
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "９", "", "99999999999999999999", "7' or 1=1"])
def test_a_page_number_that_makes_no_sense_shows_a_page(pages: TestClient, number: str) -> None:
    answer = pages.get("/", params={"page": number})

    assert answer.status_code == 200
    assert links(answer.text)


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_a_lead_is_called_its_page_is_found_and_shows_it_as_text(pages: TestClient, name: str) -> None:
    (path,) = links(pages.get("/", params={"q": name}).text)

    page = pages.get(path)

    assert page.status_code == 200
    (headline,) = re.findall(r"<h1>(.*?)</h1>", page.text)
    assert html.unescape(headline) == name
    assert html.escape(name, quote=False).replace('"', "&#34;").replace("'", "&#39;") == headline


def test_a_search_is_shown_as_text_and_finds_percent_and_underscore_as_they_are(pages: TestClient) -> None:
    asked = ("0%_", "0_%", "%%", "LEAD-0")
    found = {word: len(links(pages.get("/", params={"q": word}).text)) for word in asked}
    nothing = pages.get("/", params={"q": '"><script>'}).text

    assert (found["0%_"], found["0_%"], found["%%"]) == (1, 0, 0)
    assert found["LEAD-0"] > 5
    assert '"><script>' not in nothing
    assert "No lead matches" in nothing


def test_a_search_may_hold_anything(pages: TestClient) -> None:
    assert pages.get("/?q=%00%ff%ed%a0%80&tier=%00&page=%00").status_code == 200
    assert pages.get("/leads/%00%ff").status_code == 404


def test_the_tiers_part_the_list_and_keep_the_search(pages: TestClient) -> None:
    page = pages.get("/", params={"q": "lead", "tier": "hot"}).text

    counts = dict(re.findall(r"(hot|warm|cold)</span> <span class=\"count\">([\d,]+)", page))
    assert len(links(page)) == min(int(counts["hot"]), PAGE_LEADS)
    assert 'href="/?q=lead&amp;tier=warm"' in page
    assert '<input type="hidden" name="tier" value="hot">' in page


def test_a_leads_page_says_all_that_the_score_says(pages: TestClient, model: LeadModel, crm: Crm) -> None:
    scores = score_open_leads(model, crm, NOW).scores
    row = scores.hottest(len(STRANGE) + 1)[-1]

    page = words(pages.get(f"/leads/{scores.lead_ids[row]}").text)

    assert scores.summaries[row] in page
    assert all(reason.text in page for reason in scores.reasons[row])
    lines = zip(scores.ledger.lines, scores.ledger.values[row], strict=True)
    assert all(line.name in page for line, points in lines if points)
    assert f"above {scores.percentile[row]:.0f}% of leads that the model was judged on" in page


def test_the_timeline_tells_the_newest_events(pages: TestClient, crm: Crm) -> None:
    page = pages.get("/leads/a%2Fb%2F..%2Fc").text

    times = re.findall(r'<li class="(?:lead|rep)"><time datetime="([^"]+)"', page)
    assert times == sorted(times, reverse=True)
    assert 1 < len(times) <= 50


def test_the_model_is_told_in_words(pages: TestClient, model: LeadModel) -> None:
    page = words(pages.get("/model").text)

    assert "within the next 30 days?" in page
    assert (
        f"{model.facts.trained_on.n_leads:,} leads, {model.facts.trained_on.n_won:,} of which became customers" in page
    )
    assert "What moves scores most Average impact over the" in page


def test_without_scores_the_page_says_how_to_get_some(served: Workspace, tmp_path: Path) -> None:
    settings = settings_for(served, LEADLIGHT_STORE=f"sqlite:///{tmp_path / 'none.db'}")
    with TestClient(create_app(settings), base_url=BASE_URL) as client:
        answers = [client.get(path) for path in ("/", "/leads/a", "/model")]

    assert [answer.status_code for answer in answers] == [200, 404, 200]
    assert "leadlight score --out" in answers[0].text
    assert list(tmp_path.iterdir()) == []


def test_scores_are_shown_without_a_model_and_without_a_store_too(tmp_path: Path) -> None:
    with TestClient(create_app(settings_for(Workspace(tmp_path), LEADLIGHT_STORE="none")), base_url=BASE_URL) as client:
        answers = [client.get(path) for path in ("/", "/model")]

    assert [answer.status_code for answer in answers] == [200, 503]
    assert "leadlight train" in answers[1].text


def test_a_store_that_can_not_be_read_is_told_and_the_service_scores_on(served: Workspace, tmp_path: Path) -> None:
    (tmp_path / "leads.db").write_text("no database at all, but long enough to be read as one" * 100)
    settings = settings_for(served, LEADLIGHT_STORE=f"sqlite:///{tmp_path / 'leads.db'}")
    with TestClient(create_app(settings), base_url=BASE_URL) as client:
        page, ready = client.get("/"), client.get("/readyz")

    assert (page.status_code, ready.status_code) == (503, 200)
    assert "can not be used" in page.text
    assert page.headers["Content-Security-Policy"] == POLICY


def test_what_programs_ask_is_still_answered_with_problems(pages: TestClient) -> None:
    answer = pages.get("/v1/nothing")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_the_style_is_served_from_here(pages: TestClient) -> None:
    asked = re.findall(r'(?:href|src)="(/assets/[^"]+)"', pages.get("/").text)

    assert {path: pages.get(path).status_code for path in asked} == dict.fromkeys(asked, 200)
    assert pages.get("/assets/../pages.py").status_code == 404


def test_the_model_card_that_the_training_wrote_is_a_page_too(model: LeadModel, tmp_path: Path) -> None:
    card = "<!doctype html><title>Card</title>"
    workspace = Workspace(tmp_path)
    saved, _ = save_bundle(model, workspace.models, leadlight_version="0.1.0", report_html=card)
    workspace.set_champion(saved.version)

    with TestClient(create_app(settings_for(workspace)), base_url=BASE_URL) as client:
        assert "/model/report" in client.get("/model").text
        assert client.get("/model/report").text == card


def test_a_model_without_a_card_has_no_link_to_one(pages: TestClient) -> None:
    assert "/model/report" not in pages.get("/model").text
    assert pages.get("/model/report").status_code == 404
