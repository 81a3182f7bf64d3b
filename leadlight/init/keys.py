"""Which column names the leads, and which columns of the other files hold the same names: told by their values."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.crm_headers import COUNTERS, IDS, LEAD_KEYS, NUMBERED, WHO, ZIPS
from features.kind_names import ADDRESSES, PHONES
from features.lead_keys import SEPARATOR
from features.names import spellings
from features.parsing import MAX_ID_LENGTH
from leadlight.errors import BadRequest
from leadlight.init.facts import NEARLY_ALL, ColumnFacts, TableFacts
from leadlight.init.outcome import OutcomeFound
from leadlight.init.said import Said

#: An id by name may repeat where rows do; any other must not.
_MIN_DISTINCT_NAMED = 0.9
#: Names of ids after the plain ones, the likeliest first; then what has no such name.
_LATER = (WHO, NUMBERED, ADDRESSES)
_LAST = 99
_MIN_OVERLAP = 0.5
_NAME_BONUS = 0.5
_FIFTHS = 5


@dataclass(frozen=True)
class Key:
    """A column of another file that names leads, and the share of its rows whose lead is known."""

    column: str
    share: float


@dataclass(frozen=True)
class Keys:
    """The id column of the leads (None: rows have numbers only) and the keys that lead to it, by file name."""

    id: str | None
    said: Said
    of: Mapping[str, Key]


@dataclass(frozen=True)
class _Joined:
    """An id of the leads, and the columns of the other files that hold it."""

    id: str
    keys: Sequence[Key]

    @property
    def share(self) -> float:
        return min(key.share for key in self.keys)

    @property
    def is_joined(self) -> bool:
        return self.share >= _MIN_OVERLAP


def find_keys(leads: TableFacts, others: Sequence[TableFacts]) -> Keys:
    """The column that tells the leads apart and that every other file refers to.

    Raises
    ------
    BadRequest : no column of another file holds ids of the leads.
    """
    candidates = _id_candidates(leads)
    if not others:
        if not candidates:
            ask = "no column tells the rows apart, so a lead is called by its row in the file: the first is `row 2`"
            return Keys(None, Said(None, ask=ask), {})
        return Keys(candidates[0], _id_said(leads, candidates[0]), {})
    best = _best_joined(leads, candidates, others)
    if best is None:
        raise BadRequest(
            f"{leads.name} has no column with another value in every row, so no row of {others[0].name} "
            "finds its lead; export the leads with their id, one row per lead"
        )
    name, keys = best.id, best.keys
    for other, key in zip(others, keys, strict=True):
        if key.share < _MIN_OVERLAP:
            raise BadRequest(
                f"no column of {other.name} holds ids of {leads.name}: of `{key.column}`, the nearest, {key.share:.0%} "
                f"are in `{name}`; export both with the same id"
            )
    return Keys(name, _id_said(leads, name), {other.name: key for other, key in zip(others, keys, strict=True)})


def _best_joined(leads: TableFacts, names: Sequence[str], others: Sequence[TableFacts]) -> _Joined | None:
    """The column that most rows of every other file find their lead by: one of these, else any that names rows."""

    def best_of(columns: Sequence[str]) -> _Joined | None:
        found = [_Joined(name, [_best_key(leads[name], other) for other in others]) for name in columns]
        return max(found, key=lambda joined: joined.share, default=None)

    best = best_of(names)
    if best is not None and best.is_joined:
        return best
    by_title = best_of(_titles(leads, names))
    return by_title if by_title is not None and by_title.is_joined else best


def _titles(leads: TableFacts, skipped: Sequence[str]) -> list[str]:
    """Words with another value in every row: Pipedrive's activities name their deal by its title alone."""
    return [
        name
        for name, column in leads.columns.items()
        if name not in skipped
        and column.kind in ("text", "category")
        and len(column.levels) == len(column.cells)
        and all(len(level) <= MAX_ID_LENGTH for level in column.levels)
    ]


def _id_candidates(leads: TableFacts) -> list[str]:
    """Columns that tell rows apart, the likeliest first."""
    ranked = [(_id_rank(column), i, name) for i, (name, column) in enumerate(leads.columns.items())]
    return [name for rank, _, name in sorted((r for r in ranked if r[0] is not None), key=lambda r: r[:2])]


