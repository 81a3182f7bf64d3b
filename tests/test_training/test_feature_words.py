"""What features are called in figures."""

import pytest

from models.lead_model import LeadModel
from training.feature_words import feature_words


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lead_age_days", "Days since the lead came"),
        ("number_of_employees", "Number of employees"),
        ("seniority:job_title", "Job title: seniority"),
        ("pricing_view.count", "Viewed the pricing page: how often in all"),
        ("pricing_view.count_1d", "Viewed the pricing page: how often in 1 day"),
        ("pricing_view.decayed_14d", "Viewed the pricing page: how often lately"),
        ("pricing_view.days_since_last", "Viewed the pricing page: days since last"),
        ("W_Nabellen.count", "“W_Nabellen”: how often in all"),
        ("any.active_days_7d", "Was active: on how many days in 7 days"),
        ("any.busiest_day_30d", "Was active: most on one day in 30 days"),
        ("responsiveness.unanswered", "Contacts left unanswered"),
    ],
)
def test_a_feature_is_called_as_people_would(name: str, said: str, model: LeadModel) -> None:
    assert feature_words(model.catalogue[name]) == said


def test_features_of_one_source_are_called_differently(model: LeadModel) -> None:
    words = [feature_words(info) for info in model.catalogue.values()]

    assert len(words) == len(set(words))
