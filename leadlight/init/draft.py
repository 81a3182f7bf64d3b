"""From files to a project file to be: who the leads are, when they came, what they did, how they ended."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.crm_headers import ACCOUNT, AMOUNT, CLOSED, CREATED, SENSITIVE, crm_of, leak_of
from features.kind_names import COMPANIES
from leadlight.errors import BadRequest
from leadlight.init.columns import describe_columns
from leadlight.init.events import EventsFound, find_events
from leadlight.init.facts import NEARLY_ALL, USUAL_ORDER, TableFacts, look_at
from leadlight.init.keys import Key, Keys, find_keys, find_order
from leadlight.init.measured import measured
from leadlight.init.outcome import Closing, OutcomeFound, find_closing, find_lost, find_outcome
from leadlight.init.said import Draft, Said, Value


@dataclass(frozen=True)
class _Files:
    """The files that were given, and the folder of the project file."""

    folder: Path
    leads: TableFacts
    events: TableFacts | None
    outcomes: TableFacts | None

    @property
    def others(self) -> list[TableFacts]:
        return [table for table in (self.events, self.outcomes) if table is not None]

    def path(self, table: TableFacts) -> str:
        """How the project file names a file: from its own folder on, where the two share more than the root."""
        file, folder = (Path(os.path.abspath(path)) for path in (table.path, self.folder))
        if file.parts[:2] != folder.parts[:2]:
            return file.as_posix()
        return Path(os.path.relpath(file, folder)).as_posix()


@dataclass(frozen=True)
class _Ending:
    """How leads end: in a table with times, or (`closing` is None) in a column of a flat table."""

    table: TableFacts
    outcome: OutcomeFound
    closing: Closing | None

    @property
    def is_flat(self) -> bool:
        return self.closing is None


def draft_project(leads: Path, events: Path | None, outcomes: Path | None, *, folder: Path) -> Draft:
    """Everything that the files tell, checked by reading them as the draft says.

    Parameters
    ----------
    folder : where the project file will lie.

    Raises
    ------
    BadProject : a file can not be read.
    BadRequest : the files do not belong together, or lack what they need to.
    """
    files = _Files(
        folder,
        look_at(leads, option="--leads"),
        None if events is None else look_at(events, option="--events"),
        None if outcomes is None else look_at(outcomes, option="--outcomes"),
    )
    keys = find_keys(files.leads, files.others)
    created = _find_created(files.leads, keys.id)
    ending = _find_ending(files, keys, created)
    log = None if files.events is None else find_events(files.events, keys.of[files.events.name])
    return measured(_compose(files, keys, created, ending, log), folder)


def _find_created(leads: TableFacts, id_column: str | None) -> str | None:
    """The time a lead came: by its name, else the one date that nothing speaks against."""
    dates = [name for name in leads.dates if name != id_column and name not in SENSITIVE]
    filled = [name for name in dates if leads[name].timed_share >= NEARLY_ALL]
    by_name = CREATED.sort(filled) or CREATED.sort(dates)
    if by_name:
        return by_name[0]
    plain = [name for name in filled if leak_of(name) is None and name not in CLOSED]
    return plain[0] if len(plain) == 1 else None


def _find_ending(files: _Files, keys: Keys, created: str | None) -> _Ending | None:
    if files.outcomes is not None:
        return _find_deals(files.outcomes, keys.of[files.outcomes.name], created, files.leads)
    skipped = [name for name in (keys.id, created) if name is not None]
    outcome = find_outcome(files.leads, leave_out=skipped)
    if outcome is None:
        return None
    dates = [name for name in CLOSED.sort(files.leads.dates) if name != created]
    closing = None if created is None or keys.id is None else find_closing(files.leads, outcome, dates)
    return _Ending(files.leads, outcome, closing)


def _find_deals(deals: TableFacts, key: Key, created: str | None, leads: TableFacts) -> _Ending:
    if created is None:
        raise BadRequest(
            f"found --outcomes, but no column of {leads.name} with the time a lead came (a date in nearly every row, "
            "like 2026-03-31); export it with its creation date"
        )
    outcome = find_outcome(deals, leave_out=[key.column])
    if outcome is None:
        raise BadRequest(
            f"found no column of {deals.name} that says won or lost; "
            "add one, called outcome, with the words won and lost"
        )
    dates = [name for name in deals.dates if name != key.column]
    likely = CLOSED.sort(dates)
    closing = find_closing(deals, outcome, [*likely, *(name for name in dates if name not in likely)])
    if closing is None:
        raise BadRequest(
            f"found no column of {deals.name} with a time for every deal that was won; "
            "export the closing time, like 2026-03-31"
        )
    return _Ending(deals, outcome, closing)


def _compose(files: _Files, keys: Keys, created: str | None, ending: _Ending | None, log: EventsFound | None) -> Draft:
    """All lines, before the files were read as they say."""
    leads, is_flat = files.leads, ending is not None and ending.is_flat
    if log is not None and (is_flat or created is None):
        log = None
    section = {"source": Said(files.path(leads)), "id": keys.said}
    section |= _time_lines(leads, keys, created, ending)
    section |= _account_line(leads, [*_named(section)])
    own = () if ending is None or ending.closing is None or ending.table is not leads else (
        ending.outcome.column, ending.closing.column,
    )  # fmt: skip
    # A company's name is an attribute as well: mail addresses are held against it.
    named = {name for name in _named(section) if name not in COMPANIES}
    reserved = {*named, *((ending.outcome.column,) if ending is not None and is_flat else ())}
    return Draft(
        dates=_dates_line(files),
        head=_head(files, log),
        leads=section,
        columns=describe_columns(leads, reserved, own),
        events={} if log is None or files.events is None else {"source": Said(files.path(files.events)), **log.lines},
        event_types={} if log is None else log.types,
        outcomes={} if ending is None else _outcome_lines(files, keys, ending),
        crm=crm_of(list(leads.columns)),
        rows={table.name: table.n_rows for table in (leads, *files.others)},
    )


def _dates_line(files: _Files) -> Said | None:
    """The order of day and month, where a column leaves it open."""
    columns = [column for table in (files.leads, *files.others) for column in table.columns.values()]
    unclear = [column.name for column in columns if column.is_unclear_date]
    if not unclear:
        return None
    return Said(USUAL_ORDER, "", f"is 1/2 in {unclear[0]!r} the first of February? If it is January 2nd: mdy")


def _named(section: Mapping[str, Said]) -> set[str]:
    """The columns that the lines of the leads name."""
    return {str(said.value) for key, said in section.items() if key != "source" and said.value is not None}


def _head(files: _Files, log: EventsFound | None) -> tuple[str, ...]:
    names = [table.name for table in (files.leads, *files.others)]
    lines = [f"Written by `leadlight init` from {', '.join(names)}. Paths start here, in this file's folder."]
    crm = crm_of(list(files.leads.columns))
    if crm is not None:
        lines.append(f"The columns are called as in an export of {crm}.")
    lines.append("Look at the lines that say `check:`, then run `leadlight check` and `leadlight train`.")
    if files.events is not None and log is None:
        lines.append(
            f"check: {files.events.name} is left out, since nothing says when leads came and closed, and "
            "an event after the outcome would tell it; give the closing times by --outcomes."
        )
    return tuple(lines)


def _time_lines(leads: TableFacts, keys: Keys, created: str | None, ending: _Ending | None) -> dict[str, Said]:
    """When leads came; of a flat table, what orders its rows."""
    is_flat = ending is not None and ending.is_flat
    if created is None:
        order = find_order(leads, [], ending.outcome) if is_flat and ending is not None else None
        if order is None:
            return (
                {}
                if not is_flat
                else {
                    "order_by": Said(
                        None, ask="which column grows with time? Without one the model is not judged on later leads"
                    )
                }
            )
        return {"order_by": order}
    by_name = created in CREATED
    ask = "" if by_name else "is this when the lead came?"
    if is_flat and leads[created].timed_share < NEARLY_ALL:
        return {"order_by": Said(created, "a date, but not in every row", ask)}
    return {"created_at": Said(created, "", ask)}


def _account_line(leads: TableFacts, taken: Sequence[str]) -> dict[str, Said]:
    """The firm a lead belongs to: its leads are judged together."""
    for name in ACCOUNT.sort(leads.columns):
        if name not in taken and leads[name].levels:
            return {"account": Said(name, "leads of one account are never split between fitting and judging")}
    return {}


def _outcome_lines(files: _Files, keys: Keys, ending: _Ending) -> dict[str, Said]:
    found = ending.outcome
    if ending.closing is None:
        lost = find_lost(ending.table, found)
        if lost is not None:
            return _flat_lines_with_lost(found, lost, ending.table)
        ask = found.ask
        if not ask and found.lost is None and crm_of(list(files.leads.columns)) is not None:
            ask = "every row that is not won counts as lost; are some still open? Empty their cell"
        lines = {"column": Said(found.column, found.why, ask)}
        return lines | _word_lines(found, ending.table, is_flat=True)
    table, closing = ending.table, ending.closing
    is_own = table is files.leads
    key = Key(str(keys.id), 1.0) if is_own else keys.of[table.name]
    known = "" if is_own else f"{key.share:.1%} of the rows find their lead"
    lines = {
        "source": Said(files.path(table), "the leads' own file says how they ended" if is_own else ""),
        "lead": Said(key.column, known),
        "closed_at": Said(closing.column, "", closing.ask),
        "outcome": Said(found.column, found.why, found.ask),
    }
    amounts = [n for n in AMOUNT.sort(table.columns) if table[n].kind == "number"]
    amount = {} if is_own or not amounts else {"amount": Said(amounts[0])}
    return lines | _word_lines(closing.outcome, table, is_flat=False) | amount


def _flat_lines_with_lost(found: OutcomeFound, lost: OutcomeFound, table: TableFacts) -> dict[str, Said]:
    """The outcome of a flat table that says won alone, and the status beside it that says lost."""
    words = lost.lost or ()
    n_lost = sum(table[lost.column].levels[word] for word in words)
    return {
        "column": Said(found.column, found.why, found.ask),
        **_word_lines(found, table, is_flat=True),
        "lost_column": Said(lost.column, lost.why),
        "lost": Said(_words(words), f"{n_lost:,} rows; what is neither won nor lost is open"),
    }


def _word_lines(found: OutcomeFound, table: TableFacts, *, is_flat: bool) -> dict[str, Said]:
    """The words for won and, where some rows are open, for lost."""
    levels = table[found.column].levels
    won = sum(levels.get(word, 0) for word in found.won)
    lines = {"won": Said(_words(found.won), f"{won:,} of {table.n_rows:,} rows")}
    if found.lost is None:
        return lines
    if found.lost or not is_flat:
        lost = sum(levels.get(word, 0) for word in found.lost)
        why = (
            f"{lost:,} rows; what is neither won nor lost is open"
            if found.lost
            else "nothing counts as lost, only as not won yet"
        )
        return lines | {"lost": Said(_words(found.lost) if found.lost else (), why)}
    return lines | {
        "lost": Said(
            None, ask="no word says lost, so every row that is not won counts as lost; name the words for lost"
        )
    }


def _words(words: Sequence[str]) -> Value:
    """Words as a project file has them: 1 is a number there, as people write it."""
    plain = tuple(int(word) if word in ("0", "1") else word for word in words)
    return plain[0] if len(plain) == 1 else plain
