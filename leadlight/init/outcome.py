"""Which column says how a lead ended, and which of its words mean won."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from features.crm_headers import OUTCOME, STATUS
from features.parsing import FLAGS
from features.reading import is_missing
from leadlight.init.facts import NEARLY_ALL, ColumnFacts, TableFacts

Meaning = Literal["won", "lost", "open"]
_MAX_LEVELS = 60
_NUMBERS: dict[str, Meaning] = {"1": "won", "1.0": "won", "0": "lost", "0.0": "lost"}
_LOST = re.compile(
    r"\b(?:lost|dead|reject\w*|declin\w*|cancel\w*|junk|spam|unsuccessful\w*|fail\w*|(?:dis|un)qualif\w*|denied|expired"
    r"|abandon\w*|refused|churn\w*|bad (?:fit|timing|data)|former)\b|closedlost"
    r"|\b(?:not|no|non|never)\b.*(?:convert|won|interest|qualif|fit|customer|sale|purchas|deal|decision|budget)"
)
_WON = re.compile(
    r"\b(?:won|win|converted|customers?|clients?|success\w*|purchased|bought|signed|enrolled|subscribed|sold|paid"
    r"|accepted)\b|closedwon"
)
_OPEN = re.compile(
    r"\b(?:open|new|working|progress|pending|(?:not )?contact\w*|attempt\w*|\w*qualif\w*|nurtur\w*|negotiat\w*"
    r"|propos\w*|schedul\w*|lead|mql|sql|subscriber|opportunity|prospect|evaluat\w*|presentation|demo|discovery|review|hold"
    r"|assigned|active)\b"
)


@dataclass(frozen=True)
class OutcomeFound:
    """The outcome column of a table.

    Attributes
    ----------
    won : the words that mean won.
    lost : the words that mean lost, the rest being open; None where every other word means lost.
    why, ask : what it was told by, and what is left open.
    """

    column: str
    won: tuple[str, ...]
    lost: tuple[str, ...] | None
    why: str
    ask: str = ""

    def is_won(self, cell: str) -> bool:
        return cell in self.won

    def is_closed(self, cell: str) -> bool:
        return self.is_won(cell) or (cell in self.lost if self.lost is not None else True)


@dataclass(frozen=True)
class _Candidate:
    tier: int
    rank: int
    position: int
    found: OutcomeFound

    @property
    def order(self) -> tuple[int, int, int]:
        return self.tier, self.rank, self.position


def meaning_of(level: str) -> Meaning | None:
    """What a cell of an outcome column says.

    >>> [meaning_of(cell) for cell in ("Closed Won", "Closed - Not Converted", "Open - Not Contacted", "yes", "B")]
    ['won', 'lost', 'open', 'won', None]
    """
    word = level.strip().casefold()
    if word in FLAGS:
        return "won" if FLAGS[word] else "lost"
    if word in _NUMBERS:
        return _NUMBERS[word]
    spoken: tuple[tuple[re.Pattern[str], Meaning], ...] = ((_LOST, "lost"), (_WON, "won"), (_OPEN, "open"))
    return next((meaning for pattern, meaning in spoken if pattern.search(word.replace("_", " "))), None)


def find_outcome(table: TableFacts, *, leave_out: Iterable[str] = ()) -> OutcomeFound | None:
    """The column that says how each row ended, by its name and by its words; None if no column does."""
    skipped = set(leave_out)
    columns = [column for name, column in table.columns.items() if name not in skipped]
    found = [_candidate(column, i, i == len(columns) - 1) for i, column in enumerate(columns)]
    kept = sorted((candidate for candidate in found if candidate is not None), key=lambda c: c.order)
    return kept[0].found if kept else None


def find_lost(table: TableFacts, outcome: OutcomeFound) -> OutcomeFound | None:
    """A status whose words tell the lost among the rows not won from the open, where the outcome itself does not.

    None where no column is called a status, or its words for lost stand beside what was won.
    """
    names = [name for name in table.columns if name != outcome.column and STATUS.rank(name) is not None]
    if outcome.lost is not None:
        return None
    for name in sorted(names, key=lambda name: STATUS.rank(name) or 0):
        words = _Words.of(table[name])
        is_lost = [cell in words.lost for cell in table[name].cells]
        both = sum(
            lost and outcome.is_won(cell) for lost, cell in zip(is_lost, table[outcome.column].cells, strict=True)
        )
        if words.lost and words.open and both <= (1 - NEARLY_ALL) * sum(is_lost):
            return OutcomeFound(name, (), words.lost, "by its name and its words")
    return None


def _candidate(column: ColumnFacts, position: int, is_last: bool) -> _Candidate | None:
    if not 0 < len(column.levels) <= _MAX_LEVELS:
        return None
    plain, status = OUTCOME.rank(column.name), STATUS.rank(column.name)
    words = _Words.of(column)
    if plain is not None:
        found = words.of_plain_name()
        tier = 0 if words.says_all else 1 if len(column.levels) <= 2 else 2
        return None if found is None else _Candidate(tier, plain, position, found)
    if status is not None:
        found = words.of_status()
        tier = 0 if words.says_all else 2 if words.lost else 3
        return None if found is None else _Candidate(tier, status, position, found)
    found = words.of_nameless(is_last=is_last)
    return None if found is None else _Candidate(4, 0, position, found)


@dataclass(frozen=True)
class _Words:
    """The values of a column, sorted by what they say."""

    column: ColumnFacts
    won: tuple[str, ...]
    lost: tuple[str, ...]
    open: tuple[str, ...]
    other: tuple[str, ...]

    @classmethod
    def of(cls, column: ColumnFacts) -> "_Words":
        said: dict[Meaning | None, list[str]] = {"won": [], "lost": [], "open": [], None: []}
        for level in sorted(column.levels):
            is_count = level in _NUMBERS and len(column.levels) > 2
            said[None if is_count else meaning_of(level)].append(level)
        return cls(column, tuple(said["won"]), tuple(said["lost"]), tuple(said["open"]), tuple(said[None]))

    @property
    def says_all(self) -> bool:
        return bool(self.won and self.lost and self.open)

    def of_plain_name(self) -> OutcomeFound | None:
        """A column called "converted" or "outcome": what is not won is lost, unless it says that it is open."""
        if len(self.column.levels) <= 2:
            return self.of_two()
        if not self.won:
            return None
        lost = (*self.lost, *self.other) if self.open else None
        return OutcomeFound(self.column.name, self.won, lost, "by its name and its words")

    def of_status(self) -> OutcomeFound | None:
        """A status or stage: what says neither won nor lost is open."""
        return OutcomeFound(self.column.name, self.won, self.lost, "by its name and its words") if self.won else None

    def of_nameless(self, *, is_last: bool) -> OutcomeFound | None:
        """Two values that say won and lost in words, or the last column's yes and no."""
        if len(self.column.levels) != 2 or not (self.won and self.lost):
            return None
        are_words = not any(level.casefold() in (*FLAGS, *_NUMBERS) for level in self.column.levels)
        ask = "no column is named like an outcome; is it this one?"
        return OutcomeFound(self.column.name, self.won, None, "", ask) if are_words or is_last else None

    def of_two(self) -> OutcomeFound | None:
        """One or two values: one of them means won; of two that say nothing, the rarer is taken."""
        name, why = self.column.name, "by its name and its two values"
        if len(self.column.levels) == 1:
            (only,) = self.column.levels
            one = {"won": (only,), "lost": ("1" if only in _NUMBERS else "won",)}.get(meaning_of(only) or "")
            return None if one is None else OutcomeFound(name, one, None, "by its name; it has one value only")
        if len(self.won) == 1:
            return OutcomeFound(name, self.won, () if self.open else None, why)
        if len(self.lost) == 1:
            (won,) = (level for level in self.column.levels if level not in self.lost)
            return OutcomeFound(name, (won,), None, why)
        rarer = min(sorted(self.column.levels), key=lambda level: self.column.levels[level])
        return OutcomeFound(name, (rarer,), None, why, "neither value says won; the rarer one is taken")


@dataclass(frozen=True)
class Closing:
    """When the rows of a table closed, and the outcome as far as it is dated."""

    column: str
    outcome: OutcomeFound
    ask: str = ""


def find_closing(table: TableFacts, outcome: OutcomeFound, dates: Sequence[str]) -> Closing | None:
    """The column with the time of closing, the likeliest of these: it is filled for what was won.

    Where what was lost has no time, nothing counts as lost, only as not won yet.
    """
    for name in dates:
        if not _is_dated(table, name, outcome, outcome.is_won):
            continue
        if _is_dated(table, name, outcome, outcome.is_closed):
            return Closing(name, outcome)
        return Closing(name, replace(outcome, lost=()), "what was lost has no time here, so it counts as open")
    return None


def _is_dated(table: TableFacts, name: str, outcome: OutcomeFound, asked: Callable[[str], bool]) -> bool:
    """Whether nearly all of these outcomes have a time in the column."""
    pairs = zip(table[outcome.column].cells, table[name].times_us, strict=True)
    dated = [time is not None for cell, time in pairs if not is_missing(cell) and asked(cell)]
    return bool(dated) and sum(dated) >= NEARLY_ALL * len(dated)
