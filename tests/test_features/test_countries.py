"""Countries by any of their names, and the parts of the world they lie in."""

import pytest

from features.countries import country_of, region_of


@pytest.mark.parametrize(
    ("name", "region", "texts"),
    [
        ("Germany", "Europe", "Germany|Deutschland|DE|deu|Allemagne|ALEMANIA|Duitsland| germany "),
        ("United States", "North America", "USA|U.S.|United States of America|us|Vereinigte Staaten|États-Unis"),
        ("United Kingdom", "Europe", "UK|England|Great Britain|GB|Royaume-Uni"),
        ("Ivory Coast", "Africa", "Côte d'Ivoire|Ivory Coast|CI"),
        ("Brazil", "Latin America", "Brasil|Brazil|Brésil"),
        ("India", "Asia", "India|IN|Indien"),
        ("United Arab Emirates", "Middle East", "UAE|United Arab Emirates"),
        ("New Zealand", "Oceania", "New Zealand|Neuseeland|NZ"),
    ],
)
def test_a_country_has_one_name_and_a_region(name: str, region: str, texts: str) -> None:
    assert {country_of(text) for text in texts.split("|")} == {name}
    assert {region_of(text) for text in texts.split("|")} == {region}


def test_what_is_no_country_stays_as_it_is() -> None:
    assert (country_of("Elbonia"), region_of("Elbonia")) == ("Elbonia", None)
