"""Whom a lead is shown as: a person's name, else a company, and beneath it what more is known."""

from collections.abc import Mapping, Sequence

from features.names import normal_name
from features.tables import IntArray, Kind, LeadArrays, TextColumn

_MAX_LENGTH = 120
#: The columns of a person's name in their order, where several are kept.
_FIRST, _LAST = ("first", "given"), ("last", "sur", "family")
#: Of columns called so the others are parts.
_WHOLE = ("name", "fullname", "full_name", "contact_name")


def display_names(
    leads: LeadArrays, kinds: Mapping[str, Kind], rows: IntArray, as_of_us: IntArray
) -> tuple[list[str], list[str]]:
    """The title and the subtitle of some leads, as their attributes stood at `as_of`; empty where nothing is known.

    Parameters
    ----------
    rows, as_of_us : m positions in `leads`, and the time of each.
    """

    def texts(names: Sequence[str]) -> list[list[str]]:
        columns = [leads.attribute(name, rows, as_of_us) for name in names]
        return [[_clean(cell) for cell in column.cells()] for column in columns if isinstance(column, TextColumn)]

    persons = _joined(texts(_person_columns(kinds)), " ", len(rows))
    companies = _first(texts([name for name in sorted(kinds) if kinds[name] == "company"]), len(rows))
    if not any(companies):
        companies = [_clean(cell) for cell in leads.accounts.take(rows).cells()]
    jobs = _first(texts([name for name in sorted(kinds) if kinds[name] == "title"]), len(rows))
    titles = [person or company for person, company in zip(persons, companies, strict=True)]
    beneath = [company if person else "" for person, company in zip(persons, companies, strict=True)]
    return titles, _joined([jobs, beneath], ", ", len(rows))


def _person_columns(kinds: Mapping[str, Kind]) -> list[str]:
    """The columns that make a whole name, in the order in which they are read."""
    names = sorted(name for name, kind in kinds.items() if kind == "name")
    whole = [name for name in names if normal_name(name) in _WHOLE]
    if whole:
        return whole[:1]
    first = [name for name in names if normal_name(name).startswith(_FIRST)]
    last = [name for name in names if normal_name(name).startswith(_LAST)]
    return [*first[:1], *last[:1]] or names[:1]


def _clean(cell: str | None) -> str:
    """A cell as one short line that every database can hold."""
    if cell is None:
        return ""
    line = " ".join(cell.replace("\0", " ").split()).encode("utf-8", "replace").decode()
    return line if len(line) <= _MAX_LENGTH else line[: _MAX_LENGTH - 1] + "…"


def _first(columns: list[list[str]], n: int) -> list[str]:
    return [next((cell for cell in cells if cell), "") for cells in zip(*columns, strict=True)] if columns else [""] * n


def _joined(columns: list[list[str]], by: str, n: int) -> list[str]:
    return [by.join(filter(None, cells)) for cells in zip(*columns, strict=True)] if columns else [""] * n
