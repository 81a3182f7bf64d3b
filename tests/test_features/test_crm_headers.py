"""What names of columns say, in the spellings that real exports have."""

import pytest

from features.crm_headers import (
    ACCOUNT,
    CLOSED,
    CREATED,
    IDS,
    OUTCOME,
    SENSITIVE,
    STATUS,
    UNSURE,
    crm_of,
    leak_of,
)
from features.kind_names import COUNTRIES, PHONES
from tests import crm_exports


@pytest.mark.parametrize(
    "name",
    [
        # HubSpot, labels and property names
        "Lead Status", "hs_lead_status", "Lifecycle Stage", "lifecyclestage", "Close Date",
        "hs_lifecyclestage_customer_date", "days_to_close", "Recent Deal Amount", "Number of Associated Deals",
        "num_associated_deals", "first_deal_created_date", "HubSpot Score", "notes_last_contacted",
        "Became an Opportunity Date", "Last Modified Date", "Contact owner", "hubspot_owner_id", "Total Revenue",
        # Salesforce
        "IsConverted", "ConvertedDate", "ConvertedOpportunityId", "Status", "Rating", "LastActivityDate",
        "SystemModstamp", "IsUnreadByOwner", "OwnerId", "mkto2__Lead_Score__c", "IsDeleted",
        # Pipedrive
        "Deal - Status", "Deal - Lost reason", "Deal - Won time", "Deal - Probability", "Deal - Weighted value",
        "Deal - Stage", "Person - Last activity date", "Deal - Update time", "Deal - Expected close date",
        # Zoho
        "Is Converted", "Lead Owner.id", "Modified Time", "Last Activity Time", "Conversion Exported On", "Tag",
        "Reason for Conversion Failure", "Change Log Time",
        # home-made
        "converted_at", "closed_reason", "lost_reason", "Tags", "Lead Quality", "Last Notable Activity", "target",
    ],
)  # fmt: skip
def test_a_name_that_carries_the_outcome_is_known(name: str) -> None:
    assert leak_of(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "Last Name", "Lead Source", "Original Source", "Country", "Industry", "marital status", "employment_status",
        "TotalVisits", "Number of Sessions", "Number of Form Submissions", "Create Date", "CreatedDate", "Job Title",
        "Update me on Supply Chain Content", "Total Time Spent on Website", "last_year_revenue", "Annual Revenue",
        "duration", "poutcome", "previous", "campaign", "day_of_week", "Lead Origin", "amount_requested", "housing",
        "NumberOfEmployees", "Marketing contact status", "ownership", "Do Not Call", "State", "page_url",
    ],
)  # fmt: skip
def test_a_name_that_says_nothing_of_the_outcome_is_left_alone(name: str) -> None:
    assert leak_of(name) is None


@pytest.mark.parametrize(
    "name",
    ["age", "Customer Age", "age_group", "Gender", "sex", "Annual Income", "household_income", "marital", "Religion",
     "date_of_birth", "DOB", "ethnicity", "nationality", "Salutation", "number_of_children"],
)  # fmt: skip
def test_a_sensitive_name_is_known(name: str) -> None:
    assert name in SENSITIVE


@pytest.mark.parametrize("name", ["lead_age", "page", "AnnualRevenue", "stage", "language", "company_age", "racetrack"])
def test_a_name_that_only_looks_sensitive_is_left_alone(name: str) -> None:
    assert name not in SENSITIVE


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["Deal Name", "Email", "Record ID"], "Record ID"),
        (["OwnerId", "Id"], "Id"),
        (["OwnerId", "Prospect ID"], "Prospect ID"),
        (["hs_object_id", "email"], "hs_object_id"),
    ],
)
def test_the_likeliest_id_comes_first(names: list[str], first: str) -> None:
    assert IDS.sort(names)[0] == first


def test_times_of_coming_and_closing_are_told_apart() -> None:
    created = ["Create Date", "CreatedDate", "Created Time", "Deal - Deal created", "created_at", "signup_date"]
    closed = ["Close Date", "ConvertedDate", "Deal - Won time", "Deal - Deal closed on", "closed_at", "date_won"]

    assert [name for name in [*created, *closed] if name in CREATED] == created
    assert [name for name in [*created, *closed] if name in CLOSED] == closed
    assert "Deal - Expected close date" not in CLOSED


def test_further_meanings_are_told_by_name() -> None:
    assert ACCOUNT.sort(["Company Name", "Associated Company IDs"]) == ["Associated Company IDs", "Company Name"]
    assert "Person - Phone - Work" in PHONES
    assert "Person - Country of Postal address" in COUNTRIES
    assert "Is Converted" in OUTCOME
    assert "deal_stage" in STATUS
    assert "Asymmetrique Profile Score" in UNSURE


@pytest.mark.parametrize(
    ("columns", "crm"),
    [
        (crm_exports.HUBSPOT, "HubSpot"),
        (crm_exports.SALESFORCE, "Salesforce"),
        (crm_exports.PIPEDRIVE, "Pipedrive"),
        (crm_exports.ZOHO, "Zoho"),
        (["age", "job", "marital", "y"], None),
        (["lead_id", "created_at", "country"], None),
    ],
)
def test_the_crm_is_known_by_its_headers(columns: list[str], crm: str | None) -> None:
    assert crm_of(list(columns)) == crm
