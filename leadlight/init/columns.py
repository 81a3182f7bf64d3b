"""What each attribute of the leads is: how it is read, what is left out of the model, and why."""

from collections.abc import Callable, Collection, Mapping

from features.crm_headers import (
    CLOSED,
    CODES,
    CREATED,
    IDS,
    SENSITIVE,
    TEXTS,
    UNSURE,
    ZIPS,
    leak_of,
)
from features.kind_names import kind_of_name
from features.tables import Kind
from leadlight.init.facts import ColumnFacts, TableFacts
from leadlight.init.said import Said

_TEXT_MIN_LEVELS = 20
_NEAR_UNIQUE = 0.9
_TEXT_SHARE = 0.5
_MAX_BAD = 0.01
#: What becomes of columns of people and firms.
_WHY: Mapping[Kind, str] = {
    "email": "for rules; the model sees whose mailbox it is, no address",
    "phone": "for rules; the model sees whether it can be one, no number",
    "name": "the model sees whether it can be one, no name",
    "title": "{:,} values; the model sees how senior, and which department",
    "country": "{:,} values",
    "company": "the model sees whether the mail is this company's, no name",
    "website": "the model sees whether the mail is of this domain, no address",
    "employees": "{:,} values; bands become numbers",
    "revenue": "{:,} values; bands become numbers",
    "industry": "{:,} values",
}
#: Few enough to be named in a comment.
_SHOWN = 40


def describe_columns(leads: TableFacts, reserved: Collection[str], outcome: Collection[str] = ()) -> dict[str, Said]:
    """A line for each column that is no id, time or account.

    Parameters
    ----------
    reserved : columns that the other keys of the project file name.
    outcome : columns that hold outcome and closing, where the leads' file is the table of deals as well.
    """
    attributes = {name: column for name, column in leads.columns.items() if name not in reserved}
    said = {
        name: Said("ignore", "the outcome itself") if name in outcome else _describe(column)
        for name, column in attributes.items()
    }
    return said | _demoted(leads, said)


def _describe(column: ColumnFacts) -> Said:
    steps: tuple[Callable[[ColumnFacts], Said | None], ...] = (_left_out, _withheld, _by_name, _by_looks)
    said = next(found for step in steps if (found := step(column)) is not None)
    missing = f"{column.missing_share:.0%} missing" if said.value != "ignore" and column.missing_share >= 0.005 else ""
    return Said(said.value, ", ".join(part for part in (said.why, missing) if part), said.ask)


def _left_out(column: ColumnFacts) -> Said | None:
    """Columns that say nothing, or too much."""
    if not column.levels:
        return Said("ignore", "always empty")
    leak = leak_of(column.name)
    if leak is not None:
        return Said("ignore", leak)
    if len(column.levels) == 1 and column.n_known == len(column.cells):
        return Said("ignore", f"always {_short(next(iter(column.levels)))}")
    return None


def _withheld(column: ColumnFacts) -> Said | None:
    if column.name not in SENSITIVE:
        return None
    why = 'withheld from the model; `use: "the reason"` beside it lets it in'
    return Said({"kind": column.kind, "sensitive": True}, why)


def _by_name(column: ColumnFacts) -> Said | None:
    """Columns of people, places and codes."""
    kind: Kind = "email" if column.is_email else kind_of_name(column.name, column.kind)
    if kind in _WHY:
        return Said(kind, _WHY[kind].format(len(column.levels)))
    is_words = column.kind in ("category", "text")
    if is_words and column.name in TEXTS and len(column.levels) >= _TEXT_MIN_LEVELS:
        return Said("text", "free text; no feature yet")
    return None


def _question(column: ColumnFacts) -> str:
    """What the name leaves open."""
    if column.name in UNSURE:
        return "who fills it in, and when? If sales or later than the sign-up: ignore"
    if column.kind in ("category", "text") and (column.name in CREATED or column.name in CLOSED):
        return "it is called like a time but not written like one; write 2026-03-31 or 2026-03-31T14:05:00Z"
    return ""


def _by_looks(column: ColumnFacts) -> Said:
    n = len(column.levels)
    ask = _question(column)
    is_code = column.name in CODES or column.name in ZIPS
    if column.distinct_share > _NEAR_UNIQUE and n >= _TEXT_MIN_LEVELS and (is_code or column.name in IDS):
        return Said("ignore", "an id: it differs from row to row")
    if column.kind == "number" and is_code:
        return Said("category", f"a code, no measure; {n:,} values", ask)
    if column.kind == "category" and column.distinct_share > _TEXT_SHARE and n >= _TEXT_MIN_LEVELS:
        return Said("text", f"{n:,} values, hardly one twice; no feature yet", ask)
    if column.kind == "text":
        return Said("text", f"{n:,} values, hardly one twice; no feature yet", ask)
    if column.kind == "date":
        return Said("date", "", ask or "known at the sign-up? If it is filled in later: ignore")
    return Said(column.kind, f"{n:,} values" if column.kind == "category" else "", ask)


def _demoted(leads: TableFacts, said: Mapping[str, Said]) -> dict[str, Said]:
    """Columns read as texts instead, until their odd cells cost no more rows than a project may lose."""
    bad = {name: _bad_rows(leads[name], line) for name, line in said.items()}
    lines: dict[str, Said] = {}
    while len(frozenset().union(*bad.values())) > _MAX_BAD * leads.n_rows:
        worst = max(bad, key=lambda name: len(bad[name]))
        kind = said[worst].value
        ask = f"cells that are no {kind}: {len(bad.pop(worst)):,}; mend them and say {kind} here"
        lines[worst] = Said("category", f"{len(leads[worst].levels):,} values", ask)
    return lines


def _bad_rows(column: ColumnFacts, line: Said) -> frozenset[int]:
    kinds: tuple[Kind, ...] = ("number", "flag", "date")
    return next((column.bad_rows(kind) for kind in kinds if line.value == kind), frozenset())


def _short(cell: str) -> str:
    text = "".join(letter for letter in cell if letter.isprintable())
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}..."'
