"""A company's CRM as the project describes it: leads, their log, and how they ended, read and checked together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from features.actors import Actor
from features.crm_sections import CrmSections
from features.event_log import actors_of_types, mail_of_types, observed_from_us, read_events
from features.history_table import read_history
from features.labels import Outcomes, no_outcomes
from features.lead_keys import LeadKeys, ViaSection, keys_via, own_keys
from features.lead_table import LeadTable, read_leads
from features.machine_clicks import NO_MACHINES, MachineCounts
from features.mail_roles import MailRole
from features.outcome_table import flat_outcomes, read_outcomes
from features.quarantine import TableCount, commonest_reasons
from features.reading import USUAL, Reading
from features.sources import AnySource, BadProject, Problem, Source, column_problems, read_table, source_of
from features.spec import FeatureSpec, learn_spec
from features.tables import EventArrays, Kind, LeadArrays


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
    actors, mail : who makes the events of a type, and its role in a mail, where the project says so.
    machines : how many events were judged to be made by machines, by rule.
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
    mail: Mapping[str, MailRole] = field(default_factory=dict)
    machines: MachineCounts = NO_MACHINES
    reading: Reading = USUAL
    notes: tuple[str, ...] = ()

    @property
    def newest_us(self) -> int:
        """The newest time in the tables; of the log, events of leads that were not asked for count too."""
        times = [self.leads.created_us] if self.leads.created_us is not None else []
        times += [self.outcomes.known_times_us, *(versions.known_us for versions in self.leads.history.values())]
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

    def learn_spec(self) -> FeatureSpec:
        """What features its tables have.

        Raises
        ------
        BadProject : a column has the name of a computed feature.
        """
        return learn_spec(self.leads, self.events, self.kinds, self.actors, self.reading, self.mail)

    def before(self, until_us: int) -> "Crm":
        """What the tables held just before a time: no lead, event, record, change or close from then on."""
        if self.leads.created_us is None:
            raise ValueError("a flat table has no times to cut at; leave out --until, or cut the file")
        here = np.flatnonzero(self.leads.created_us < until_us)
        events = self.events
        if events is not None:
            seen = events.at_us < until_us
            if events.recorded_us is not None:
                seen &= events.recorded_us < until_us
            events = events.take(seen).of_leads(here, len(self.leads)).judged_before(until_us)
        outcomes = self.outcomes.take(here).before(until_us)
        leads = self.leads.take(here).history_before(until_us)
        return replace(self, leads=leads, events=events, outcomes=outcomes, newest_event_us=None)


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
    sources = _sources(sections, folder, leads_file, events_file)
    problems = _header_problems(sections, sources, kinds, needs_outcomes)
    if problems:
        raise BadProject(problems)
    table, outcome_cells = _read_lead_table(
        sections, sources["leads"], kinds, sections.reading if reading is None else reading, until_us
    )
    are_all_leads, reading = leads_file is None, table.reading
    counts, notes = [table.count], table.notes
    events, n_others, observed_from, newest_event, machines = None, 0, None, None, NO_MACHINES
    if sections.events is not None:
        log = read_events(
            sections.events,
            sources["events"],
            table.leads,
            keys=_keys_of(sections.events.via, table, sources, "events"),
            reading=reading,
            are_all_leads=are_all_leads,
            until_us=until_us,
        )
        events, n_others, newest_event = log.events, log.n_of_other_leads, log.newest_us
        machines = log.machines
        observed_from = observed_from_us(sections.events, reading)
        reading, notes = reading.settling(log.formats), (*notes, *log.notes)
        counts.append(log.count)
    outcomes = no_outcomes(len(table.leads))
    if sections.outcomes is not None and outcome_cells is not None:
        outcomes = flat_outcomes(sections.outcomes, outcome_cells, table.row_of, reading)
    elif sections.outcomes is not None and sections.outcomes.source is not None:
        outcomes, count = read_outcomes(
            sections.outcomes,
            sources["outcomes"],
            table.leads,
            keys=_keys_of(sections.outcomes.via, table, sources, "outcomes"),
            reading=reading,
            are_all_leads=are_all_leads,
            until_us=until_us,
        )
        counts.append(count)
    leads = table.leads
    if sections.history is not None:
        changes, count = read_history(
            sections.history,
            sources["history"],
            table.kinds,
            keys=_keys_of(None, table, sources, "history"),
            reading=reading,
            are_all_leads=are_all_leads,
            until_us=until_us,
        )
        leads = replace(leads, history=changes)
        counts.append(count)
    crm = Crm(
        leads,
        table.kinds,
        events,
        outcomes,
        tuple(counts),
        sections.is_flat,
        n_others,
        observed_from,
        newest_event,
        actors_of_types(sections.events),
        mail_of_types(sections.events),
        machines,
        reading,
        notes,
    )
    whole = _refuse_too_many_bad(crm, sections.max_bad)
    return whole if until_us is None else whole.before(until_us)


def _sources(
    sections: CrmSections, folder: Path, leads_file: Path | None, events_file: Path | None
) -> dict[str, AnySource]:
    """Where each table is read from: leads, events, outcomes and history, and "events.via", the table between."""
    given = {"leads": leads_file, "events": events_file}
    found: dict[str, AnySource] = {}
    for name in ("leads", "events", "outcomes", "history"):
        section = getattr(sections, name)
        if section is None or section.source is None:
            continue
        file = given.get(name)
        found[name] = source_of(section.source, folder, what=name) if file is None else Source(file)
        via = getattr(section, "via", None)
        if via is not None:
            found[f"{name}.via"] = source_of(via.source, folder, what=f"{name}.via")
    return found


def _keys_of(via: ViaSection | None, table: LeadTable, sources: Mapping[str, AnySource], name: str) -> LeadKeys:
    """How the rows of a table name the leads."""
    if via is None:
        return own_keys(table.leads, table.unused_ids)
    between = sources[f"{name}.via"]
    return keys_via(via, between, table.leads, key=(name, "via"), unused_ids=table.unused_ids)


def _header_problems(
    sections: CrmSections, sources: Mapping[str, AnySource], kinds: Mapping[str, Kind] | None, needs_outcomes: bool
) -> list[Problem]:
    """What the headers of all tables show to be wrong, told at once before any table is read."""
    wanted = {"leads": sections.leads.named_columns(kinds)}
    if sections.is_flat and sections.outcomes is not None and needs_outcomes:
        wanted["leads"] |= sections.outcomes.named_columns()
    for name in ("events", "outcomes", "history"):
        section = getattr(sections, name)
        if section is not None:
            wanted[name] = section.named_columns()
            via = getattr(section, "via", None)
            if via is not None:
                wanted[f"{name}.via"] = via.named_columns((name, "via"))
    problems = []
    for name, source in sources.items():
        key = tuple(name.split("."))
        problems += column_problems(source, wanted.get(name, {}), key=(*key, "source"))
    return problems


def _read_lead_table(
    sections: CrmSections,
    source: AnySource,
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
