"""The starter rulebook: what it knows by name, and what it must not know."""

import numpy as np
import pytest

from features.names import normal_name
from features.snapshots import Snapshots
from features.tables import Column, EventArrays, LeadArrays, NumberColumn, TextColumn, no_events
from models.rules.conditions import FieldCondition
from models.rules.loading import load_starter
from models.rules.matching import sources_of
from models.rules.points import score_rules
from models.rules.tiers import LEVELS

STARTER = load_starter()
#: Filled in by sales during or after the outcome, in one tool or another.
LEAKING = {
    "tags", "lead_quality", "lead_profile", "last_activity", "last_notable_activity", "lead_status", "status",
    "lifecycle_stage", "lead_score", "hubspot_score", "rating", "asymmetrique_activity_index",
    "asymmetrique_profile_index", "asymmetrique_activity_score", "asymmetrique_profile_score",
}  # fmt: skip


def rules_of_event(kind: str) -> list[str]:
    return [rule.id for rule in STARTER.rules if sources_of(rule.when, {}, [kind])]


@pytest.mark.parametrize(
    ("spelling", "rule_id"),
    [
        ("demo_request", "demo"),
        ("Request a Demo", "demo"),
        ("Requested Quote", "quote"),
        ("pricing_view", "pricing_page"),
        ("Product Page View", "product_page"),
        ("case study download", "case_study"),
        ("whitepaper_download", "whitepaper"),
        ("webinar_registered", "webinar_registered"),
        ("Webinar Attended", "webinar_attended"),
        ("Open Email", "email_open"),
        ("email.read", "email_open"),
        ("Email Link Clicked", "email_click"),
        ("Replied to Email", "email_reply"),
        ("Form Submitted on Website", "contact_form"),
        ("Meeting Booked", "meeting"),
        ("trial_started", "trial"),
        ("social_like", "social"),
        ("Unsubscribed", "unsubscribed"),
        ("Email Bounced", "bounced"),
        ("SPAMREPORT", "spam_complaint"),
        ("Email Marked Spam", "spam_complaint"),
    ],
)
def test_the_usual_actions_are_known_by_one_rule(spelling: str, rule_id: str) -> None:
    assert rules_of_event(spelling) == [rule_id]


def test_a_reply_says_more_than_a_click_and_a_click_more_than_an_open() -> None:
    points = {rule.id: rule.points for rule in STARTER.rules}

    assert points["email_reply"] > points["email_click"] > points["email_open"] > 0


def test_no_rule_asks_a_column_that_is_filled_in_after_the_outcome() -> None:
    conditions = [rule.when for rule in STARTER.rules if isinstance(rule.when, FieldCondition)]

    assert not LEAKING & {normal_name(name) for when in conditions for name in when.field}


def given_by(**columns: Column) -> dict[str, float]:
    lead = LeadArrays(("a",), None, TextColumn.of([None]), columns)
    ledger = score_rules(STARTER, lead, no_events(), Snapshots(np.array([0]), np.array([0])))
    return {line.name: float(ledger.values[0, i]) for i, line in enumerate(ledger.lines) if ledger.values[0, i]}


@pytest.mark.parametrize(
    ("title", "rule_ids"),
    [
        ("Chief Marketing Officer", ["decides"]),
        ("CFO", ["decides"]),
        ("President & Founder", ["decides"]),
        ("Managing Director", ["decides"]),
        ("Vice President Sales", ["leads_a_department"]),
        ("SVP Finance", ["leads_a_department"]),
        ("Director of IT", ["leads_a_department"]),
        ("Head of Growth", ["leads_a_department"]),
        ("Marketing Manager", ["leads_a_team"]),
        ("Product Owner", []),
        ("Assistant", ["helps_others"]),
        ("Assistant Director", ["leads_a_department"]),
        ("Intern", ["helps_others"]),
        ("International Buyer", []),
        ("PhD Student", ["student"]),
        ("Engineer", []),
    ],
)
def test_titles_tell_who_decides(title: str, rule_ids: list[str]) -> None:
    assert list(given_by(job_title=TextColumn.of([title]))) == rule_ids


@pytest.mark.parametrize(
    ("source", "is_referred"),
    [("Reference", True), ("Employee Referral", True), ("Word of mouth", True), ("Referral Sites", False)],
)
def test_a_person_refers_and_a_site_does_not(source: str, is_referred: bool) -> None:
    assert ("referred" in given_by(lead_source=TextColumn.of([source]))) == is_referred


@pytest.mark.parametrize(
    ("size", "is_big"),
    [("51-200", True), ("1,001-5,000", True), ("10001+", True), ("1-10", False), ("11-50", False)],
)
def test_bands_of_company_size_are_read(size: str, is_big: bool) -> None:
    assert ("company_size_band" in given_by(company_size=TextColumn.of([size]))) == is_big


def test_a_flat_table_of_a_course_seller_is_understood() -> None:
    numbers = {"Do Not Email": 1.0, "TotalVisits": 5.0, "Total Time Spent on Website": 1000.0}
    texts = {
        "Lead Origin": "Lead Add Form",
        "Lead Source": "Reference",
        "What is your current occupation": "Working Professional",
    }
    columns: dict[str, Column] = {name: NumberColumn(np.array([value])) for name, value in numbers.items()}
    columns |= {name: TextColumn.of([value]) for name, value in texts.items()}

    points = given_by(**columns)

    website = {"several_visits": 5.0, "time_on_website": 10.0, "long_time_on_website": 15.0}
    assert points == {"do_not_email": -15.0, **website, "referred": 20.0, "asked_to_be_added": 20.0, "works": 20.0}


@pytest.mark.parametrize(
    ("address", "is_private"),
    [("a@gmail.com", True), ("a@yahoo.co.in", True), ("a@gmailing.com", False), ("a@acme.com", False)],
)
def test_private_mail_addresses_are_told(address: str, is_private: bool) -> None:
    assert ("free_mail" in given_by(email=TextColumn.of([address]))) == is_private


def test_a_hundred_opened_mails_leave_engagement_low() -> None:
    lead = LeadArrays(("a",), None, TextColumn.of([None]), {})
    nothing = np.zeros(100, dtype=np.int64)
    opens = EventArrays(nothing, nothing, nothing, None, ("email_open",))

    ledger = score_rules(STARTER, lead, opens, Snapshots(np.array([0]), np.array([1])))

    assert ledger.group_points("engagement")[0] < STARTER.levels.engagement[0]


def test_every_pair_of_levels_that_is_hot_or_warm_is_at_least_medium() -> None:
    placed = [*STARTER.tiers.hot, *STARTER.tiers.warm]

    assert all(level in LEVELS[1:] for cell in placed for level in cell)
