"""Wording: what a sales rep reads. Each table shows values and the sentence they must give."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.behaviour import NEVER_DAYS
from features.catalogue import FeatureInfo, Shape, build_catalogue, event_words
from features.derived import derived_from
from features.responsiveness import DAYS_TO_ANSWER, RESPONSIVENESS, UNANSWERED
from features.snapshots import snapshots_at
from features.spec import FeatureSpec
from features.tables import Column, IntArray, Kind, NumberColumn, TextColumn
from models.explanation import Contributions, Part
from models.lead_model import LeadModel
from models.scoring import Scores, score_leads
from models.sentences import CellValue, cell_values, known
from models.wording import Reasons, Wording, summaries
from tests.company import KINDS, NOW, TYPES, small_crm

UP = float(np.log(2.0))


def cells_of(value: CellValue, rows: IntArray) -> Column:
    """The same cell in all rows."""
    if isinstance(value, str):
        return TextColumn.of([value] * len(rows))
    return NumberColumn(np.full(len(rows), np.nan if value is None else value))


def column(shape: Shape, words: str, value: CellValue) -> str:
    """The sentence of one column that doubles the odds."""
    infos = {"x": FeatureInfo("x", "x", "fit", "", shape, words)}
    found = Contributions((Part("x", "x", "fit"),), np.array([[UP]]), 0.0, np.array([UP]))
    return Wording(infos, found, lambda name, rows: cells_of(value, rows)).reasons(5)[0][0].text


def event(measure: str, counts: tuple[int, int, int, int], last: float | None, words: str = "called") -> str:
    """The sentence of one measure of an event: its counts in 1, 7, 30 days and ever, and the days since the last."""
    cells: dict[str, CellValue] = {
        "e.count_1d": float(counts[0]),
        "e.count_7d": float(counts[1]),
        "e.count_30d": float(counts[2]),
        "e.count": float(counts[3]),
        "e.decayed_14d": 0.5 * counts[3],
        "e.days_since_last": last,
    }
    infos = {name: FeatureInfo(name, "e", "engagement", "", "count", words) for name in cells}
    parts = tuple(Part(name, "e", "engagement") for name in cells)
    values = np.array([[UP if name == f"e.{measure}" else 0.0 for name in cells]])
    found = Contributions(parts, values, 0.0, np.array([UP]))
    wording = Wording(infos, found, lambda name, rows: cells_of(cells[name], rows))
    return wording.reasons(5)[0][0].text.removesuffix(" (odds x2)")


@pytest.mark.parametrize(
    ("shape", "words", "value", "sentence"),
    [
        ("level", "City", "Mumbai", "City is Mumbai"),
        ("level", "City", None, "City is not known"),
        ("number", "Total visits", 5.0, "Total visits is 5"),
        ("number", "Revenue", 1234567.0, "Revenue is 1,234,567"),
        ("number", "Revenue", 12345.6, "Revenue is 12,346"),
        ("number", "Pages per visit", 2.4567, "Pages per visit is 2.457"),
        ("number", "Total visits", None, "Total visits is not known"),
        ("flag", "Do not email", 1.0, "Do not email: yes"),
        ("level", "What is your occupation", "Student", "What is your occupation: Student"),
        ("flag", "Do not email", 0.0, "Do not email: no"),
        ("flag", "Do not email", None, "Do not email: no answer"),
        ("days_since", "Contract start", 3.2, "Contract start was 3 days ago"),
        ("days_since", "Founded", 4000.0, "Founded was 11 years ago"),
        ("days_since", "Contract start", None, "Contract start is not known"),
        ("age", "came", 12.0, "Came 12 days ago"),
        ("age", "came", 0.1, "Came 2 hours ago"),
        ("age", "came", 1 / 1440, "Came 1 minute ago"),
        ("age", "came", 0.0, "Came less than a minute ago"),
    ],
)
def test_a_column_in_words(shape: Shape, words: str, value: CellValue, sentence: str) -> None:
    assert column(shape, words, value) == f"{sentence} (odds x2)"


@pytest.mark.parametrize(
    ("measure", "counts", "last", "sentence"),
    [
        ("count_7d", (0, 4, 6, 9), 2.0, "Called 4 times in the last 7 days"),
        ("count_1d", (1, 4, 6, 9), 0.5, "Called once in the last day"),
        ("count_30d", (1, 2, 2, 9), 0.5, "Called twice in the last 30 days"),
        ("count", (0, 0, 1200, 1300), 12.0, "Called 1,200 times in the last 30 days"),
        ("count", (2, 2, 2, 3), 0.5, "Called 12 hours ago"),
        ("count", (0, 0, 0, 3), 45.0, "Called 3 times, last 45 days ago"),
        ("decayed_14d", (0, 0, 0, 1), 45.0, "Called once, last 45 days ago"),
        ("decayed_14d", (0, 3, 3, 3), 4.0, "Called 3 times in the last 7 days"),
        ("count_7d", (0, 0, 1, 3), 12.0, "Called 12 days ago and not since"),
        ("count_1d", (0, 0, 1, 3), 12.0, "Called 12 days ago and not since"),
        ("days_since_last", (0, 1, 1, 3), 1.2, "Called 1 day ago"),
        ("days_since_last", (0, 0, 0, 0), None, "Never called"),
        ("count_30d", (0, 0, 0, 0), None, "Never called"),
    ],
)
def test_an_event_in_words(measure: str, counts: tuple[int, int, int, int], last: float | None, sentence: str) -> None:
    assert event(measure, counts, last) == sentence


@pytest.mark.parametrize(
    ("name", "words", "value", "sentence"),
    [
        ("any.active_days_7d", "was active", 3.0, "Was active on 3 of the last 7 days"),
        ("any.active_days_30d", "came by", 1.0, "Came by on 1 of the last 30 days"),
        ("any.active_days_7d", "was active", 0.0, "Was active on none of the last 7 days"),
        ("any.active_days", "was active", 12.0, "Was active on 12 days"),
        ("any.active_days", "was active", 1.0, "Was active on 1 day"),
        ("any.active_days", "was active", 0.0, "Was never active"),
        ("any.busiest_day_30d", "was active", 12.0, "Was active up to 12 times a day in the last 30 days"),
        ("any.busiest_day_30d", "was active", 2.0, "Was active up to twice a day in the last 30 days"),
        ("any.busiest_day_30d", "was active", 1.0, "Was active at most once a day in the last 30 days"),
        ("any.busiest_day_30d", "was active", 0.0, "Was active on none of the last 30 days"),
    ],
)
def test_the_order_and_spread_of_events_in_words(name: str, words: str, value: CellValue, sentence: str) -> None:
    spec = FeatureSpec({}, (), (), (), (), has_events=True, has_times=True, timeline=(name,))
    infos = build_catalogue(spec, {name.split(".")[0]: words})
    info = infos[name]
    found = Contributions((Part(name, info.source, info.family),), np.array([[UP]]), 0.0, np.array([UP]))

    ((reason,),) = Wording(infos, found, lambda name, rows: cells_of(value, rows)).reasons(5)

    assert reason.text == f"{sentence} (odds x2)"


@pytest.mark.parametrize(
    ("shown", "unanswered", "days", "sentence"),
    [
        (UNANSWERED, 0.0, 0.2, "Left no contact unanswered"),
        (UNANSWERED, 1.0, 0.2, "Has not answered the last contact"),
        (UNANSWERED, 3.0, None, "Has not answered the last 3 contacts"),
        (UNANSWERED, 0.0, None, "Was never contacted by a rep"),
        (DAYS_TO_ANSWER, 0.0, 0.2, "Took 5 hours to answer on average"),
        (DAYS_TO_ANSWER, 2.0, 0.0, "Took less than a minute to answer on average"),
        (DAYS_TO_ANSWER, 3.0, None, "Never answered a contact"),
        (DAYS_TO_ANSWER, 0.0, None, "Was never contacted by a rep"),
    ],
)
def test_answers_in_words(shown: str, unanswered: float, days: float | None, sentence: str) -> None:
    spec = FeatureSpec({}, (), (), (), (), has_events=True, has_times=True, timeline=RESPONSIVENESS)
    infos = build_catalogue(spec, {})
    cells: dict[str, CellValue] = {UNANSWERED: unanswered, DAYS_TO_ANSWER: days}
    found = Contributions(
        tuple(Part(name, "responsiveness", infos[name].family) for name in RESPONSIVENESS),
        np.array([[UP if name == shown else 0.0 for name in RESPONSIVENESS]]),
        0.0,
        np.array([UP]),
    )

    ((reason,),) = Wording(infos, found, lambda name, rows: cells_of(cells[name], rows)).reasons(5)

    assert reason.text == f"{sentence} (odds x2)"


@pytest.mark.parametrize(
    ("log_odds", "shown"),
    [
        (np.log(1.034), "1.03"),
        (np.log(0.97), "0.97"),
        (np.log(1.92), "1.9"),
        (np.log(0.526), "0.53"),
        (5.0, "148"),
        (-9.0, "0.001"),
    ],
)
def test_odds_are_short_and_never_powers_of_ten(log_odds: float, shown: str) -> None:
    infos = {"x": FeatureInfo("x", "x", "fit", "", "level", "City")}
    found = Contributions((Part("x", "x", "fit"),), np.array([[log_odds]]), 0.0, np.array([log_odds]))

    text = Wording(infos, found, lambda name, rows: cells_of("Riga", rows)).reasons(1)[0][0].text

    assert text == f"City is Riga (odds x{shown})"


def wording_of(impacts: dict[str, float]) -> Wording:
    """Columns with these impacts, 20 of which double the odds."""
    parts = tuple(Part(name, name, "fit") for name in impacts)
    infos = {name: FeatureInfo(name, name, "fit", "", "level", name) for name in impacts}
    values = np.array([[impact * UP / 20 for impact in impacts.values()]])
    found = Contributions(parts, values, 0.0, values.sum(axis=1))
    return Wording(infos, found, lambda name, rows: cells_of("x", rows))


def test_the_strongest_reasons_come_first_whichever_way_they_point() -> None:
    reasons = wording_of({"a": 3.0, "b": -7.0, "c": 5.0}).reasons(5)[0]

    assert [reason.feature for reason in reasons] == ["b", "c", "a"]


def test_there_are_at_most_so_many_reasons_for_and_so_many_against() -> None:
    impacts = {f"f{i}": float(i) for i in range(1, 8)} | {f"n{i}": -float(i) for i in range(1, 4)}

    reasons = wording_of(impacts).reasons(2)[0]

    assert [reason.feature for reason in reasons] == ["f7", "f6", "n3", "n2"]
    assert wording_of(impacts).reasons(0)[0] == ()


def test_impacts_that_look_alike_are_in_the_order_of_their_names() -> None:
    reasons = wording_of({"b": 3.04, "c": -3.01, "a": 2.96}).reasons(5)[0]

    assert [(reason.feature, reason.impact) for reason in reasons] == [("a", 3.0), ("b", 3.0), ("c", -3.0)]


def test_what_hardly_matters_is_no_reason() -> None:
    assert wording_of({"a": 0.4, "b": -0.4, "c": 0.0}).reasons(5)[0] == ()


def test_a_source_speaks_once_by_its_strongest_part() -> None:
    parts = (Part("e.count", "e", "engagement"), Part("e.days_since_last", "e", "timing"))
    infos = {part.name: FeatureInfo(part.name, "e", part.family, "", "count", "called") for part in parts}
    found = Contributions(parts, np.array([[0.1, 0.3]]), 0.0, np.array([0.4]))
    cells: dict[str, CellValue] = {"e.days_since_last": 3.0}

    (reason,) = Wording(infos, found, lambda name, rows: cells_of(cells.get(name, 1.0), rows)).reasons(5)[0]

    assert (reason.feature, reason.family, reason.value) == ("e", "timing", 3.0)
    assert reason.log_odds == pytest.approx(0.4)


def reason(text: str, impact: float) -> tuple[str, float]:
    return text, impact


def summary(
    probability: float, *, usual: float, horizon_days: float | None, reasons: Sequence[tuple[str, float]]
) -> str:
    """The summary of one row with these sentences and impacts."""
    texts = np.array([text for text, _ in reasons], dtype=object)
    impacts = np.array([impact for _, impact in reasons], dtype=np.float64)
    nothing = np.zeros(len(reasons), dtype=np.int64)
    table = Reasons(1, nothing, ("x",), nothing, nothing, texts, impacts, impacts, texts, texts)
    told: str = summaries(np.array([probability]), usual=usual, horizon_days=horizon_days, reasons=table)[0]
    return told


@pytest.mark.parametrize(
    ("probability", "reasons", "sentence"),
    [
        (0.3, [], "30% likely to become a customer within 90 days, 3 times the usual 10%."),
        (
            0.3,
            [reason("Asked for a demo twice", 20), reason("VIP is yes", 9), reason("City is Riga", 7)],
            "30% likely to become a customer within 90 days, 3 times the usual 10%: "
            "asked for a demo twice and VIP is yes.",
        ),
        (
            0.12,
            [reason("Asked for a demo", 20), reason("Never called", -9)],
            "12% likely to become a customer within 90 days, about the usual 10%: asked for a demo; but never called.",
        ),
        (
            0.02,
            [reason("Never called", -20), reason("Asked for a demo", 9), reason("City is Riga", -7)],
            "2% likely to become a customer within 90 days, well below the usual 10%: never called and city is Riga; "
            "but asked for a demo.",
        ),
        (
            0.2,
            [reason("Asked for a demo", 20), reason("Never called", -4.9)],
            "20% likely to become a customer within 90 days, 2 times the usual 10%: asked for a demo.",
        ),
    ],
    ids=["no reasons", "two for", "for, but against", "against, but for", "a weak but is left out"],
)
def test_the_summary_is_one_sentence(probability: float, reasons: list[tuple[str, float]], sentence: str) -> None:
    assert summary(probability, usual=0.1, horizon_days=90.0, reasons=reasons) == sentence


@pytest.mark.parametrize(
    ("probability", "usual", "start"),
    [
        (1e-9, 0.1, "0.1% likely to become a customer, well below the usual 10%"),
        (1.0, 0.004, "99.9% likely to become a customer, 250 times the usual 0.4%"),
        (0.004, 0.004, "0.4% likely to become a customer, about the usual 0.4%"),
        (0.996, 0.5, "99.6% likely to become a customer, 2 times the usual 50%"),
        (0.28, 0.4, "28% likely to become a customer, below the usual 40%"),
        (0.56, 0.4, "56% likely to become a customer, above the usual 40%"),
    ],
)
def test_nobody_is_told_never_or_for_sure(probability: float, usual: float, start: str) -> None:
    assert summary(probability, usual=usual, horizon_days=None, reasons=()) == f"{start}."


@given(st.floats(0, 1), st.floats(1e-6, 1 - 1e-6))
@example(0.0, 0.009765625)
def test_no_summary_has_a_nan_a_power_of_ten_or_certainty(probability: float, usual: float) -> None:
    text = summary(probability, usual=usual, horizon_days=90.0, reasons=())

    assert not re.search(r"nan|e[+-]\d|\b0%|\b100%|\b0\.0%|100\.0%", text)


def test_missing_and_never_are_no_values() -> None:
    cells = np.array([np.nan, NEVER_DAYS])

    assert cell_values(NumberColumn(known(cells, "call.days_since_last"))).tolist() == [None, None]
    assert cell_values(NumberColumn(known(cells, DAYS_TO_ANSWER))).tolist() == [None, None]
    assert cell_values(NumberColumn(known(cells, "size"))).tolist() == [None, NEVER_DAYS]


@pytest.fixture(scope="module")
def scores(model: LeadModel) -> Scores:
    crm = small_crm(seed=3)
    return score_leads(model, crm.leads, crm.events, snapshots_at(crm.leads, NOW))


def test_a_trained_model_speaks_without_raw_names_or_nan(scores: Scores) -> None:
    texts = [reason.text for why in scores.reasons for reason in why] + list(scores.summaries)
    raw = [name for name in (*KINDS, *TYPES) if "_" in name and name != "W_Nabellen"]

    assert len(texts) > 1_000
    assert not [text for text in texts if re.search(rf"\bnan\b|e[+-]\d\d|{'|'.join(raw)}", text, re.IGNORECASE)]


def test_a_trained_model_gives_each_source_once_and_at_most_five_each_way(scores: Scores) -> None:
    for why in scores.reasons:
        assert len({reason.feature for reason in why}) == len(why)
        assert max(sum(reason.impact > 0 for reason in why), sum(reason.impact < 0 for reason in why)) <= 5
        assert all(reason.impact == round(reason.impact, 1) for reason in why)


def test_every_summary_is_short_enough_to_read_in_ten_seconds(scores: Scores) -> None:
    """People read about four words a second."""
    assert max(len(text.split()) for text in scores.summaries) <= 50
    assert {text.count(". ") for text in scores.summaries} == {0}


def test_an_event_type_without_words_is_quoted() -> None:
    assert event("count_7d", (0, 2, 2, 2), 3.0, words=event_words("W_Nabellen")) == (
        "Had “W_Nabellen” recorded twice in the last 7 days"
    )


@pytest.mark.parametrize(
    ("source", "log_odds", "text"),
    [
        ("job_title", UP, "The rulebook gives points for job title (odds x2)"),
        ("rule:free_mail", -UP, "The rulebook takes points for free mail (odds x0.5)"),
    ],
)
def test_what_only_the_rules_may_read_is_told_without_its_value(source: str, log_odds: float, text: str) -> None:
    found = Contributions((Part("rule:x", source, "fit"),), np.array([[log_odds]]), 0.0, np.array([log_odds]))

    (reason,) = Wording({}, found, lambda name, rows: cells_of("secret", rows)).reasons(5)[0]

    assert (reason.text, reason.value) == (text, None)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("seniority:title", "director", "Is a director"),
        ("seniority:title", None, "Job title is not known"),
        ("department:title", "it", "Works in IT"),
        ("mailbox:email", "personal", "Writes from a personal mailbox (like gmail.com)"),
        ("is_mail_of_company:email", 1.0, "Writes from the company's own domain"),
        ("is_mail_of_company:email", 0.0, "Writes from another domain than the company's"),
        ("is_plausible_name:name", 0.0, "Gave a name that looks made up"),
        ("employees:size", 2237.0, "Company has about 2,237 employees"),
        ("employees:size", None, "Company size is not known"),
        ("industry:branch", "Retail", "Branch is Retail"),
        ("country:country", "Germany", "Country is Germany"),
        ("region:country", "Europe", "Region is Europe"),
        ("completeness", 0.8, "Filled in 80% of the profile"),
    ],
)
def test_what_is_derived_of_a_profile_is_told_as_people_say_it(name: str, value: CellValue, sentence: str) -> None:
    kinds: dict[str, Kind] = {"title": "title", "email": "email", "name": "name", "company": "company"}
    kinds |= {"size": "employees", "branch": "industry", "country": "country"}
    spec = FeatureSpec(kinds, (), (), (), (), False, False, derived=derived_from(kinds))
    info = build_catalogue(spec, {})[name]
    found = Contributions((Part(name, info.source, "fit"),), np.array([[UP]]), 0.0, np.array([UP]))

    # a column of texts has texts where it has anything
    none = TextColumn.of([None]) if info.shape != "amount" else NumberColumn(np.array([np.nan]))
    wording = Wording({name: info}, found, lambda _, rows: none if value is None else cells_of(value, rows))

    assert wording.reasons(1)[0][0].text == f"{sentence} (odds x2)"


def test_what_is_derived_of_one_column_is_one_reason() -> None:
    kinds: dict[str, Kind] = {"title": "title"}
    spec = FeatureSpec(kinds, (), (), (), (), False, False, derived=derived_from(kinds))
    catalogue = build_catalogue(spec, {})
    parts = tuple(Part(info.name, info.source, info.family) for info in catalogue.values())
    cells = {"seniority:title": "head", "department:title": "sales"}
    found = Contributions(parts, np.array([[UP, UP / 2]]), 0.0, np.array([1.5 * UP]))

    (reason,) = Wording(catalogue, found, lambda name, rows: cells_of(cells[name], rows)).reasons(5)[0]

    assert (reason.feature, reason.text) == ("title", "Is head of a department (odds x2.8)")


def test_points_of_a_column_that_is_no_feature_itself_are_told_by_what_is_derived_of_it() -> None:
    kinds: dict[str, Kind] = {"title": "title"}
    spec = FeatureSpec(kinds, (), (), (), (), False, False, derived=derived_from(kinds))
    found = Contributions((Part("rule:decider", "title", "fit"),), np.array([[UP]]), 0.0, np.array([UP]))

    wording = Wording(build_catalogue(spec, {}), found, lambda _, rows: cells_of("head", rows))

    assert wording.reasons(1)[0][0].text == "Is head of a department (odds x2)"