def _id_rank(column: ColumnFacts) -> int | None:
    """How likely a column is the id; None if it can not be."""
    rank = IDS.rank(column.name)
    is_filled = column.n_known >= NEARLY_ALL * len(column.cells)
    if rank is not None:
        return rank if is_filled and column.distinct_share >= _MIN_DISTINCT_NAMED else None
    is_unique = is_filled and len(column.levels) == column.n_known
    if not is_unique or column.name in PHONES or column.name in ZIPS or column.is_date:
        return None
    later = next((i for i, names in enumerate(_LATER) if column.name in names), None)
    if later is None or _LATER[later] is WHO:
        return (_LAST if later is None else len(IDS.patterns)) if _looks_like_ids(column) else None
    return len(IDS.patterns) + later


def _looks_like_ids(column: ColumnFacts) -> bool:
    """Single words with digits; plain numbers only where they count the rows, since amounts may differ everywhere."""
    if column.kind == "number":
        return is_sorted(column.numbers)
    return all(re.fullmatch(r"(?=.*\d)[\w:/#-]{1,128}", level) for level in column.levels)


def is_sorted(numbers: Sequence[float]) -> bool:
    """Whether the numbers only rise, or only fall."""
    return list(numbers) in (sorted(numbers), sorted(numbers, reverse=True))


def _id_said(leads: TableFacts, name: str) -> Said:
    column = leads[name]
    repeats = column.n_known - len(column.levels)
    why = "another value in every row" if not repeats else f"{repeats:,} rows repeat an id"
    ask = ""
    if repeats:
        ask = "equal rows of one id count once, others are left out"
    elif not any(name in names for names in (IDS, *_LATER)):
        ask = "is it the lead's id?"
    elif name in ADDRESSES:
        ask = "an address stands for the lead wherever its score goes; a CRM's id would tell less of the person"
    return Said(name, why, ask)


def _best_key(leads_id: ColumnFacts, other: TableFacts) -> Key:
    """The column of another file that finds most leads; a name that says so is worth half of them."""

    def score(column: ColumnFacts, share: float) -> tuple[float, int]:
        rank = LEAD_KEYS.rank(column.name)
        named = spellings(column.name) == spellings(leads_id.name) or (rank is not None and share >= _MIN_OVERLAP)
        return round(share, 3) + _NAME_BONUS * named, len(column.levels)

    shares = {name: _share_of_leads(leads_id, column) for name, column in other.columns.items()}
    best = max(shares, key=lambda name: score(other[name], shares[name]))
    return Key(best, shares[best])


def _share_of_leads(leads_id: ColumnFacts, column: ColumnFacts) -> float:
    known = leads_id.levels
    found = sum(
        n
        for level, n in column.levels.items()
        if level in known or any(part.strip() in known for part in level.split(SEPARATOR))
    )
    return found / len(column.cells)


def find_order(leads: TableFacts, skipped: Sequence[str], outcome: OutcomeFound) -> Said | None:
    """A number that grows with the rows, where a flat table has no times.

    It differs in every row and is named like a counter, or the file is sorted by it; and every fifth of it
    has won and lost leads: a table sorted by outcome has no order in time.
    """
    named = COUNTERS.sort(leads.columns)
    for name in dict.fromkeys([*named, *leads.columns]):
        column = leads[name]
        if name in skipped or column.kind != "number" or len(column.levels) < len(column.cells):
            continue
        numbers = column.numbers
        if any(map(math.isnan, numbers)):
            continue
        in_order = is_sorted(numbers)
        if (name in named or in_order) and _has_both_everywhere(leads, numbers, outcome):
            why = "another number in every row" + (", and the file is sorted by it" if in_order else "")
            return Said(name, why, "does it grow with time? Then later leads judge the model")
    return None


def _has_both_everywhere(leads: TableFacts, numbers: Sequence[float], outcome: OutcomeFound) -> bool:
    cells = leads[outcome.column].cells
    known = leads[outcome.column].levels
    closed = [row for row in sorted(range(len(numbers)), key=numbers.__getitem__) if cells[row] in known]
    size = max(len(closed) // _FIFTHS, 1)
    fifths = [closed[i * size : (i + 1) * size] for i in range(_FIFTHS)]
    return all(0 < sum(outcome.is_won(cells[row]) for row in fifth) < len(fifth) for fifth in fifths)
