"""What each feature is called, and where it comes from."""

from dataclasses import replace

import pytest

from features import mail_addresses, titles
from features.behaviour import MEASURES
from features.build import TIMELINE, feature_names
from features.catalogue import (
    EVENT_WORDS,
    FAMILIES,
    FeatureInfo,
    build_catalogue,
    column_words,
    event_words,
)
from features.derived import COMPLETENESS, derived_from
from features.names import normal_name
from features.phrases import PHRASES
from features.spec import FeatureSpec
from features.tables import Kind
from features.title_words import DEPARTMENTS

SPEC = FeatureSpec(
    kinds={"TotalVisits": "number", "has_budget": "flag", "last_order": "date", "branch": "category"},
    numbers=("TotalVisits", "has_budget"),
    dates=("last_order",),
    categories=("branch",),
    event_types=("Demo Request", "W_Nabellen", "a.b"),
    has_events=True,
    has_times=True,
    timeline=TIMELINE,
)


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        replace(SPEC, has_events=False),
        replace(SPEC, has_times=False, dates=()),
        replace(SPEC, event_types=(), timeline=()),
    ],
)
def test_every_feature_has_words_a_family_and_a_unit(spec: FeatureSpec) -> None:
    catalogue = build_catalogue(spec, {})

    assert list(catalogue) == [*feature_names(spec), *spec.category_names]
    assert all(info.name == name and info.words and info.family in FAMILIES for name, info in catalogue.items())
    assert {info.unit for info in catalogue.values() if info.shape in ("age", "since_last", "days_since")} <= {"days"}
    assert {info.unit for info in catalogue.values() if info.shape == "count"} <= {"times"}


def test_no_feature_shows_its_raw_name_where_there_are_words() -> None:
    words = {info.words for info in build_catalogue(SPEC, {}).values()}

    assert words == {
        "Total visits",
        "Has budget",
        "Last order",
        "Branch",
        "came",
        "asked for a demo",
        "had “W_Nabellen” recorded",
        "had “a.b” recorded",
        "did something else",
        "was active",
        "answered a contact",
    }


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("TotalVisits", ("TotalVisits", "fit", "", "number")),
        ("has_budget", ("has_budget", "fit", "", "flag")),
        ("branch", ("branch", "fit", "", "level")),
        ("lead_age_days", ("lead_age_days", "timing", "days", "age")),
        ("days_since:last_order", ("last_order", "timing", "days", "days_since")),
        ("Demo Request.count_7d", ("Demo Request", "engagement", "times", "count")),
        ("Demo Request.decayed_14d", ("Demo Request", "engagement", "times", "count")),
        ("a.b.days_since_last", ("a.b", "timing", "days", "since_last")),
        ("any.count", ("any", "engagement", "times", "count")),
        ("any.active_days_7d", ("any", "engagement", "days", "active_days")),
        ("any.active_days", ("any", "engagement", "days", "active_days")),
        ("any.busiest_day_30d", ("any", "engagement", "times", "busiest_day")),
        ("responsiveness.unanswered", ("responsiveness", "engagement", "contacts", "unanswered")),
        ("responsiveness.days_to_answer", ("responsiveness", "timing", "days", "days_to_answer")),
    ],
)
def test_a_feature_knows_its_source_family_unit_and_shape(name: str, info: tuple[str, str, str, str]) -> None:
    found: FeatureInfo = build_catalogue(SPEC, {})[name]

    assert (found.source, found.family, found.unit, found.shape) == info


def test_the_words_of_the_project_go_first() -> None:
    said = {"branch": "position", "W_Nabellen": "was phoned again", "last_order": "the last order", "any": "came by"}
    catalogue = build_catalogue(SPEC, said)

    assert catalogue["branch"].words == "position"
    assert catalogue["days_since:last_order"].words == "the last order"
    assert catalogue["any.count"].words == catalogue["any.active_days"].words == "came by"
    assert {catalogue[f"W_Nabellen.{measure}"].words for measure in MEASURES} == {"was phoned again"}


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("total_visits", "Total visits"),
        ("TotalTimeSpent", "Total time spent"),
        ("Lead Source", "Lead source"),
        ("annual.revenue_EUR", "Annual revenue EUR"),
        ("Größe", "Größe"),
    ],
)
def test_a_column_name_becomes_words(column: str, words: str) -> None:
    assert column_words(column) == words


@pytest.mark.parametrize("name", ["Email Opened", "email_opened", "EMAIL-OPENED", " email  opened "])
def test_the_usual_event_types_have_words_however_they_are_written(name: str) -> None:
    assert event_words(name) == "opened an email"


def test_the_usual_words_are_found_by_their_own_names() -> None:
    assert all(normal_name(name) == name for name in EVENT_WORDS)


PROFILE: dict[str, Kind] = {
    "job_title": "title",
    "email": "email",
    "name": "name",
    "mobile": "phone",
    "country": "country",
    "company": "company",
    "size": "employees",
    "turnover": "revenue",
    "branch": "industry",
}
DERIVED = replace(SPEC, kinds=PROFILE, numbers=(), dates=(), categories=(), derived=derived_from(PROFILE))


def test_every_derived_feature_has_words_and_the_column_it_comes_from_as_its_source() -> None:
    catalogue = build_catalogue(DERIVED, {"branch": "line of business"})

    assert list(catalogue) == [*feature_names(DERIVED), *DERIVED.category_names]
    sources = {derived.name: catalogue[derived.name].source for derived in DERIVED.derived}
    assert sources.pop(COMPLETENESS) == COMPLETENESS
    assert sources == {derived.name: derived.columns[0] for derived in DERIVED.derived if derived.name in sources}
    assert catalogue["industry:branch"].words == "line of business"
    assert {info.family for info in catalogue.values() if info.name in sources} == {"fit"}


@pytest.mark.parametrize("measure", ["seniority", "department", "mailbox"])
def test_whatever_a_text_may_say_has_a_phrase(measure: str) -> None:
    said = {
        "seniority": {name for name, _ in titles.LADDER} | {titles.UNKNOWN},
        "department": {*DEPARTMENTS, titles.UNKNOWN},
        "mailbox": {*mail_addresses.MAILBOX_KINDS},
    }

    assert PHRASES[measure].keys() == said[measure] | {""}
    assert all(phrase[:1].isupper() and not phrase.endswith(".") for phrase in PHRASES[measure].values())


def test_a_flag_that_forbids_mails_is_told_as_a_wish() -> None:
    spec = replace(SPEC, kinds={"Do Not Email": "flag"}, numbers=("Do Not Email",), dates=(), categories=())

    info = build_catalogue(spec, {})["Do Not Email"]

    assert (info.source, info.shape, info.phrases["yes"]) == ("Do Not Email", "phrase", "Asked not to be emailed")
    assert build_catalogue(spec, {"Do Not Email": "no mails"})["Do Not Email"].shape == "flag"
