"""A company's CRM as the project describes it: leads, their log, and how they ended, read and checked together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from features.actors import Actor
from features.event_log import EventsSection, actors_of_types, observed_from_us, read_events
from features.labels import Outcomes, OutcomesSection, flat_outcomes, no_outcomes, read_outcomes
from features.lead_table import LeadsSection, LeadTable, read_leads
from features.quarantine import TableCount, commonest_reasons
from features.reading import USUAL, Reading, ReadingSection
from features.sources import BadProject, Problem, Source, column_problems, read_table
from features.tables import EventArrays, Kind, LeadArrays


class CrmSections(ReadingSection):
    """The sections of leadlight.yaml that describe tables."""

    leads: LeadsSection
    events: EventsSection | None = None
    outcomes: OutcomesSection | None = None
    max_bad: float = Field(default=0.01, ge=0, le=1)

    @model_validator(mode="after")
    def _events_need_times(self) -> "CrmSections":
        """An event is seen before `as_of`; leads without times have none."""
        if self.events is not None and (self.is_flat or self.leads.created_at is None):
            raise ValueError(
                "found `events` beside leads without times, expected leads.created_at and outcomes from a table of "
                "closed deals; give both, or leave `events` out"
            )
        return self

    @model_validator(mode="after")
    def _other_tables_need_ids(self) -> "CrmSections":
        """A row number is no name that another table could use."""
        others = [name for name in ("events", "outcomes") if getattr(self, name) is not None]
        if self.leads.id is None and others and not (self.is_flat and others == ["outcomes"]):
            raise ValueError(f"found `{others[0]}` beside leads without `id`, expected leads.id; name the id column")
        return self

    @property
    def is_flat(self) -> bool:
        """Whether the outcome is a column of the leads table, which then has one snapshot a row."""
        return self.outcomes is not None and self.outcomes.column is not None


@dataclass(frozen=True)
class Crm:
    """Everything that was read, in canonical order.

    Attributes
    ----------
    kinds : how each column of the leads was read.
    outcomes : how each lead ended; only labels look at them.
    counts : rows read and left out, per table.
    n_events_of_others : events passed over, of leads that were not asked for.
    observed_from_us : when the tracking of events began, where the project says so.
    newest_event_us : the newest event of all leads, where that was read.
    actors : who makes the events of a type, where the project says so.
    reading : how the cells were read, with what the columns settled.
    notes : what was taken for granted in reading, for people.
    """

    leads: LeadArrays
    kinds: Mapping[str, Kind]
    events: EventArrays | None
    outcomes: Outcomes
    counts: tuple[TableCount, ...]
    is_flat: bool
    n_events_of_others: int = 0
    observed_from_us: int | None = None
    newest_event_us: int | None = None
    actors: Mapping[str, Actor] = field(default_factory=dict)
    reading: Reading = USUAL
    notes: tuple[str, ...] = ()

    @property
    def newest_us(self) -> int:
        """The newest time in the tables; of the log, events of leads that were not asked for count too."""
        times = [self.leads.created_us] if self.leads.created_us is not None else []
        times += [self.outcomes.known_closes_us]
        times += [self.events.at_us] if self.events is not None else []
        newest = [int(column.max()) for column in times if len(column)]
        return max([*newest, *([] if self.newest_event_us is None else [self.newest_event_us])], default=0)

    @property
    def observed_until_us(self) -> int:
        """Until when outcomes are complete: the older of the newest close and the newest event."""
        closed = self.outcomes.known_closes_us
        newest = [int(closed.max())] if len(closed) else []
        if self.events is not None and len(self.events):
            newest.append(int(self.events.at_us.max()))
        return min(newest, default=self.newest_us)

    def before(self, until_us: int) -> "Crm":
        """What the tables held just before a time: no lead, event, record or close from then on."""
        if self.leads.created_us is None:
            raise ValueError("a flat table has no times to cut at; leave out --until, or cut the file")
        here = np.flatnonzero(self.leads.created_us < until_us)
        events = self.events
        if events is not None:
            seen = events.at_us < until_us
            if events.recorded_us is not None:
                seen &= events.recorded_us < until_us
            events = events.take(seen).of_leads(here, len(self.leads))
        outcomes = self.outcomes.take(here).before(until_us)
        return replace(self, leads=self.leads.take(here), events=events, outcomes=outcomes, newest_event_us=None)


def read_crm(
    sections: CrmSections,
    folder: Path,
    *,
    kinds: Mapping[str, Kind] | None = None,
    reading: Reading | None = None,
    leads_file: Path | None = None,
    events_file: Path | None = None,
    needs_outcomes: bool = True,
    until_us: int | None = None,
) -> Crm:
    """Read the tables of a project.

    Parameters
    ----------
    folder : where leadlight.yaml lies; its paths start there.
    kinds, reading : how to read the columns and their cells, from a bundle; inferred when None.
    leads_file, events_file : other files than the project's, to be scored.
    needs_outcomes : False where leads are scored whose table may lack the outcome.
    until_us : the tables as they were just before this time; a flat table has none.

    Raises
    ------
    BadProject : files, columns or more than `max_bad` of a table's rows are not as described.
    """
    reading = sections.reading if reading is None else reading
    source = _source(folder, sections.leads.source, leads_file)
    problems = _header_problems(sections, folder, source, events_file, kinds, needs_outcomes)
    if problems:
        raise BadProject(problems)
    table, outcome_cells = _read_lead_table(sections, source, kinds, reading, until_us)
    are_all_leads, reading = leads_file is None, table.reading
    counts, notes = [table.count], table.notes
    events, n_others, observed_from, newest_event = None, 0, None, None
    if sections.events is not None:
        log_source = _source(folder, sections.events.source, events_file)
        log = read_events(
            sections.events,
            log_source,
            table.leads,
            reading=reading,
            are_all_leads=are_all_leads,
            unused_ids=table.unused_ids,
            until_us=until_us,
        )
        events, n_others, newest_event = log.events, log.n_of_other_leads, log.newest_us
        observed_from = observed_from_us(sections.events, reading)
        reading, notes = reading.settling(log.formats), (*notes, *log.notes)
        counts.append(log.count)
    outcomes = no_outcomes(len(table.leads))
    if sections.outcomes is not None and outcome_cells is not None:
        outcomes = flat_outcomes(sections.outcomes, outcome_cells, table.row_of, reading)
    elif sections.outcomes is not None and sections.outcomes.source is not None:
        deals = _source(folder, sections.outcomes.source)
        outcomes, count = read_outcomes(
            sections.outcomes,
            deals,
            table.leads,
            reading=reading,
            are_all_leads=are_all_leads,
            unused_ids=table.unused_ids,
            until_us=until_us,
        )
        counts.append(count)
    crm = Crm(
        table.leads,
        table.kinds,
        events,
        outcomes,
        tuple(counts),
        sections.is_flat,
        n_others,
        observed_from,
        newest_event,
        actors_of_types(sections.events),
        reading,
        notes,
    )
    whole = _refuse_too_many_bad(crm, sections.max_bad)
    return whole if until_us is None else whole.before(until_us)


def _source(folder: Path, names: str | Sequence[str], other: Path | None = None) -> Source:
    """The files that a section names, or the one that is to be read in their place."""
    return Source.of(folder, names) if other is None else Source(other)


def _header_problems(
    sections: CrmSections,
    folder: Path,
    leads_source: Source,
    events_file: Path | None,
    kinds: Mapping[str, Kind] | None,
    needs_outcomes: bool,
) -> list[Problem]:
    """What the headers of all tables show to be wrong, told at once before any table is read."""
    wanted = sections.leads.named_columns(kinds)
    outcomes = sections.outcomes
    if outcomes is not None and outcomes.column is not None and needs_outcomes:
        wanted |= outcomes.named_columns()
    problems = column_problems(leads_source, wanted, key=("leads", "source"))
    if sections.events is not None:
        log = _source(folder, sections.events.source, events_file)
        problems += column_problems(log, sections.events.named_columns(), key=("events", "source"))
    if outcomes is not None and outcomes.source is not None:
        deals = _source(folder, outcomes.source)
        problems += column_problems(deals, outcomes.named_columns(), key=("outcomes", "source"))
    return problems


def _read_lead_table(
    sections: CrmSections,
    source: Source,
    kinds: Mapping[str, Kind] | None,
    reading: Reading,
    until_us: int | None,
) -> tuple[LeadTable, list[str] | None]:
    """The leads and, of a flat table, the cells of its outcome column."""
    section, column = sections.leads, sections.outcomes.column if sections.outcomes is not None else None
    raw = read_table(source, key=("leads", "source"))
    if column is not None and section.created_at is not None:
        section = section.model_copy(update={"created_at": None, "order_by": section.created_at})
    reserved = frozenset([column] if column is not None else [])
    table = read_leads(section, source, reading=reading, reserved=reserved, kinds=kinds, until_us=until_us, table=raw)
    has_outcome = column is not None and column in raw
    return table, list(raw[column]) if has_outcome and column is not None else None


def _refuse_too_many_bad(crm: Crm, max_bad: float) -> Crm:
    problems = [
        Problem(
            ("max_bad",),
            f"{count.file}: {count.n_faults} of {count.rows_read} rows can not be used, more than "
            f"{max_bad:.1%}; the commonest reasons: "
            + "; ".join(f"{n} x {reason}" for reason, n in commonest_reasons([count])),
        )
        for count in crm.counts
        if count.n_faults > max_bad * count.rows_read
    ]
    if problems:
        raise TooManyBadRows(problems, crm.counts)
    return crm


class TooManyBadRows(BadProject):
    """More rows of a table than `max_bad` allows are unusable; `counts` has them all."""

    def __init__(self, problems: list[Problem], counts: tuple[TableCount, ...]) -> None:
        super().__init__(problems)
        self.counts = counts
