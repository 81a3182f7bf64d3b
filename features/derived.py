"""Features derived from the texts of a lead's profile: what a title, an address or a band of sizes says of the lead.

A new one is a function of one text a row, or of several, and a line in `MEASURES`. Each distinct text is asked once.
The texts themselves are no features: hardly any stands twice, and no bundle holds a person's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.countries import country_of, region_of
from features.firm import amount_of_band, industry_of
from features.mail_addresses import domain_of, is_domain_of_company, mailbox
from features.people import is_plausible_name, is_plausible_phone
from features.tables import Column, FloatArray, IntArray, Kind, NumberColumn, TextColumn
from features.titles import department, seniority

COMPLETENESS = "completeness"
#: The share of so few fields says nothing.
MIN_FIELDS = 3
PROFILE_KINDS: tuple[Kind, ...] = (
    *("title", "email", "name", "phone", "country", "company", "website", "employees", "revenue", "industry"),
)


@dataclass(frozen=True)
class Measure:
    """What can be derived from columns.

    Attributes
    ----------
    kinds : of its columns, one each; of several the first is needed, and one of the others.
    of : from the texts of a row, None where one is missing, but never the first, to a number or a text.
    is_number : whether it gives numbers (float, NaN is missing), or texts.
    part : what of the first text it looks at; many rows share it.
    """

    kinds: tuple[Kind, ...]
    of: Callable[..., Any]
    is_number: bool = False
    part: Callable[[str], str] | None = None


MEASURES: Mapping[str, Measure] = {
    "seniority": Measure(("title",), seniority),
    "department": Measure(("title",), department),
    "mailbox": Measure(("email",), mailbox),
    "industry": Measure(("industry",), industry_of),
    "country": Measure(("country",), country_of),
    "region": Measure(("country",), region_of),
    "is_mail_of_company": Measure(
        ("email", "company", "website"), is_domain_of_company, is_number=True, part=domain_of
    ),
    "is_plausible_name": Measure(("name",), is_plausible_name, is_number=True),
    "is_plausible_phone": Measure(("phone",), is_plausible_phone, is_number=True),
    "employees": Measure(("employees",), amount_of_band, is_number=True),
    "revenue": Measure(("revenue",), amount_of_band, is_number=True),
}


@dataclass(frozen=True)
class Derived:
    """A derived feature.

    Attributes
    ----------
    measure : one of `MEASURES`, or `COMPLETENESS`.
    columns : what it is derived from, in the order of the measure's kinds; "" stands for none.
    """

    measure: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The column of the matrix: ``MEASURE:COLUMN``; that of all fields has no column."""
        return self.measure if self.measure == COMPLETENESS else f"{self.measure}:{self.columns[0]}"

    @property
    def is_number(self) -> bool:
        return self.measure == COMPLETENESS or MEASURES[self.measure].is_number


def derived_from(kinds: Mapping[str, Kind]) -> tuple[Derived, ...]:
    """All that columns of these kinds allow, by measure, then column.

    >>> [derived.name for derived in derived_from({"job_title": "title", "size": "number"})]
    ['seniority:job_title', 'department:job_title']
    """
    of_kind = {kind: sorted(name for name, its in kinds.items() if its == kind) for kind in PROFILE_KINDS}
    found = []
    for name, measure in MEASURES.items():
        first, *others = measure.kinds
        beside = tuple(next(iter(of_kind[kind]), "") for kind in others)
        if any(beside) or not others:
            found += [Derived(name, (column, *beside)) for column in of_kind[first]]
    fields = tuple(sorted(name for name, kind in kinds.items() if kind in PROFILE_KINDS))
    return (*found, Derived(COMPLETENESS, fields)) if len(fields) >= MIN_FIELDS else tuple(found)


def derive(derived: Derived, column_of: Callable[[str], TextColumn]) -> Column:
    """The cells of a derived feature, one a row of its columns.

    Parameters
    ----------
    column_of : a column of the leads by its name, of the same n rows each; all missing where there is none.
    """
    columns = [column_of(name) for name in derived.columns]
    if derived.measure == COMPLETENESS:
        return NumberColumn(completeness(columns))
    measure = MEASURES[derived.measure]
    if measure.part is not None:
        columns[0] = columns[0].mapped(measure.part)
    first, position = _distinct_rows(columns)
    cells = zip(*(column.take(first).cells() for column in columns), strict=True)
    values = [None if texts[0] is None else measure.of(*texts) for texts in cells]
    if measure.is_number:
        return NumberColumn(np.array([np.nan if value is None else value for value in values])[position])
    return TextColumn.of(values).take(position)


def completeness(columns: Sequence[TextColumn]) -> FloatArray:
    """The share of fields that are filled in, n numbers from 0 to 1.

    >>> completeness([TextColumn.of(["x", None]), TextColumn.of(["y", "z"])])
    array([1. , 0.5])
    """
    return np.asarray(np.mean([column.codes >= 0 for column in columns], axis=0))


def _distinct_rows(columns: Sequence[TextColumn]) -> tuple[IntArray, IntArray]:
    """A row for each distinct combination of texts, and which of them each row has."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    if len(key) == 1:
        return key, key
    for column in columns:
        key = key * (len(column.levels) + 1) + column.codes + 1
    _, first, position = np.unique(key, return_index=True, return_inverse=True)
    return first, position
