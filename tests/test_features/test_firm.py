"""Bands of sizes and revenues as numbers, and industries by their usual names."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.firm import amount_of_band, industry_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250", 250),
        ("0", 0),
        ("51-200", 101),  # the root of 51 * 200
        ("1-10 employees", 3),
        ("0-1", 1),
        ("1.001–5.000", 2237),
        ("1,001 to 5,000", 2237),
        ("1 001 - 5 000", 2237),
        ("10 bis 49 Mitarbeiter", 22),
        ("10,000+", 14142),
        ("> 500", 707),
        ("more than 500", 707),
        ("Über 250", 354),
        ("<10", 7),
        ("100K or less", 70711),
        ("1K to 5K", 2236),
        ("1-5M", 2236068),
        ("500K-1M", 707107),
        ("$1M - $5M", 2236068),
        ("$1,000,000 to $5,000,000", 2236068),
        ("€10 Mio.", 10_000_000),
        ("1,5 Mio", 1_500_000),
        ("2.5M", 2_500_000),
        ("50 to 100 million", 70710678),
        ("1 Mrd", 1_000_000_000),
        ("200-51", math.nan),
        ("Self-employed", math.nan),
        ("Enterprise", math.nan),
        ("", math.nan),
    ],
)
def test_a_band_is_its_geometric_middle(text: str, expected: float) -> None:
    assert amount_of_band(text) == pytest.approx(expected, nan_ok=True)


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    amount = amount_of_band(text)

    assert math.isnan(amount) or 0 <= amount < math.inf


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Software and IT", "Information Technology & Services|Computer Software|SaaS|IT|Informatique|Informatik"),
        ("Retail", "Retail|Einzelhandel|E-Commerce|Consumer Goods"),
        ("Wholesale", "Wholesale|Großhandel|Import and Export"),
        ("Healthcare", "Hospital & Health Care|Gesundheitswesen|Medical Devices|Healthcare"),
        ("Financial services", "Banking|Versicherung|Finance|Insurance"),
        ("Manufacturing", "Manufacturing|Maschinenbau|Industrial Automation"),
        ("Construction", "Construction|Baugewerbe|Bouw"),
        ("Food and beverages", "Food|Lebensmittel|Food & Beverages"),
        ("Education", "Education|Higher Education|Bildung"),
        ("Falconry", "Falconry"),
    ],
)
def test_spellings_of_one_industry_are_one(name: str, texts: str) -> None:
    assert {text: industry_of(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), name)
