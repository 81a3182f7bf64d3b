"""A country by its usual English name, and its part of the world, from names in seven languages and ISO 3166 codes.

`countries.tsv` has a row for each: name, region, and what it is called, from the Unicode CLDR (English, German, French,
Spanish, Italian, Portuguese and Dutch names, ISO codes of two and three letters) and everyday use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from features.names import plain_words


@dataclass(frozen=True)
class Country:
    """A country's English name and region."""

    name: str
    region: str


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, Country]:
    """Each country by all that it is called."""
    text = files("features").joinpath("countries.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {called: Country(name, region) for name, region, names in rows for called in names.split("|")}


@lru_cache(maxsize=100_000)
def _found(text: str) -> Country | None:
    return _countries().get(" ".join(plain_words(text)))


def country_of(text: str) -> str:
    """The usual name of a country; what is none that we know stays as it is.

    >>> country_of("Deutschland"), country_of("USA"), country_of("Elbonia")
    ('Germany', 'United States', 'Elbonia')
    """
    found = _found(text)
    return text if found is None else found.name


def region_of(text: str) -> str | None:
    """A country's part of the world; None where the country is not known.

    >>> region_of("NL"), region_of("Elbonia")
    ('Europe', None)
    """
    found = _found(text)
    return None if found is None else found.region
